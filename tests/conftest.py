"""One PostgreSQL for all test processes, migrated templates in it, and a clone of one for each test that writes.

A clone that comes back is emptied and used again. Tests that only read, or that do not get into each other's way, share
one a module: `module_database_url`. Where a test asks for `dagster_instance` too, the clone holds Dagster's tables
beside ours.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.databases import Databases
from watcher_core import Settings, Watcher
from watcher_core.database.engine import normalize_url
from watcher_core.embedded.server import EmbeddedPostgres

if TYPE_CHECKING:
    from dagster import DagsterInstance

BINARIES = os.environ.get("WATCHER_POSTGRES_BIN")  # read before the environment is cleaned: `make matrix` sets it
# Each process that a test starts would compile our code anew; that takes longer than most of what they do.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Logfire's plugin for pydantic takes half a second of each process that has a model, Dagster's among them.
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "logfire-plugin"

# Rarely, and not over what is there after the collection of tests: it takes a tenth of what tests need otherwise.
gc.set_threshold(50_000, 50, 100)

# How long an example takes is said by the machine, and by what else runs on it.
hypothesis_settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any machine")

TEMPLATE = "watcher_template"
DAGSTER_TEMPLATE = "watcher_dagster_template"

# What steps print is not kept: for that, Dagster would start four processes a run, and no test reads it.
DAGSTER_YAML = """
storage:
  postgres:
    postgres_url: {url}
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
telemetry:
  enabled: false
nux:
  enabled: false
"""


# Servers and databases of tests are files by the ten thousand, and are gone at the end: they need no disk.
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 4 * 1024**3  # that have to be free: as root the tests take 0.1 GB, else the databases lie there, too


def pytest_configure() -> None:
    """Keep all that tests write in memory, where there is room. The variable is pytest's own."""
    if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_xdist_auto_num_workers() -> int:
    """Three processes for two cores: a third of the time, tests wait for what they have started."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their length: compressed ones may hold the time, and all processes collect the same tests."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage by the tests that show what of the code they reach.

    Acceptance tests run whole processes, and property tests the same lines a thousand times; measuring them takes a
    third of the suite's time.
    """
    for item in items:
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if is_property or item.nodeid.startswith("tests/acceptance/"):
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of each search for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting of the machine reaches a test, be it a variable or an `.env`; nothing that a test writes stays."""
    for name in list(os.environ):
        if name.startswith(("WATCHER_", "DEV_", "PROD_", "TEST_", "DAGSTER_", "OTEL_")) or name in (
            "DATABASE_URL",
            "ENV_STATE",
            "LOGFIRE_TOKEN",
            "SLACK_WEBHOOK_URL",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WATCHER_HOME", str(tmp_path / "watcher-home"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    yield
    resource = sys.modules.get("watcher_dagster.resource")
    # The client of a resource without a URL has what this test's environment said.
    if resource is not None and (client := resource._clients.pop(None, None)) is not None:
        client.close()


# The server


@pytest.fixture(scope="session")
def shared_directory(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The directory that all test processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def server_url(shared_directory: Path, worker_id: str) -> Iterator[sa.URL]:
    """A PostgreSQL that all workers share; the last to leave removes it."""
    server = EmbeddedPostgres(
        shared_directory / "postgres", bin_directory=Path(BINARIES) if BINARIES else None, fsync=False
    )
    users = shared_directory / "postgres-users"
    with FileLock(shared_directory / "postgres.lock"):
        users.mkdir(exist_ok=True)
        (users / worker_id).touch()
        url = normalize_url(server.start())
    yield url
    with FileLock(shared_directory / "postgres.lock"):
        (users / worker_id).unlink()
        if not any(users.iterdir()):
            server.destroy()


@pytest.fixture(scope="session")
def administrator(server_url: sa.URL) -> Iterator[sa.Connection]:
    """A superuser's connection outside of every test's database, without transactions."""
    engine = sa.create_engine(server_url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


# Templates


@pytest.fixture(scope="session")
def template(server_url: sa.URL, administrator: sa.Connection, shared_directory: Path) -> str:
    """A database with our schema, migrated once."""
    with _made_once(administrator, shared_directory, TEMPLATE, of="template0") as draft:
        if draft is not None:
            with Watcher(_text(server_url.set(database=draft)), settings=Settings()) as watcher:
                watcher.upgrade()
    return TEMPLATE


@pytest.fixture(scope="session")
def dagster_template(
    server_url: sa.URL,
    administrator: sa.Connection,
    shared_directory: Path,
    template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """A database with our schema, and Dagster's tables beside it, as an instance makes them when it first starts."""
    with _made_once(administrator, shared_directory, DAGSTER_TEMPLATE, of=template) as draft:
        if draft is not None:
            home = tmp_path_factory.mktemp("dagster-template") / "home"
            _dagster_home(home, _text(server_url.set(database=draft)))
            with _open_dagster(home):
                pass
    return DAGSTER_TEMPLATE


