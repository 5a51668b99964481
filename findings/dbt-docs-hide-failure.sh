#!/usr/bin/env bash
# dbt-core 1.11.16, dbt-duckdb 1.11.1, duckdb 2.0.1
#
# A dbt build in which a model fails and a test warns writes "error" and "warn" into target/run_results.json. The next
# "dbt docs generate", as many pipelines run it right after the build, writes the same file again: every model and test
# that it compiled is "success" there, the failed model too, and the failures of the test are null.
# Seen: {'broken': 'error', 'numbers': 'success', 'accepted_values...': 'warn'} -> all 'success', failures 9 -> None
#
# Most would guess: docs generate writes manifest.json and catalog.json, and leaves the results of the last build alone.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check dbt-core==1.11.16 dbt-duckdb==1.11.1 duckdb==2.0.1
export DBT_SEND_ANONYMOUS_USAGE_STATS=false DO_NOT_TRACK=1

mkdir -p "$folder/project/models"
cd "$folder/project"
echo 'name: p
profile: p
models: {+materialized: table}' >dbt_project.yml
echo 'p: {target: d, outputs: {d: {type: duckdb, path: p.duckdb, threads: 1}}}' >profiles.yml
echo 'select range as id from range(10)' >models/numbers.sql
echo "select error('no such luck') as id" >models/broken.sql
echo 'models:
  - name: numbers
    columns:
      - name: id
        data_tests:
          - accepted_values:
              arguments: {values: [1]}
              config: {severity: warn}' >models/schema.yml

dbt="$folder/venv/bin/dbt --quiet"
if $dbt build; then echo "the build succeeds now" && exit 1; fi
cp target/run_results.json build.json
$dbt docs generate
cp target/run_results.json docs.json

"$folder/venv/bin/python" - <<'PYTHON'
import json


def results(name: str) -> dict[str, tuple[str, int | None]]:
    with open(name) as file:
        found = json.load(file)["results"]
    return {result["unique_id"].split(".")[2]: (result["status"], result["failures"]) for result in found}


build, docs = results("build.json"), results("docs.json")
print(build)
print(docs)
assert len(build) == 3 and build.keys() == docs.keys(), (build, docs)
assert build["broken"][0] == "error" and ("warn", 9) in build.values(), build
assert set(docs.values()) == {("success", None)}, docs
print("held: docs generate rewrites run_results.json, and a failed model and a warning test become success")
PYTHON
