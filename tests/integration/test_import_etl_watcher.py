"""A database of etl-watcher is brought over: what is here afterwards, and that it opens no alert."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from tests.databases import Databases
from tests.etl_watcher import MORNING, EtlWatcher, Shape
from watcher_core import (
    AnomalyMethod,
    DatabaseUnavailableError,
    ExecutionSource,
    ExecutionState,
    ImportReport,
    InvalidValueError,
    SchemaVersionError,
    Settings,
    Watcher,
    masking,
)
from watcher_core.imports import executions


@pytest.fixture(params=["seed", "later"])
def shape(request: pytest.FixtureRequest) -> Shape:
    """Each test runs with both shapes of the tables."""
    return request.param


@pytest.fixture
def theirs(databases: Databases, shape: Shape) -> Iterator[EtlWatcher]:
    """An empty database of etl-watcher."""
    with databases.clone("template0") as url:
        made = EtlWatcher(url, shape)
        yield made
        made.connection.close()


@pytest.fixture
def watcher(database_url: str) -> Iterator[Watcher]:
    """Where it goes."""
    with Watcher(database_url, settings=Settings()) as opened:
        yield opened


def bring(watcher: Watcher, theirs: EtlWatcher, **options: Any) -> ImportReport:
    """Import it under a name that does not depend on the run."""
    return watcher.import_etl_watcher(theirs.url, source="theirs", **options)


def rows(report: ImportReport, kind: str) -> tuple[int, int, int]:
    """How many there are there, are new here, and have changed."""
    return next((each.found, each.created, each.changed) for each in report.rows if each.kind == kind)


def everything(url: str) -> dict[str, list[Any]]:
    """All rows of all tables, but for what only says when they were looked at."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'watcher' ORDER BY 1"
        ).fetchall()
        return {
            name: connection.execute(f"SELECT to_jsonb(t) FROM watcher.{name} AS t ORDER BY 1".encode()).fetchall()
            for (name,) in tables
        }


