"""Changes of the columns of assets: from what Dagster reports to the alert, and to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from tests.factories import at, record, unique
from watcher_core import Alert, AlertEvent, AlertLevel, ColumnsRecord, RecorderSession, Watcher, text
from watcher_core.alerts import titles
from watcher_core.cli import main
from watcher_dagster import watcher_metadata
from watcher_dagster.automation.configuration import ConfigurationRecorder
from watcher_dagster.recorder import partition_windows, record_tick

WEEK = text.COLUMNS_ACCEPTED_AFTER.total_seconds() / 60
A, B, C = {"id": "int"}, {"id": "int", "vat": "double"}, {"id": "text", "vat": "double"}


@pytest.fixture
def session(module_watcher: Watcher) -> Iterator[RecorderSession]:
    with module_watcher.recorder("an instance") as session:
        assert session is not None
        yield session


@pytest.fixture
def name(module_watcher: Watcher) -> str:
    """A pipeline whose columns are watched."""
    return module_watcher.get_or_create_pipeline(unique("orders"), column_changes=True).name


def reported(name: str, columns: dict[str, str], minutes: float, **fields: Any) -> ColumnsRecord:
    run = f"{name}/{minutes}"
    return ColumnsRecord(
        pipeline_name=name, execution_external_id=run, columns=columns, reported_at=at(minutes), **fields
    )


def write(session: RecorderSession, *columns: ColumnsRecord) -> None:
    executions = [record(each.pipeline_name, each.execution_external_id) for each in columns]
    session.record(executions, columns=columns, cursor=session.cursor)


def open_alerts(watcher: Watcher, name: str, minutes: float) -> list[Alert]:
    watcher.check_asset_checks(now=at(minutes))
    return [alert for alert in watcher.alerts(pipeline=name) if alert.state != "resolved"]


def says(alert: Alert) -> str:
    return text.check_result(alert.facts)


def first_line(alert: Alert) -> str:
    return titles.title([alert], event=AlertEvent.OPENED, sign="⚠️", headline="", prefix="", total=1, now=at(3))


def test_a_change_is_a_warning_until_it_is_changed_back(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    write(session, reported(name, A, 0))
    assert open_alerts(module_watcher, name, 1) == []
    write(session, reported(name, B, 2))
    [alert] = open_alerts(module_watcher, name, 3)
    assert (alert.kind, alert.level) == ("asset_check", AlertLevel.WARNING)
    assert says(alert) == "changed: column vat was added"
    assert first_line(alert) == f"⚠️ columns of {name} changed: column vat was added"
    assert alert.pipeline_execution_id == module_watcher.executions(pipeline=name, limit=1)[0].id
    write(session, reported(name, C, 4))
    [again] = open_alerts(module_watcher, name, 5)
    assert (again.id, says(again)) == (alert.id, "changed: column id: int → text; column vat was added")
    write(session, reported(name, A, 6))
    assert open_alerts(module_watcher, name, 7) == []
    [ended] = module_watcher.alerts(pipeline=name)
    assert text.resolution(ended.resolution).startswith("passed at ")
    said = [result.description for result in module_watcher.asset_check_results(pipeline=name)]
    assert said[0] == "the columns are again as they were before"
    assert said[-1] == "1 column"


def test_recording_again_and_out_of_order_changes_nothing(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    story = [reported(name, A, 0), reported(name, B, 2), reported(name, B, 9)]
    write(session, *story)
    before = module_watcher.asset_check_results(pipeline=name)
    for each in [*story, reported(name, C, 1)]:
        write(session, each)
    assert module_watcher.asset_check_results(pipeline=name) == before
    assert len(before) == 2


def test_other_columns_that_stay_for_a_week_are_taken_for_right(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    write(session, reported(name, A, 0), reported(name, B, 2))
    assert len(open_alerts(module_watcher, name, WEEK)) == 1
    assert open_alerts(module_watcher, name, WEEK + 3) == []
    [ended] = module_watcher.alerts(pipeline=name)
    assert (
        text.resolution(ended.resolution) == "its columns have stayed as they are for 7 days, and are taken for right"
    )
    write(session, reported(name, A, WEEK + 4))
    assert [says(alert) for alert in open_alerts(module_watcher, name, WEEK + 5)] == ["changed: column vat was removed"]


def test_what_a_person_has_resolved_is_taken_for_right(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    write(session, reported(name, A, 0), reported(name, B, 2))
    [alert] = open_alerts(module_watcher, name, 3)
    module_watcher.resolve_alert(alert.id)
    assert open_alerts(module_watcher, name, 4) == []
    write(session, reported(name, C, 5))
    assert [says(each) for each in open_alerts(module_watcher, name, 6)] == ["changed: column id: int → text"]


def test_partitions(module_watcher: Watcher, session: RecorderSession, name: str) -> None:
    """Those of time are parts of one table; others are compared with themselves."""
    eu, us = {"partition": "eu"}, {"partition": "us"}
    write(session, reported(name, A, 0, **eu), reported(name, B, 1, **us), reported(name, B, 2, **us))
    assert open_alerts(module_watcher, name, 3) == []
    write(session, reported(name, B, 4, **eu))
    assert [says(alert) for alert in open_alerts(module_watcher, name, 5)] == ["changed for eu: column vat was added"]

    days = module_watcher.get_or_create_pipeline(unique("days"), column_changes=True).name
    write(session, reported(days, A, 0, logical_date=at(-2)), reported(days, B, 1, logical_date=at(-1)))
    write(session, reported(days, A, 2, logical_date=at(-2)))
    assert [says(alert) for alert in open_alerts(module_watcher, days, 3)] == ["changed: column vat was added"]


def test_without_a_rule_nothing_is_kept_and_a_rule_may_be_that_of_the_type(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    plain = module_watcher.get_or_create_pipeline(unique("plain"), pipeline_type_name=unique("type")).name
    story = [reported(plain, A, 0), reported(plain, B, 1)]
    write(session, *story)
    assert module_watcher.asset_checks(pipeline=plain) == []
    kind = module_watcher.pipeline(plain).pipeline_type_name
    module_watcher.update_pipeline_type(kind, column_changes=True)
    write(session, *story)
    [alert] = open_alerts(module_watcher, plain, 2)
    module_watcher.update_pipeline_type(kind, column_changes=False)
    assert open_alerts(module_watcher, plain, 3) == []
    ended = module_watcher.alert(alert.id)
    assert text.resolution(ended.resolution) == "no longer watched: its rule was removed"
    module_watcher.update_pipeline_type(kind, column_changes=True)  # what was known is forgotten
    write(session, reported(plain, C, 4))
    assert open_alerts(module_watcher, plain, 5) == []


def test_it_is_no_check_that_has_not_run_for_long(module_watcher: Watcher, session: RecorderSession, name: str) -> None:
    for number in range(6):
        write(session, reported(name, (A, B)[number % 2], number * 60))
    write(session, reported(name, A, 6 * 60))
    session.record([record(name, start=900)], cursor=session.cursor)
    assert open_alerts(module_watcher, name, 3_000) == []


def test_columns_that_cannot_be_stored_stop_nothing(
    module_watcher: Watcher, session: RecorderSession, name: str
) -> None:
    write(session, reported(name, {"a\x00": "int"}, 0), reported(name, A, 1), reported(name, {}, 2))
    session.record([], columns=[reported(name, A, 2, partition="\x00"), reported("\x00", A, 2)], cursor=session.cursor)
    assert len(module_watcher.executions(pipeline=name)) == 3
    write(session, reported(name, B, 3))
    assert len(open_alerts(module_watcher, name, 4)) == 1


def test_by_hand(module_watcher: Watcher, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", module_watcher.url.render_as_string(hide_password=False))
    name = module_watcher.get_or_create_pipeline(unique("orders")).name
    with pytest.raises(SystemExit):
        main(["pipelines", "set", name, "--column-changes"])
    assert capsys.readouterr().out == f"{name}: column changes watched no → yes\n"
    with pytest.raises(SystemExit):
        main(["pipelines", "show", name])
    assert "a change of them opens an alert" in capsys.readouterr().out
    assert module_watcher.pipeline(name).column_changes


# From Dagster


def schema(columns: dict[str, str]) -> dg.TableSchema:
    return dg.TableSchema(columns=[dg.TableColumn(name, kind) for name, kind in columns.items()])


def asset(name: str, columns: dict[str, str] | None, **options: Any) -> dg.AssetsDefinition:
    @dg.asset(name=name, metadata=watcher_metadata(column_changes=True), **options)
    def made() -> Any:
        return dg.MaterializeResult(metadata={} if columns is None else {"dagster/column_schema": schema(columns)})

    return made


def test_from_the_event_log_to_the_alert(module_watcher: Watcher, module_dagster_instance: dg.DagsterInstance) -> None:
    name = unique("orders").replace("-", "_")
    instance = module_dagster_instance

    def alerts() -> list[str]:
        record_tick(instance, module_watcher)
        module_watcher.check_asset_checks()
        return [says(alert) for alert in module_watcher.alerts(pipeline=name) if alert.state == "open"]

    def run(columns: dict[str, str] | None, partition: str | None = None, **options: Any) -> None:
        dg.materialize([asset(name, columns, **options)], instance=instance, partition_key=partition)

    def report(columns: dict[str, str]) -> None:
        metadata = {"dagster/column_schema": schema(columns)}
        instance.report_runless_asset_event(dg.AssetMaterialization(name, metadata=metadata))

    repository = dg.Definitions([asset(name, A)]).get_repository_def()
    ConfigurationRecorder(module_watcher).record(repository)
    run(A)
    assert alerts() == []
    run(None)  # no news
    run({"vat": "double", **A})
    assert alerts() == ["changed: column vat was added"]
    report(A)
    assert alerts() == []
    run({"id": "text"})
    assert alerts() == ["changed: column id: int → text"]
    run(A)
    assert alerts() == []
    days = {"partitions_def": dg.DailyPartitionsDefinition("2024-01-01")}
    run(B, "2024-01-05", **days)
    assert alerts() == ["changed: column vat was added"]
    run(A, "2024-01-02", **days)  # a backfill
    assert alerts() == ["changed: column vat was added"]


def test_partitions_whose_keys_have_a_format_of_their_own_are_parts_of_one_table(
    module_watcher: Watcher, module_dagster_instance: dg.DagsterInstance
) -> None:
    name = unique("orders").replace("-", "_")
    days = dg.DailyPartitionsDefinition("20240101", fmt="%Y%m%d")
    for key, columns in (("20240105", A), ("20240106", B), ("20240104", A)):
        definitions = dg.Definitions(assets=[asset(name, columns, partitions_def=days)])
        repository = definitions.get_repository_def()
        ConfigurationRecorder(module_watcher).record(repository)
        job = definitions.resolve_implicit_global_asset_job_def()
        job.execute_in_process(instance=module_dagster_instance, partition_key=key)
        record_tick(module_dagster_instance, module_watcher, windows=partition_windows(repository))
    module_watcher.check_asset_checks()
    [alert] = [alert for alert in module_watcher.alerts(pipeline=name) if alert.state == "open"]
    assert says(alert) == "changed: column vat was added"
