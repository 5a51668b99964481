"""Roles of PostgreSQL that read, write or own the schema, and may do no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from tests.factories import at, record, unique
from tests.http_client import serving
from watcher_core import (
    AccessDeniedError,
    ConfigurationError,
    DatabaseError,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    NotFoundError,
    Settings,
    Watcher,
)
from watcher_core.cli import app
from watcher_core.database.models import Base
from watcher_core.server import create_app

As = Callable[[str], Watcher]


@pytest.fixture
def roles(administrator: sa.Connection) -> Callable[[str], str]:
    """Make roles by what they are for; their names want quotes."""
    made: dict[str, str] = {}

    def make(purpose: str) -> str:
        if purpose not in made:
            made[purpose] = unique(f"{purpose}-Role")
            administrator.exec_driver_sql(f"CREATE ROLE \"{made[purpose]}\" LOGIN PASSWORD 'secret'")
        return made[purpose]

    return make


@pytest.fixture
def as_role(watcher: Watcher, roles: Callable[[str], str], administrator: sa.Connection) -> Iterator[As]:
    """Open a Watcher as one of the roles."""
    opened: list[Watcher] = []

    def connect(purpose: str) -> Watcher:
        url = watcher.url.set(drivername="postgresql", username=roles(purpose), password="secret")
        opened.append(Watcher(url.render_as_string(hide_password=False), settings=watcher.settings))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()
    with watcher._driver_transaction() as (connection, _):
        for role in {each.url.username for each in opened}:
            connection.execute(f'REASSIGN OWNED BY "{role}" TO CURRENT_USER'.encode())
            connection.execute(f'DROP OWNED BY "{role}"'.encode())
    for role in {each.url.username for each in opened}:
        administrator.exec_driver_sql(f'DROP ROLE "{role}"')


@pytest.fixture
def privileges(watcher: Watcher) -> Callable[[str], dict[str, str]]:
    """Return what a role may do with each table that it may use."""

    def of(role: str) -> dict[str, str]:
        with watcher._driver_transaction() as (connection, _):
            rows = connection.execute(
                """
                SELECT tablename,
                       concat_ws(' ', CASE WHEN has_table_privilege(%(role)s, name, 'SELECT') THEN 'SELECT' END,
                                      CASE WHEN has_table_privilege(%(role)s, name, 'INSERT') THEN 'INSERT' END,
                                      CASE WHEN has_table_privilege(%(role)s, name, 'UPDATE') THEN 'UPDATE' END,
                                      CASE WHEN has_table_privilege(%(role)s, name, 'DELETE') THEN 'DELETE' END,
                                      CASE WHEN has_table_privilege(%(role)s, name, 'TRUNCATE') THEN 'TRUNCATE' END)
                  FROM pg_tables, format('%%I.%%I', schemaname, tablename) AS name
                 WHERE schemaname = 'watcher'
                """,
                {"role": role},
            )
            return {str(table): str(rights) for table, rights in rows if rights}

    return of


def test_a_reader_reads_all_but_tokens_and_changes_nothing(watcher, as_role, roles, privileges):
    watcher.record([record("orders")])
    token = watcher.create_token("ci", scope="read")
    assert token
    watcher.grant(readers=[roles("reader")])
    tables = {table.name for table in Base.metadata.tables.values()} - {"api_token"}
    assert privileges(roles("reader")) == dict.fromkeys([*tables, "alembic_version"], "SELECT")
    reader = as_role("reader")
    assert [pipeline.name for pipeline in reader.pipelines()] == ["orders"]
    assert reader.executions(pipeline="orders")
    for page in (
        reader.now,
        reader.unwatched_pipelines,
        reader.pipeline_list,
        reader.report,
        reader.unfixed_failures,
        reader.diagnostics,
        reader.board_version,
        reader.alerts,
        reader.lineage_summary,
        reader.recorder_states,
        lambda: reader.search("orders"),
        lambda: reader.pipeline_page("orders"),
        lambda: reader.timeline(at(-60), at(60)),
    ):
        page()
    for forbidden in (
        lambda: reader.start_execution(pipeline_id="orders"),
        lambda: reader.get_or_create_pipeline("other"),
        lambda: reader.grant(readers=[roles("reader")]),
    ):
        with pytest.raises(DatabaseError, match=r"does not let '.*' do that: .*watcher db grant"):
            forbidden()
    with pytest.raises(DatabaseError, match="but for tokens, which the owner alone makes: use its"):
        reader.tokens()


def test_a_reader_sees_in_a_dry_run_what_a_check_would_find(watcher, as_role, roles):
    today = dt.datetime.now(dt.UTC)
    for name in ("stopped", "short"):
        watcher.get_or_create_pipeline(name)
        watcher.get_or_create_anomaly_rule(name, metric_field="total_rows")
    starts = [today - dt.timedelta(days=day) for day in range(40, 0, -1)]
    records = [
        *((name, start, 1000 + start.day % 5) for name in ("stopped", "short") for start in starts[:-2]),
        ("short", today - dt.timedelta(minutes=5), 3),
    ]
    watcher.record(
        ExecutionRecord(
            pipeline_name=name,
            source=ExecutionSource.PYTHON,
            external_id=f"{name}/{start}",
            state=ExecutionState.SUCCEEDED,
            start_date=start,
            end_date=start + dt.timedelta(minutes=1),
            total_rows=count,
        )
        for name, start, count in records
    )
    watcher.grant(readers=[roles("reader")])
    reader = as_role("reader")
    for check in (
        reader.check_freshness,
        reader.check_timeliness,
        reader.check_stuck,
        reader.check_failures,
        reader.check_asset_checks,
        reader.check_health,
    ):
        check(dry_run=True)
    for _ in range(2):
        [missed] = reader.check_missed(dry_run=True)
        assert (missed.pipeline_name, missed.new) == ("stopped", True)
        found = reader.detect_pending_anomalies(dry_run=True)
        assert found.executions == len(records)
        assert [result.value for result in found.flagged] == [3]
    watcher.check_missed()
    [missed] = reader.check_missed(dry_run=True)
    assert not missed.new
    assert reader.detect_pending_anomalies(dry_run=True).flagged


def test_a_job_of_a_reader_is_not_broken(watcher, as_role, roles, caplog):
    watcher.get_or_create_pipeline("orders")
    watcher.grant(readers=[roles("reader")])
    reader = as_role("reader")
    with reader.track("orders") as execution:
        execution.inserts = 3
    assert "watcher db grant" in caplog.text
    assert reader.spooled() == 1
    watcher.grant(writers=[roles("reader")])
    with reader.track("orders"):
        pass
    assert [execution.state for execution in watcher.executions(pipeline="orders")] == [ExecutionState.SUCCEEDED] * 2


def test_a_server_of_a_reader_is_not_ready(watcher, as_role, roles):
    watcher.grant(readers=[roles("reader")])
    with serving(create_app(as_role("reader"))) as api:
        answer = api.get("/health/ready")
    assert answer.status_code == 503
    assert "watcher db grant --writer" in answer.json()["detail"]
    with serving(create_app(watcher)) as api:
        assert api.get("/health/ready").status_code == 200


def test_rights_are_not_what_row_level_security_asks_for(watcher, as_role, roles):
    watcher.grant(writers=[roles("writer")])
    with watcher._driver_transaction() as (connection, _):
        connection.execute("ALTER TABLE watcher.pipeline ENABLE ROW LEVEL SECURITY")
    with pytest.raises(AccessDeniedError, match="switched on row-level security") as raised:
        as_role("writer").get_or_create_pipeline("orders")
    assert "db grant" not in str(raised.value)


def test_a_writer_records_checks_and_cleans_up_and_changes_no_schema(watcher, as_role, roles, privileges):
    watcher.create_token("ci", scope="read")
    watcher.grant(writers=[roles("writer")])
    rights = privileges(roles("writer"))
    assert rights.pop("api_token") == "SELECT"
    assert rights.pop("alembic_version") == "SELECT"
    tables = {table.name for table in Base.metadata.tables.values()} - {"api_token"}
    assert rights == dict.fromkeys(tables, "SELECT INSERT UPDATE DELETE")
    writer = as_role("writer")
    writer.get_or_create_pipeline("orders", freshness_number=1, freshness_datepart="day")
    writer.record([record("orders", start=-1_000_000, state=ExecutionState.FAILED)])
    with writer.track("orders", next_watermark="1"):
        pass
    assert [found.pipeline_name for found in writer.check_freshness(now=at(60_000_000))] == ["orders"]
    assert writer.tokens()
    with pytest.raises(DatabaseError, match="but for tokens, which the owner alone makes: use its"):
        writer.create_token("mine", scope="admin")
    writer.cleanup(now=at(600_000))
    assert len(writer.executions(pipeline="orders")) == 1
    for forbidden in (
        lambda: writer.downgrade("base"),
        lambda: writer.export_traces(),
    ):
        with pytest.raises((DatabaseError, ConfigurationError)):
            forbidden()
    assert watcher.schema_version() == writer.schema_version()


def test_an_owner_changes_the_schema_and_later_tables_are_covered(watcher, as_role, roles, privileges):
    watcher.grant(readers=[roles("reader")], writers=[roles("writer")])
    watcher.grant(owner=roles("owner"))
    owner = as_role("owner")
    owner.downgrade("0018")
    owner.upgrade()  # makes tables anew
    assert owner.create_token("ci", scope="admin")
    tables = {table.name for table in Base.metadata.tables.values()}
    assert privileges(roles("owner")).keys() == tables | {"alembic_version"}
    for role in ("reader", "writer"):
        assert privileges(roles(role)).keys() >= tables - {"api_token"}
        assert as_role(role).pipelines() == []


def test_to_grant_again_narrows(watcher, roles, privileges, as_role):
    as_role("reader").url  # noqa: B018 - so that it is dropped in the end
    watcher.grant(writers=[roles("reader")])
    watcher.grant(readers=[roles("reader")])
    assert set(privileges(roles("reader")).values()) == {"SELECT"}


def test_roles_work_where_nothing_is_anybodys_by_default(empty_database_url, roles, tmp_path):
    """Administrators take from PUBLIC what PostgreSQL gives it, and make the schema themselves."""
    urls = {
        purpose: sa.make_url(empty_database_url)
        .set(username=roles(purpose), password="secret")
        .render_as_string(hide_password=False)
        for purpose in ("owner", "writer", "reader")
    }
    owner, writer, reader = (Watcher(url, settings=Settings(home=tmp_path / purpose)) for purpose, url in urls.items())
    with Watcher(empty_database_url) as administrator, owner, writer, reader:
        with administrator._connect().begin() as connection:
            for hardened in (
                f'ALTER DEFAULT PRIVILEGES FOR ROLE "{roles("owner")}" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
                f'ALTER DEFAULT PRIVILEGES FOR ROLE "{roles("owner")}" REVOKE USAGE ON TYPES FROM PUBLIC',
                "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            ):
                connection.exec_driver_sql(hardened)
        with pytest.raises(
            AccessDeniedError,
            match=r"of the schema's owner; .*CREATE SCHEMA watcher AUTHORIZATION \"owner-Role.*db grant --owner",
        ):
            owner.upgrade()
        with administrator._connect().begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA watcher")
        administrator.grant(owner=roles("owner"))
        owner.upgrade()
        owner.grant(writers=[roles("writer")], readers=[roles("reader")])
        with writer.track("orders", execution_metadata={"day": 1}) as execution:
            execution.inserts = 1
        writer.record([record("items", state=ExecutionState.FAILED, execution_metadata={"error": {"message": "x"}})])
        assert writer.check_failures()
        assert [each.inserts for each in reader.executions()] == [1, None]
        assert reader.now().incidents
        assert reader.unfixed_failures()
        with administrator._driver_transaction() as (connection, _):
            for purpose in urls:
                connection.execute(f'REASSIGN OWNED BY "{roles(purpose)}" TO CURRENT_USER'.encode())
                connection.execute(f'DROP OWNED BY "{roles(purpose)}"'.encode())
                connection.execute(f'DROP ROLE "{roles(purpose)}"'.encode())


def test_what_is_refused_changes_nothing(watcher, as_role, roles, privileges, administrator):
    as_role("reader").url  # noqa: B018 - so that it is dropped in the end
    name = roles("reader")
    superuser = administrator.exec_driver_sql("SELECT current_user").scalar_one()
    with pytest.raises(NotFoundError, match="no role named 'nobody-there'") as missing:
        watcher.grant(readers=[name], writers=["nobody-there"])
    assert missing.value.__notes__ == ["make it first, as with: CREATE ROLE \"nobody-there\" LOGIN PASSWORD '…'"]
    with pytest.raises(ConfigurationError, match="is a superuser"):
        watcher.grant(readers=[name, superuser])
    with pytest.raises(ConfigurationError, match="is named twice"):
        watcher.grant(readers=[name], writers=[name])
    with pytest.raises(ConfigurationError, match="is named twice"):
        watcher.grant(owner=name, readers=[name])
    assert privileges(name) == {}
    watcher.grant(owner=name)
    with pytest.raises(ConfigurationError, match="owns tables"):
        watcher.grant(readers=[name])


def test_without_a_schema(empty_database_url, tmp_path):
    with (
        Watcher(empty_database_url, settings=Settings(home=tmp_path)) as empty,
        pytest.raises(ConfigurationError, match="watcher db upgrade"),
    ):
        empty.grant(readers=["anybody"])


def test_the_command_grants_or_prints(watcher, as_role, roles, privileges, monkeypatch):
    as_role("reader").url  # noqa: B018 - so that it is dropped in the end
    name = roles("reader")
    monkeypatch.setenv("DATABASE_URL", watcher.url.set(drivername="postgresql").render_as_string(hide_password=False))
    printed = CliRunner().invoke(app, ["db", "grant", "--reader", name, "--print"])
    assert printed.exit_code == 0, printed.output
    assert privileges(name) == {}
    with watcher._driver_transaction() as (connection, _):
        connection.execute(printed.output.encode())
    assert privileges(name)["pipeline"] == "SELECT"
    granted = CliRunner().invoke(app, ["db", "grant", "--writer", name])
    assert f"{name} is writer of the schema in postgresql://" in granted.output
    assert privileges(name)["pipeline"] == "SELECT INSERT UPDATE DELETE"
    assert CliRunner().invoke(app, ["db", "grant"]).exit_code == 2