def test_all_of_it_is_here_afterwards(watcher: Watcher, theirs: EtlWatcher, shape: Shape) -> None:
    orders = theirs.pipeline(
        "orders",
        type_name="hourly",
        watermark="2026-03-01",
        next_watermark="2026-03-02",
        pipeline_metadata={"owner": "sales"},
        last_target_insert=MORNING,
        freshness_number=2,
        freshness_datepart="DAY",
        timeliness_number=10,
        timeliness_datepart="MINUTE",
        mute_timeliness_check=True,
        load_lineage=False,
    )
    theirs.run("UPDATE pipeline_type SET freshness_number = 1, freshness_datepart = 'WEEK'")
    theirs.pipeline("old", active=False)
    master = theirs.execution(orders, minutes=30)
    child = theirs.execution(
        orders,
        start=0.1,
        minutes=20.5,
        parent_id=master,
        inserts=10,
        updates=0,
        soft_deletes=2,
        total_rows=12,
        watermark="2026-02-28",
        next_watermark="2026-03-01",
        execution_metadata={"partition": "a", "nested": [1, "\\ \n\t x", None]},
    )
    failed = theirs.execution(orders, start=2, success=False, execution_metadata={"error": "no disk"})
    running = theirs.execution(orders, start=3, minutes=None)
    raw = theirs.address("db.public.raw", primary_key="id")
    mart = theirs.address("db.public.mart")
    theirs.edge(orders, raw, mart)
    rule = theirs.add("anomaly_detection_rule", pipeline_id=orders, metric_field="TOTAL_ROWS", lookback_days=20)
    verdict = (
        {"baseline_value": 3, "deviation_percentage": 300, "confidence_score": 0.9}
        if shape == "seed"
        else {"historical_mean": 3, "z_score": 4.5, "threshold_min_value": 1, "threshold_max_value": 5}
    )
    theirs.add(
        "anomaly_detection_result",
        rule_id=rule,
        pipeline_execution_id=child,
        violation_value=12,
        context={"hour": 6},
        **verdict,
    )
    theirs.add(
        "timeliness_pipeline_execution_log",
        pipeline_execution_id=child,
        pipeline_id=orders,
        duration_seconds=1230,
        seconds_threshold=600,
        execution_status="completed",
        timely_number=10,
        timely_datepart="MINUTE",
        used_child_config=True,
    )
    theirs.add(
        "freshness_pipeline_log",
        pipeline_id=orders,
        last_dml_timestamp=MORNING,
        evaluation_timestamp=MORNING + dt.timedelta(days=3),
        freshness_number=2,
        freshness_datepart="DAY",
        used_child_config=True,
    )

    report = bring(watcher, theirs)

    assert report.verified
    assert {each.kind: (each.found, each.created) for each in report.rows} == {
        "pipeline types": (2, 2),
        "pipelines": (2, 2),
        "address types": (1, 1),
        "addresses": (2, 2),
        "edges of lineage": (1, 1),
        "anomaly rules": (1, 1),
        "executions": (4, 4),
        "timeliness logs": (1, 1),
        "anomaly results": (1, 1),
        "freshness logs": (1, 1),
    }
    pipeline = watcher.pipeline("orders")
    assert (pipeline.pipeline_type_name, pipeline.watermark, pipeline.next_watermark) == (
        "hourly",
        "2026-03-01",
        "2026-03-02",
    )
    assert (pipeline.freshness_number, pipeline.freshness_datepart, pipeline.timeliness_datepart) == (
        2,
        "day",
        "minute",
    )
    assert (pipeline.mute_timeliness_check, pipeline.load_lineage, pipeline.active) == (True, False, True)
    assert pipeline.pipeline_metadata == {"owner": "sales"}
    assert not watcher.pipeline("old").active
    assert watcher.pipeline_type("hourly").freshness_datepart == "week"
    by_id = {each.external_id: each for each in watcher.executions(pipeline="orders", limit=10)}
    assert set(by_id) == {f"etl-watcher:theirs:{each}" for each in (master, child, failed, running)}
    found = by_id[f"etl-watcher:theirs:{child}"]
    assert found.parent_id == by_id[f"etl-watcher:theirs:{master}"].id
    assert (found.source, found.state, found.duration_seconds) == (
        ExecutionSource.IMPORT,
        ExecutionState.SUCCEEDED,
        20.5 * 60,
    )
    assert (found.inserts, found.updates, found.soft_deletes, found.total_rows) == (10, 0, 2, 12)
    assert (found.watermark, found.next_watermark) == ("2026-02-28", "2026-03-01")
    assert found.execution_metadata == {"partition": "a", "nested": [1, "\\ \n\t x", None]}
    assert found.start_date == MORNING + dt.timedelta(hours=0.1)
    assert by_id[f"etl-watcher:theirs:{failed}"].state is ExecutionState.FAILED
    assert by_id[f"etl-watcher:theirs:{failed}"].execution_metadata == {"error": {"message": "no disk"}}
    assert by_id[f"etl-watcher:theirs:{running}"].state is ExecutionState.RUNNING
    assert by_id[f"etl-watcher:theirs:{running}"].execution_metadata == {}
    [edge] = watcher.address_lineage("db.public.mart", direction="upstream")
    assert (edge.address.name, edge.via) == ("db.public.raw", ("orders",))
    assert [each.primary_key for each in watcher.addresses()] == [None, "id"]
    [imported] = watcher.anomaly_rules()
    assert (imported.method, imported.metric_field, imported.lookback_days) == (AnomalyMethod.ZSCORE, "total_rows", 20)
    [result] = watcher.anomaly_results()
    assert (result.value, result.expected, result.flagged) == (12, 3, True)
    assert (result.confidence, result.z_score) == ((0.9, None) if shape == "seed" else (None, 4.5))


def test_the_same_twice_changes_nothing(watcher: Watcher, theirs: EtlWatcher, database_url: str) -> None:
    pipeline = theirs.pipeline("p", watermark="7", last_target_update=MORNING)
    for number in range(5):
        theirs.execution(pipeline, start=number, inserts=number)
    theirs.execution(pipeline, start=9, minutes=None)
    theirs.edge(pipeline, theirs.address("a"), theirs.address("b"))
    theirs.add("anomaly_detection_rule", pipeline_id=pipeline, metric_field="INSERTS")
    first = bring(watcher, theirs)
    before = everything(database_url)
    again = bring(watcher, theirs)
    assert everything(database_url) == before
    assert (first.verified, again.verified) == (True, True)
    assert [(each.created, each.changed) for each in again.rows] == [(0, 0)] * len(again.rows)