@contextmanager
def _made_once(administrator: sa.Connection, directory: Path, name: str, *, of: str) -> Iterator[str | None]:
    """Yield the name of a draft to fill, which then becomes the template; `None` if another process has created it."""
    exists = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
    with FileLock(directory / f"{name}.lock"):
        if administrator.scalar(exists, {"name": name}):
            yield None
            return
        draft = f"{name}_draft"
        administrator.execute(sa.text(f"CREATE DATABASE {draft} TEMPLATE {of} STRATEGY file_copy"))
        yield draft
        administrator.execute(sa.text(f"ALTER DATABASE {draft} RENAME TO {name}"))


# Databases


@pytest.fixture(scope="session")
def databases(server_url: sa.URL, administrator: sa.Connection) -> Iterator[Databases]:
    """The databases of this process."""
    databases = Databases(server_url, administrator)
    yield databases
    databases.close()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    with databases.clone(_template_for(request, "dagster_home")) as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    with databases.clone("template0") as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """The URL of a migrated database that the tests of one module share."""
    with databases.clone(_template_for(request, "module_dagster_home")) as url:
        yield url


def _template_for(request: pytest.FixtureRequest, dagster_fixture: str) -> str:
    """The template of what asks: with Dagster's tables where it, or for a module any test of it, uses Dagster too."""
    one = isinstance(request.node, pytest.Item)
    asking = [request.node] if one else [item for item in request.session.items if request.node in item.listchain()]
    wants_dagster = any(dagster_fixture in getattr(item, "fixturenames", ()) for item in asking)
    name: str = request.getfixturevalue("dagster_template" if wants_dagster else "template")
    return name


# Watcher


@pytest.fixture
def watcher(database_url: str, tmp_path: Path) -> Iterator[Watcher]:
    """A Watcher on a database of this test's own."""
    with Watcher(database_url, settings=Settings(home=tmp_path / "watcher-home")) as watcher:
        yield watcher


@pytest.fixture(scope="module")
def module_watcher(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    """A Watcher on the database that the tests of one module share."""
    home = tmp_path_factory.mktemp("watcher-home")
    with Watcher(module_database_url, settings=Settings(home=home)) as watcher:
        yield watcher


# Dagster


@pytest.fixture
def dagster_home(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DAGSTER_HOME whose storage is the database of `database_url`; for subprocesses too."""
    home = _dagster_home(tmp_path / "dagster-home", database_url)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return home


@pytest.fixture
def dagster_instance(dagster_home: Path) -> Iterator[DagsterInstance]:
    """A Dagster instance whose storage is the database of `database_url`, as in production."""
    with _open_dagster(dagster_home) as instance:
        yield instance


@pytest.fixture(scope="module")
def module_dagster_home(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `dagster_home`, with the database of `module_database_url`. A subprocess has to be given it."""
    return _dagster_home(tmp_path_factory.mktemp("dagster") / "home", module_database_url)


@pytest.fixture(scope="module")
def module_dagster_instance(module_dagster_home: Path) -> Iterator[DagsterInstance]:
    """A Dagster instance whose storage is the database of `module_database_url`."""
    with _open_dagster(module_dagster_home) as instance:
        yield instance


def _text(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _dagster_home(home: Path, database_url: str) -> Path:
    home.mkdir()
    url = normalize_url(database_url).set(drivername="postgresql+psycopg2")
    (home / "dagster.yaml").write_text(DAGSTER_YAML.format(url=url.render_as_string(hide_password=False)))
    return home


@contextmanager
def _open_dagster(home: Path) -> Iterator[DagsterInstance]:
    from dagster import DagsterInstance  # only here: it takes half a second, and most tests need none

    with DagsterInstance.from_config(str(home)) as instance:
        # As a webserver does: keep connections. To open one for each statement takes a third of a run's time.
        instance.optimize_for_webserver(statement_timeout=60_000, pool_recycle=3600, max_overflow=20)
        _give_connections_back(instance.event_log_storage)
        yield instance


def _give_connections_back(storage: Any) -> None:
    """Look for tables as Dagster 1.13.24 does: with a connection that goes back to the pool.

    Before, each event with tags took one, which only the collection of garbage gave back. Here that comes too late.
    """

    def has_table(name: str) -> bool:
        with storage.index_connection() as connection:
            return bool(connection.dialect.has_table(connection, name))

    storage.has_table = has_table


@pytest.fixture
def refusals_left_open() -> Iterator[None]:
    """Slack's own client closes no refusal that it has read, of which Python warns since 3.14; ours closes them before.

    What is left open is cleaned up here, and not while another test runs.
    """
    warnings.filterwarnings("ignore", "Implicitly cleaning up <HTTPError", ResourceWarning)
    yield
    if sys.version_info >= (3, 14):
        gc.collect()