def test_an_execution_that_has_ended_since_or_was_ended_again_is_brought_up_to_date(
    watcher: Watcher, theirs: EtlWatcher
) -> None:
    pipeline = theirs.pipeline("p")
    runs = theirs.execution(pipeline, minutes=None)
    succeeded = theirs.execution(pipeline, start=1, inserts=5)
    bring(watcher, theirs)
    theirs.run(
        "UPDATE pipeline_execution SET end_date = start_date + interval '9 s', completed_successfully = true"
        " WHERE id = %s",
        runs,
    )
    theirs.run("UPDATE pipeline_execution SET completed_successfully = false, inserts = 6 WHERE id = %s", succeeded)
    new = theirs.execution(pipeline, start=2)
    report = bring(watcher, theirs)
    assert rows(report, "executions") == (3, 1, 2)
    found = {each.external_id.rsplit(":")[-1]: each for each in watcher.executions(limit=10)}
    assert (found[str(runs)].state, found[str(runs)].duration_seconds) == (ExecutionState.SUCCEEDED, 9)
    assert (found[str(succeeded)].state, found[str(succeeded)].inserts) == (ExecutionState.FAILED, 6)
    assert found[str(new)].state is ExecutionState.SUCCEEDED
    report_of_days = watcher.report(days=30, now=MORNING + dt.timedelta(days=2))
    assert sum(day.figures.runs for day in report_of_days.days) == 3


def test_what_somebody_ended_here_stays_ended_while_it_runs_there(watcher: Watcher, theirs: EtlWatcher) -> None:
    theirs.execution(theirs.pipeline("p"), minutes=None)
    bring(watcher, theirs)
    [running] = watcher.executions()
    watcher.end_execution(running.id, completed_successfully=False)
    assert rows(bring(watcher, theirs), "executions") == (1, 0, 0)
    assert watcher.executions()[0].state is ExecutionState.FAILED


def test_nothing_that_is_imported_opens_an_alert(watcher: Watcher, theirs: EtlWatcher) -> None:
    """Stale, late, failing, stuck, unusual: etl-watcher has told of all of it."""
    hours_ago = (dt.datetime.now(dt.UTC) - MORNING).total_seconds() / 3600
    stale_since = MORNING - dt.timedelta(days=90)
    pipeline = theirs.pipeline(
        "p",
        type_name="strict",
        freshness_number=1,
        freshness_datepart="HOUR",
        timeliness_number=1,
        timeliness_datepart="MINUTE",
        last_target_insert=stale_since,
    )
    theirs.add(
        "freshness_pipeline_log",
        pipeline_id=pipeline,
        last_dml_timestamp=stale_since,
        evaluation_timestamp=MORNING,
        freshness_number=1,
        freshness_datepart="HOUR",
        used_child_config=True,
    )
    theirs.add("anomaly_detection_rule", pipeline_id=pipeline, metric_field="TOTAL_ROWS", minimum_executions=5)
    bare = theirs.pipeline("bare")
    for number in range(40):
        start = hours_ago - 1000 + number * 24
        theirs.execution(bare, start=start, total_rows=100 + number % 3)
        theirs.execution(pipeline, start=start, total_rows=100 + number % 3, inserts=0, updates=0, soft_deletes=0)
    theirs.execution(pipeline, start=hours_ago - 0.2, total_rows=9_000_000, inserts=0, updates=0, soft_deletes=0)
    theirs.execution(pipeline, start=hours_ago - 0.1, success=False)
    theirs.execution(pipeline, start=hours_ago - 500, minutes=None)
    theirs.execution(bare, start=hours_ago - 400, minutes=None)
    bring(watcher, theirs)
    watcher.check_freshness()
    watcher.check_missed()
    watcher.check_timeliness()
    watcher.check_failures()
    watcher.check_stuck()
    watcher.detect_pending_anomalies()
    assert watcher.alerts(state="open") == []
    [told] = watcher.alerts(state="resolved")
    assert (told.kind, told.pipeline_name, told.resolved_by) == ("freshness", "p", "watcher import")
    assert watcher.undelivered_alerts().count == 0
    with watcher.track("bare"):
        pass
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=60)
    assert [each.pipeline_name for each in watcher.check_missed(now=later, dry_run=True)] == ["bare"]
    # From here on, what is recorded here is judged: the data changes, is stale again, and an execution fails.
    with watcher.track("p"):
        pass
    assert [each.new for each in watcher.check_freshness(now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=2))] == [True]
    assert [each.kind for each in watcher.alerts(state="open")] == ["freshness"]
    watcher.end_execution(watcher.start_execution(pipeline_id="p").id, completed_successfully=False)
    assert [finding.new for finding in watcher.check_failures()] == [True]


def test_a_stale_pipeline_is_reported_once_its_data_has_changed_here(watcher: Watcher, theirs: EtlWatcher) -> None:
    """A pipeline without counts had no date there; here its success is a change."""
    pipeline = theirs.pipeline("p", freshness_number=1, freshness_datepart="YEAR")
    theirs.execution(pipeline, start=5)
    bring(watcher, theirs)
    assert watcher.pipeline("p").last_target_update == MORNING + dt.timedelta(hours=5, minutes=5)
    [stale] = watcher.check_freshness(now=MORNING + dt.timedelta(days=400))
    assert stale.new


def test_orphans_cycles_and_self_edges_are_data(watcher: Watcher, theirs: EtlWatcher) -> None:
    pipeline = theirs.pipeline("p")
    first = theirs.execution(pipeline, parent_id=999_999)
    later = theirs.execution(pipeline, start=1, parent_id=0)
    circle = theirs.execution(pipeline, start=2, parent_id=first)
    theirs.run("UPDATE pipeline_execution SET parent_id = %s WHERE id = %s", circle, first)
    a, b, c = (theirs.address(name) for name in "abc")
    for edge in ((a, b), (b, c), (c, a), (a, c), (b, b)):
        theirs.edge(pipeline, *edge)
    report = bring(watcher, theirs)
    assert report.verified
    assert [(note.count, note.examples) for note in report.notes] == [(2, (str(later), str(first)))]
    parents = {each.external_id.rsplit(":")[-1]: each.parent_id for each in watcher.executions(limit=9)}
    ids = {each.external_id.rsplit(":")[-1]: each.id for each in watcher.executions(limit=9)}
    assert parents == {str(first): None, str(later): None, str(circle): ids[str(first)]}
    assert {step.address.name for step in watcher.address_lineage("a", direction="downstream")} == {"b", "c"}
    closure = watcher.verify_lineage()
    assert (closure.missing, closure.unexpected, closure.wrong_depth) == (0, 0, 0)
    assert rows(bring(watcher, theirs), "edges of lineage") == (5, 0, 0)


def test_an_edge_that_is_gone_there_goes_here(watcher: Watcher, theirs: EtlWatcher) -> None:
    pipeline = theirs.pipeline("p")
    theirs.edge(pipeline, theirs.address("a"), theirs.address("b"))
    bring(watcher, theirs)
    theirs.run("DELETE FROM address_lineage")
    bring(watcher, theirs)
    assert watcher.address_lineage("b", direction="upstream") == []


def test_second_starts_are_reported_and_none_is_merged(watcher: Watcher, theirs: EtlWatcher) -> None:
    pipeline = theirs.pipeline("p")
    ids = [
        theirs.execution(pipeline, minutes=None),
        theirs.execution(pipeline, minutes=None),
        theirs.execution(pipeline),
    ]
    report = bring(watcher, theirs)
    assert rows(report, "executions") == (3, 3, 0)
    note = report.notes[0]
    assert (note.count, note.examples) == (2, (" = ".join(map(str, ids)),))
    assert "none is merged; 2 of all those never ended" in note.message


def test_generations_of_one_batch_find_their_parents(
    watcher: Watcher, theirs: EtlWatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executions, "BATCH", 4)
    pipeline, parent = theirs.pipeline("p"), None
    for number in range(10):
        parent = theirs.execution(pipeline, start=number, parent_id=parent)
    done: list[tuple[int, int]] = []
    assert bring(watcher, theirs, progress=lambda *each: done.append(each)).verified
    assert done == [(4, 10), (8, 10), (10, 10)]
    newest = watcher.executions(limit=1)[0]
    assert len(list(_up(watcher, newest.id))) == 10


KILLED = """
import os, signal, sys
from watcher_core import Settings, Watcher
from watcher_core.imports import executions, findings

executions.BATCH = 3
url, here, where = sys.argv[1:]
calls = 0

def die(*_, **__):
    global calls
    calls += 1
    if calls == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return 0

if where == "within":
    findings.write_late = die
with Watcher(here, settings=Settings()) as watcher:
    watcher.import_etl_watcher(url, source="theirs", progress=die if where == "between" else None)
"""


@pytest.mark.parametrize(("where", "left"), [("between", 6), ("within", 3)])
def test_one_that_was_killed_goes_on(
    watcher: Watcher, theirs: EtlWatcher, database_url: str, where: str, left: int
) -> None:
    """Between two batches, and in the middle of the transaction of one."""
    pipeline = theirs.pipeline("p")
    parent = theirs.execution(pipeline)
    for number in range(1, 10):
        theirs.execution(pipeline, start=number, parent_id=parent)
    command = [sys.executable, "-c", KILLED, theirs.url, database_url, where]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (-signal.SIGKILL, "")
    assert len(watcher.executions(limit=20)) == left
    report = bring(watcher, theirs)
    assert report.verified
    assert rows(report, "executions") == (10, 10 - left, 0)
    assert len(watcher.executions(limit=20)) == 10
    assert {each.parent_id is None for each in watcher.executions(limit=9)} == {False}


def test_two_imports_at_once_bring_everything_once(
    watcher: Watcher, theirs: EtlWatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits after its first batch until the other has written that one, too; then they go on as they can."""
    monkeypatch.setattr(executions, "BATCH", 7)
    for name in ("p", "q"):
        pipeline = theirs.pipeline(name, watermark="7")
        parent = theirs.execution(pipeline)
        for number in range(1, 30):
            theirs.execution(pipeline, start=number, parent_id=parent, inserts=number)
        theirs.edge(pipeline, theirs.address(f"{name} from"), theirs.address(f"{name} to"))
        theirs.add("anomaly_detection_rule", pipeline_id=pipeline, metric_field="INSERTS")
    both = threading.Barrier(2)

    def one() -> ImportReport:
        def wait(done: int, _: int) -> None:
            if done == 7:
                both.wait(60)

        return bring(watcher, theirs, progress=wait)

    with ThreadPoolExecutor(2) as threads:
        reports = [each.result(120) for each in [threads.submit(one), threads.submit(one)]]
    assert [report.differences for report in reports] == [(), ()]
    assert sum(rows(report, "executions")[1] for report in reports) == 60
    assert len(watcher.executions(limit=100)) == 60
    assert len(watcher.lineage_graph().edges) == 2
    assert watcher.verify_lineage().missing == 0


def _up(watcher: Watcher, execution_id: int | None) -> Iterator[int]:
    while execution_id is not None:
        yield execution_id
        execution_id = watcher.execution(execution_id).parent_id


def test_what_code_here_declares_and_where_a_pipeline_runs_here_stays(watcher: Watcher, theirs: EtlWatcher) -> None:
    watcher.get_or_create_pipeline("ours", pipeline_type_name="t", freshness_number=5, freshness_datepart="day")
    theirs.pipeline("ours", freshness_number=1, freshness_datepart="HOUR")
    moved = theirs.pipeline("moved", watermark="10")
    by_hand = theirs.pipeline("by hand", watermark="10", timeliness_number=1, timeliness_datepart="HOUR")
    theirs.pipeline("there", watermark="10")
    bring(watcher, theirs)
    assert watcher.pipeline("ours").freshness_number == 5
    with watcher.track("moved", next_watermark="11"):
        pass
    watcher.rewind_pipeline("by hand", watermark="3")
    watcher.update_pipeline("by hand", mute_timeliness_check=True)
    theirs.run("UPDATE pipeline SET watermark = '12'")
    bring(watcher, theirs)
    assert {each.name: each.watermark for each in watcher.pipelines()} == {
        "ours": "12",
        "moved": "11",
        "by hand": "3",
        "there": "12",
    }
    assert watcher.pipeline("by hand").mute_timeliness_check
    theirs.run("UPDATE pipeline SET timeliness_number = 2 WHERE id = %s", by_hand)
    bring(watcher, theirs)
    assert watcher.pipeline("by hand").timeliness_number == 2
    assert moved


def test_only_what_started_since(watcher: Watcher, theirs: EtlWatcher) -> None:
    pipeline = theirs.pipeline("p")
    parent = theirs.execution(pipeline)
    theirs.execution(pipeline, start=5, parent_id=parent)
    report = bring(watcher, theirs, since=MORNING + dt.timedelta(hours=1))
    assert report.verified
    assert rows(report, "executions") == (1, 1, 0)
    assert watcher.executions()[0].parent_id is None
    assert rows(bring(watcher, theirs), "executions") == (2, 1, 1)  # and the parent of the first is known now
    assert watcher.executions(limit=1)[0].parent_id is not None
    assert rows(bring(watcher, theirs), "executions") == (2, 0, 0)


def test_a_dry_run_counts_and_writes_nothing(watcher: Watcher, theirs: EtlWatcher, database_url: str) -> None:
    theirs.execution(theirs.pipeline("p"), minutes=None)
    before = everything(database_url)
    report = bring(watcher, theirs, dry_run=True)
    assert everything(database_url) == before
    assert (report.dry_run, report.verified) == (True, False)
    assert rows(report, "executions") == (1, 0, 0)
    assert [note.count for note in report.notes] == [1]


def test_secrets_are_masked(watcher: Watcher, theirs: EtlWatcher, database_url: str) -> None:
    secret = "hunter2-hunter2"
    metadata = {"url": f"postgresql://me:{secret}@db/x", "password": secret, "share": 1.5}
    pipeline = theirs.pipeline("p", pipeline_metadata=metadata)
    theirs.execution(pipeline, execution_metadata=metadata)
    theirs.address(f"postgresql://me:{secret}@db/x")
    bring(watcher, theirs)
    assert secret not in str(everything(database_url))
    assert watcher.executions()[0].execution_metadata["share"] == 1.5


def test_odd_values_follow_the_rules_of_the_documentation(watcher: Watcher, theirs: EtlWatcher, shape: Shape) -> None:
    pipeline = theirs.pipeline("p", freshness_number=3)
    theirs.execution(pipeline, inserts=-4, updates=1)
    theirs.run("UPDATE pipeline_execution SET execution_metadata = 'null'")
    theirs.execution(pipeline, start=1, execution_metadata=["a"])
    if shape == "seed":
        theirs.execution(pipeline, start=2, minutes=-5)
    report = bring(watcher, theirs)
    assert report.verified
    assert watcher.pipeline("p").freshness_number is None
    *backwards, listed, negative = watcher.executions(limit=9)
    assert (negative.inserts, negative.updates, negative.execution_metadata) == (None, 1, {})
    assert listed.execution_metadata == {"value": ["a"]}
    assert [note.count for note in report.notes] == [1, 1, 1] if shape == "seed" else [1, 1]
    for each in backwards:
        assert (each.duration_seconds, "reported_end_date" in each.execution_metadata) == (0, True)


def test_names_that_are_none_here_are_all_named_and_nothing_is_written(
    watcher: Watcher, theirs: EtlWatcher, database_url: str
) -> None:
    theirs.pipeline(" ")
    theirs.pipeline("twice")
    theirs.pipeline("twice ")
    theirs.address("\t")
    with pytest.raises(InvalidValueError) as refused:
        bring(watcher, theirs)
    for part in ("pipeline 1: name is ''", "pipeline 2 and 3 are both 'twice'", "address 1: address name is ''"):
        assert part in str(refused.value)
    assert everything(database_url)["pipeline_type"] == []


def test_hostile_names_are_only_names(watcher: Watcher, theirs: EtlWatcher) -> None:
    hostile = "'; DROP SCHEMA watcher; -- {pipeline} %s \\N \x1b[31m %(x)s"
    pipeline = theirs.pipeline(hostile, type_name=hostile, watermark="{x} %s \\N\t")
    theirs.execution(pipeline, watermark="\\N", next_watermark="a\tb\nc\\", execution_metadata={hostile: hostile})
    theirs.edge(pipeline, theirs.address(hostile, type_name=hostile, group=hostile), theirs.address("x"))
    report = watcher.import_etl_watcher(theirs.url, source=hostile.replace(":", ""))
    assert report.verified
    [execution] = watcher.executions(pipeline=hostile)
    assert (execution.watermark, execution.next_watermark) == ("\\N", "a\tb\nc\\")
    assert execution.execution_metadata == {hostile: hostile}
    with pytest.raises(InvalidValueError, match="no colon"):
        watcher.import_etl_watcher(theirs.url, source="a:b")


def test_times_are_moments_whatever_zone_a_database_is_in(watcher: Watcher, theirs: EtlWatcher) -> None:
    (name,) = theirs.connection.execute("SELECT current_database()").fetchone() or ()
    theirs.run(f"ALTER DATABASE {name} SET timezone = 'America/New_York'")
    theirs.run(f"ALTER DATABASE {name} SET datestyle = 'SQL, DMY'")
    theirs.execution(theirs.pipeline("p", last_target_insert=MORNING), start=24 * 7 + 1)
    bring(watcher, theirs)
    assert watcher.executions()[0].start_date == MORNING + dt.timedelta(days=7, hours=1)


def test_times_that_python_cannot_read_are_named(watcher: Watcher, theirs: EtlWatcher) -> None:
    execution = theirs.execution(theirs.pipeline("p"))
    theirs.run("UPDATE pipeline_execution SET end_date = 'infinity'")
    with pytest.raises(InvalidValueError, match=f"pipeline_execution {execution}: end_date is infinity"):
        bring(watcher, theirs)
    assert watcher.pipelines() == []


def test_the_last_second_that_there_is_is_brought_over(watcher: Watcher, theirs: EtlWatcher) -> None:
    """Many write it where there is no end."""
    theirs.execution(theirs.pipeline("p"))
    theirs.run("UPDATE pipeline_execution SET end_date = '9999-12-31 23:59:59Z'")
    assert bring(watcher, theirs).verified
    (execution,) = watcher.executions()
    assert execution.end_date == dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)


def nested(levels: int, inside: str) -> str:
    return '{"a":' * levels + inside + "}" * levels


def test_metadata_that_python_cannot_read_is_left_out(watcher: Watcher, theirs: EtlWatcher, database_url: str) -> None:
    """PostgreSQL holds deeper JSON and longer numbers; one such row must not keep all others from being read."""
    pipeline = theirs.pipeline("p", pipeline_metadata=None)
    theirs.run("UPDATE pipeline SET pipeline_metadata = jsonb_build_object('n', CAST(repeat('9', 5000) AS numeric))")
    for number, metadata in enumerate((nested(100, '{"token": "x"}'), nested(3000, "1"), f'{{"n": {"9" * 5000}}}')):
        row = theirs.execution(pipeline, start=number)
        theirs.run("UPDATE pipeline_execution SET execution_metadata = CAST(%s AS jsonb) WHERE id = %s", metadata, row)
    assert bring(watcher, theirs).verified
    long, *deep = [each.execution_metadata for each in watcher.executions()]
    assert deep == [{"left_out": "it is nested more than 100 levels deep"}] * 2
    assert long == watcher.pipeline("p").pipeline_metadata == {"n": "9" * 5000}
    theirs.run("UPDATE pipeline SET pipeline_metadata = CAST(%s AS jsonb)", nested(3000, "1"))
    with pytest.raises(InvalidValueError, match=r"pipeline \d+: pipeline_metadata is nested more than 100 levels deep"):
        bring(watcher, theirs)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE pipeline SET last_target_insert = 'infinity'", "pipeline 1: last_target_insert is infinity"),
        (
            "UPDATE freshness_pipeline_log SET last_dml_timestamp = '0044-03-15 BC'",
            "freshness_pipeline_log 1: last_dml",
        ),
        (
            "UPDATE freshness_pipeline_log SET freshness_datepart = 'QUARTER'",
            "freshness_datepart is QUARTER; it may be",
        ),
        (
            "UPDATE pipeline_execution SET pipeline_id = 9",
            "pipeline_execution 1: pipeline_id is 9; there is no pipeline",
        ),
        ("UPDATE pipeline SET pipeline_type_id = 9", "pipeline 1: pipeline_type_id is 9; there is no pipeline_type"),
        ("UPDATE address SET address_type_id = 9", "address 1: address_type_id is 9; there is no address_type"),
        ("UPDATE address_lineage SET target_address_id = 9", "target_address_id is 9; there is no address of that id"),
        (
            "UPDATE anomaly_detection_rule SET pipeline_id = 9",
            "anomaly_detection_rule 1: pipeline_id is 9; there is no",
        ),
    ],
)
def test_what_cannot_be_stored_is_named_before_anything_is_written(
    watcher: Watcher, theirs: EtlWatcher, statement: str, message: str
) -> None:
    theirs.run("ALTER TYPE datepartenum ADD VALUE 'QUARTER'")
    pipeline = theirs.pipeline("p")
    theirs.execution(pipeline)
    address = theirs.address("a")
    theirs.edge(pipeline, address, address)
    theirs.add("anomaly_detection_rule", pipeline_id=pipeline, metric_field="INSERTS")
    seen = {"last_dml_timestamp": MORNING, "evaluation_timestamp": MORNING, "used_child_config": False}
    threshold = {"freshness_number": 1, "freshness_datepart": "DAY"}
    theirs.add("freshness_pipeline_log", pipeline_id=pipeline, **seen, **threshold)
    theirs.run("SET session_replication_role = replica")  # without foreign keys, as some tools load tables
    theirs.run(statement)
    with pytest.raises(InvalidValueError, match=f"nothing was imported.*{message}"):
        bring(watcher, theirs)
    assert watcher.pipelines() == []


def test_a_verdict_on_no_number_is_left_out(watcher: Watcher, theirs: EtlWatcher) -> None:
    if theirs.shape == "seed":
        pytest.skip("its values are never empty")
    pipeline = theirs.pipeline("p")
    rule = theirs.add("anomaly_detection_rule", pipeline_id=pipeline, metric_field="INSERTS")
    for number, value in enumerate((None, "NaN", 5)):
        execution = theirs.execution(pipeline, start=number)
        given = {"violation_value": value, "z_score": "NaN"}
        theirs.add("anomaly_detection_result", rule_id=rule, pipeline_execution_id=execution, **given)
    report = bring(watcher, theirs)
    assert rows(report, "anomaly results") == (3, 1, 0)
    [result] = watcher.anomaly_results()
    assert (result.value, result.z_score) == (5, None)


def test_an_import_that_is_interrupted_while_it_reads_ends(
    watcher: Watcher, theirs: EtlWatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a `COPY`, nothing else could be asked of the connection, not even to roll back."""
    theirs.execution(theirs.pipeline("p"), execution_metadata={"token": "x"})

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(masking, "mask_json", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bring(watcher, theirs)
    monkeypatch.undo()
    assert bring(watcher, theirs).verified


def test_another_database_of_the_same_name_is_refused(watcher: Watcher, theirs: EtlWatcher) -> None:
    theirs.execution(theirs.pipeline("p"))
    bring(watcher, theirs)
    theirs.run("UPDATE pipeline_execution SET start_date = start_date - interval '1 day'")
    with pytest.raises(InvalidValueError, match=r"of two databases\. Give this one a name of its own with --source"):
        bring(watcher, theirs)
    assert watcher.import_etl_watcher(theirs.url, source="other").verified
    assert len(watcher.executions()) == 2


def test_what_is_not_understood_is_refused_by_name(watcher: Watcher, theirs: EtlWatcher) -> None:
    theirs.run("ALTER TABLE pipeline ADD cost_center text")
    with pytest.raises(InvalidValueError, match=r"not known: pipeline\.cost_center.*--skip-unknown"):
        bring(watcher, theirs)
    assert [note.examples for note in bring(watcher, theirs, skip_unknown=True).notes] == [("pipeline.cost_center",)]
    theirs.run("ALTER TABLE pipeline DROP cost_center")
    theirs.run("ALTER TABLE pipeline_execution ALTER start_date TYPE timestamp")
    theirs.run("ALTER TABLE address RENAME table_name TO tbl")
    with pytest.raises(InvalidValueError) as refused:
        bring(watcher, theirs)
    assert "address has no column table_name" in str(refused.value)
    assert "pipeline_execution.start_date is of type timestamp without time zone" in str(refused.value)


def test_no_database_of_etl_watcher(watcher: Watcher, database_url: str, empty_database_url: str) -> None:
    for url in (database_url, empty_database_url):
        with pytest.raises(InvalidValueError, match="is no database of etl-watcher"):
            watcher.import_etl_watcher(url)
    with pytest.raises(DatabaseUnavailableError):
        watcher.import_etl_watcher("postgresql://nobody@127.0.0.1:1/none")


def test_a_database_here_that_is_not_upgraded_is_refused(theirs: EtlWatcher, empty_database_url: str) -> None:
    with (
        Watcher(empty_database_url, settings=Settings()) as watcher,
        pytest.raises(SchemaVersionError, match="watcher db upgrade"),
    ):
        bring(watcher, theirs)


def test_both_may_be_in_one_database(databases: Databases, database_url: str, shape: Shape) -> None:
    theirs = EtlWatcher(database_url, shape)
    theirs.execution(theirs.pipeline("p"))
    theirs.connection.close()
    with Watcher(database_url, settings=Settings()) as watcher:
        assert bring(watcher, theirs).verified


def test_the_source_is_only_read(watcher: Watcher, theirs: EtlWatcher, server_url: sa.URL) -> None:
    """A user who may only read is enough; one who may not is told of the table."""
    theirs.execution(theirs.pipeline("p"))
    (name,) = theirs.connection.execute("SELECT current_database()").fetchone() or ()
    reader = f"reader_{name}"
    theirs.run(f"CREATE ROLE {reader} LOGIN PASSWORD 'x'")
    try:
        url = server_url.set(drivername="postgresql", username=reader, password="x", database=name)
        with pytest.raises(InvalidValueError, match="that its user may read"):
            watcher.import_etl_watcher(url.render_as_string(hide_password=False))
        theirs.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}")
        assert watcher.import_etl_watcher(url.render_as_string(hide_password=False)).verified
    finally:
        theirs.run(f"DROP OWNED BY {reader}")
        theirs.run(f"DROP ROLE {reader}")


@pytest.mark.parametrize("export", ["trace", "openlineage"])
def test_imported_history_is_not_exported(export: str, watcher: Watcher, theirs: EtlWatcher, database_url: str) -> None:
    pipeline = theirs.pipeline("p")
    begun = theirs.execution(pipeline, minutes=None)
    theirs.execution(pipeline)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for trigger in (f"queue_{export}_of_recorded", f"queue_{export}_of_changed"):
            connection.execute(f"ALTER TABLE watcher.pipeline_execution ENABLE TRIGGER {trigger}".encode())
        bring(watcher, theirs)
        theirs.run(f"UPDATE pipeline_execution SET end_date = now(), completed_successfully = true WHERE id = {begun}")
        bring(watcher, theirs)
        assert connection.execute(f"SELECT count(*) FROM watcher.{export}_pending".encode()).fetchone() == (0,)
