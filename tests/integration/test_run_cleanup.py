"""Old runs of Dagster are deleted where Watcher remembers them; what Dagster still shows or needs of them stays."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.definitions.observe import observe
from dagster._core.loader import LoadingContextForTest

from watcher_core import InvalidValueError, Watcher
from watcher_dagster import compat
from watcher_dagster.identity import WATCHER_RUN_TAG
from watcher_dagster.recorder.tick import record_tick
from watcher_dagster.run_cleanup import KeptBecause, RunCleanup, clean_up_runs

LATER = dt.datetime.now(dt.UTC) + dt.timedelta(days=100)
DAYS = dg.StaticPartitionsDefinition(["monday", "tuesday"])


@dg.asset
def orders() -> None: ...


@dg.asset(partitions_def=DAYS)
def sales() -> None: ...


@dg.asset(deps=[orders])
def broken() -> None:
    raise ValueError("no connection")


@dg.op
def work() -> None: ...


@dg.job
def plain() -> None:
    work()


def cleaned(instance: dg.DagsterInstance, watcher: Watcher, **given: Any) -> RunCleanup:
    return clean_up_runs(instance, watcher, **{"retention_days": 30, "now": LATER, **given})


def materialize(instance: dg.DagsterInstance, *assets: Any, **given: Any) -> str:
    return dg.materialize(assets, instance=instance, raise_on_error=False, **given).run_id


def there(instance: dg.DagsterInstance) -> set[str]:
    return set(compat.run_ids(instance, dg.RunsFilter()))


def event_count(instance: dg.DagsterInstance, run_id: str) -> int:
    return len(instance.all_logs(run_id))


def test_the_newest_materialization_stays(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    old, newest = (materialize(dagster_instance, orders) for _ in range(2))
    record_tick(dagster_instance, watcher)
    size = event_count(dagster_instance, old)

    result = cleaned(dagster_instance, watcher)

    assert there(dagster_instance) == {newest}
    assert (result.old, result.deleted, result.rows) == (2, 1, size)
    assert result.size > 100 * size
    assert result.kept == {KeptBecause.MATERIALIZATION: 1}
    assert result.examples == {KeptBecause.MATERIALIZATION: newest}
    assert dagster_instance.all_logs(old) == []
    assert len(watcher.executions(pipeline="orders")) == 2, "Watcher's history stays whole"
    assert cleaned(dagster_instance, watcher).deleted == 0


def test_the_newest_of_each_partition_stays(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    runs = [materialize(dagster_instance, sales, partition_key=day) for day in ("monday", "tuesday", "monday")]
    record_tick(dagster_instance, watcher)
    cleaned(dagster_instance, watcher)
    assert there(dagster_instance) == set(runs[1:])
    assert dagster_instance.get_materialized_partitions(dg.AssetKey("sales")) == {"monday", "tuesday"}


def test_runs_that_are_not_old_stay(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    runs = {materialize(dagster_instance, orders) for _ in range(2)}
    record_tick(dagster_instance, watcher)
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert cleaned(dagster_instance, watcher, now=tomorrow).old == 0
    assert there(dagster_instance) == runs


def test_what_was_created_long_ago_and_ended_lately_stays(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str
) -> None:
    run_id = plain.execute_in_process(instance=dagster_instance).run_id
    record_tick(dagster_instance, watcher)
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE runs SET create_timestamp = create_timestamp - interval '50 days'"))
    engine.dispose()
    assert cleaned(dagster_instance, watcher, now=dt.datetime.now(dt.UTC)).old == 0
    assert there(dagster_instance) == {run_id}


def test_what_watcher_does_not_know_stays(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    plain.execute_in_process(instance=dagster_instance)
    result = cleaned(dagster_instance, watcher)
    assert result.kept == {KeptBecause.UNRECORDED: 1}
    record_tick(dagster_instance, watcher)
    assert cleaned(dagster_instance, watcher).deleted == 1
    assert there(dagster_instance) == set()


@pytest.mark.parametrize("of", ["run", "part"])
def test_what_was_not_recorded_as_a_whole_stays(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str, of: str
) -> None:
    plain.execute_in_process(instance=dagster_instance)
    old, _ = (materialize(dagster_instance, orders) for _ in range(2))
    record_tick(dagster_instance, watcher)
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        which = "external_id = :run_id" if of == "run" else "external_id LIKE :run_id || '/%'"
        statement = f"""UPDATE watcher.pipeline_execution
                           SET execution_metadata = execution_metadata || '{{"recorder_error": "unreadable"}}'
                         WHERE {which}"""
        assert connection.execute(sa.text(statement), {"run_id": old}).rowcount == 1
    engine.dispose()
    assert cleaned(dagster_instance, watcher).kept[KeptBecause.UNRECORDED] == 1
    assert old in there(dagster_instance)


def test_the_last_attempt_stays(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    first, last = (materialize(dagster_instance, broken) for _ in range(2))
    record_tick(dagster_instance, watcher)
    result = cleaned(dagster_instance, watcher)
    assert (first in there(dagster_instance), last in there(dagster_instance)) == (False, True)
    assert result.kept == {KeptBecause.ATTEMPT: 1}


def test_the_newest_observation_stays(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    @dg.op
    def look(context: dg.OpExecutionContext) -> None:
        context.log_event(dg.AssetObservation(dg.AssetKey("orders")))

    @dg.job
    def looking() -> None:
        look()

    runs = [looking.execute_in_process(instance=dagster_instance).run_id for _ in range(2)]
    record_tick(dagster_instance, watcher)
    assert cleaned(dagster_instance, watcher).kept == {KeptBecause.OBSERVATION: 1}
    assert there(dagster_instance) == {runs[1]}


def test_the_newest_result_of_a_check_stays(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    fails = False

    @dg.asset_check(asset=orders)
    def plausible() -> dg.AssetCheckResult:
        if fails:
            raise ValueError("no connection")
        return dg.AssetCheckResult(passed=True)

    def check() -> str:
        return materialize(dagster_instance, orders, plausible, selection=dg.AssetSelection.checks(plausible))

    _, with_result = check(), check()
    fails = True
    planned = check()
    record_tick(dagster_instance, watcher)
    assert cleaned(dagster_instance, watcher).kept == {KeptBecause.CHECK: 2}
    assert there(dagster_instance) == {with_result, planned}


def retried(instance: dg.DagsterInstance, parent: str, root: str, job: dg.JobDefinition = plain) -> str:
    """A run that was started from another, and has not begun."""
    tags = {"dagster/parent_run_id": parent, "dagster/root_run_id": root}
    return instance.create_run_for_job(job, parent_run_id=parent, root_run_id=root, tags=tags).run_id


def end(instance: dg.DagsterInstance, run_id: str) -> None:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    instance.report_run_canceled(run)


@pytest.mark.parametrize("batch_size", [1, 500])
def test_all_runs_stay_that_one_was_started_from_that_goes_on(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    """Dagster reads all of them when it works out which steps a retry has to run."""
    monkeypatch.setattr("watcher_dagster.run_cleanup.BATCH_SIZE", batch_size)
    runs = [plain.execute_in_process(instance=dagster_instance).run_id]
    for _ in range(3):
        if len(runs) > 1:
            end(dagster_instance, runs[-1])
        runs.append(retried(dagster_instance, runs[-1], runs[0]))
    record_tick(dagster_instance, watcher)
    assert cleaned(dagster_instance, watcher).kept == {KeptBecause.RETRY: 3}
    end(dagster_instance, runs[-1])
    record_tick(dagster_instance, watcher)
    assert cleaned(dagster_instance, watcher).deleted == 4
    assert there(dagster_instance) == set()


@pytest.mark.parametrize("batch_size", [1, 500])
def test_what_a_run_that_stays_was_started_from_stays(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    monkeypatch.setattr("watcher_dagster.run_cleanup.BATCH_SIZE", batch_size)
    first = plain.execute_in_process(instance=dagster_instance).run_id
    between = retried(dagster_instance, first, first)
    end(dagster_instance, between)
    record_tick(dagster_instance, watcher)
    last = retried(dagster_instance, between, first)
    end(dagster_instance, last)
    assert cleaned(dagster_instance, watcher).kept == {KeptBecause.UNRECORDED: 1, KeptBecause.ORIGIN: 2}
    assert dagster_instance.get_run_group(last) is not None
    record_tick(dagster_instance, watcher)
    assert cleaned(dagster_instance, watcher).deleted == 3


def test_the_last_run_of_each_partition_of_a_job_stays(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    """Dagster reads from them which partitions of a job have been run, and a backfill which are missing."""

    @dg.static_partitioned_config(["a", "b"])
    def letters(_: str) -> dict[str, Any]:
        return {}

    @dg.job(config=letters)
    def partitioned() -> None:
        work()

    runs = [
        partitioned.execute_in_process(instance=dagster_instance, partition_key=key).run_id for key in ("a", "b", "a")
    ]
    record_tick(dagster_instance, watcher)
    assert cleaned(dagster_instance, watcher).kept == {KeptBecause.PARTITION: 2}
    assert there(dagster_instance) == set(runs[1:])


def test_a_sensor_finds_what_it_has_started(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    """Without the run, a sensor that names the same key again would start it again."""
    tags = {"dagster/run_key": "file-1", "dagster/sensor_name": "files"}
    started = plain.execute_in_process(instance=dagster_instance, tags=tags).run_id
    scheduled = plain.execute_in_process(instance=dagster_instance, tags={"dagster/run_key": "x"}).run_id
    materialize(dagster_instance, orders, tags={**tags, "dagster/run_key": "file-2"})
    record_tick(dagster_instance, watcher)
    size = event_count(dagster_instance, started) + event_count(dagster_instance, scheduled)
    counted = cleaned(dagster_instance, watcher, dry_run=True)
    result = cleaned(dagster_instance, watcher)
    assert result.kept == counted.kept == {KeptBecause.RUN_KEY: 1, KeptBecause.MATERIALIZATION: 1}
    assert (result.deleted, result.rows) == (counted.deleted, counted.rows) == (1, size)
    assert compat.run_ids(dagster_instance, dg.RunsFilter(tags=tags)) == [started]
    assert event_count(dagster_instance, started) == 0
    assert cleaned(dagster_instance, watcher).rows == 0


def test_slots_that_a_run_has_left_behind_are_free(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    """Dagster's daemon frees the slots of runs that it finds."""
    run_id = plain.execute_in_process(instance=dagster_instance).run_id
    storage = dagster_instance.event_log_storage
    storage.set_concurrency_slots("warehouse", 1)
    assert storage.claim_concurrency_slot("warehouse", run_id, "work").is_claimed
    record_tick(dagster_instance, watcher)
    assert cleaned(dagster_instance, watcher).deleted == 1
    assert storage.claim_concurrency_slot("warehouse", "another", "work").is_claimed


def test_two_at_once_delete_what_one_does(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    runs = [materialize(dagster_instance, orders) for _ in range(12)]
    record_tick(dagster_instance, watcher)
    with ThreadPoolExecutor(2) as threads:
        found = [each.result() for each in [threads.submit(cleaned, dagster_instance, watcher) for _ in range(2)]]
    assert there(dagster_instance) == {runs[-1]}
    assert sum(each.deleted for each in found) >= 11


def test_runs_of_a_backfill_that_goes_on_stay(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = plain.execute_in_process(instance=dagster_instance, tags={compat.BACKFILL_TAG: "filling"}).run_id
    record_tick(dagster_instance, watcher)
    from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill

    backfill = PartitionBackfill(
        backfill_id="filling",
        status=BulkActionStatus.REQUESTED,
        from_failure=False,
        tags={},
        backfill_timestamp=0.0,
        asset_selection=[dg.AssetKey("orders")],
    )
    dagster_instance.add_backfill(backfill)
    assert cleaned(dagster_instance, watcher).kept == {KeptBecause.BACKFILL: 1}
    dagster_instance.update_backfill(backfill.with_status(BulkActionStatus.COMPLETED_SUCCESS))
    assert cleaned(dagster_instance, watcher).deleted == 1
    assert run_id not in there(dagster_instance)


def test_own_runs_go_without_being_recorded(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    plain.execute_in_process(instance=dagster_instance, tags={WATCHER_RUN_TAG: "true"})
    assert cleaned(dagster_instance, watcher).deleted == 1


def test_a_dry_run_counts_the_same_and_deletes_nothing(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    runs = {materialize(dagster_instance, orders) for _ in range(3)}
    record_tick(dagster_instance, watcher)
    counted = cleaned(dagster_instance, watcher, dry_run=True)
    assert there(dagster_instance) == runs
    deleted = cleaned(dagster_instance, watcher)
    for name in ("old", "deleted", "rows", "size", "kept"):
        assert getattr(counted, name) == getattr(deleted, name)
    assert counted.deleted == 2


def test_one_that_was_killed_goes_on(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the events of a run and the run itself: neither stays for ever."""
    runs = [materialize(dagster_instance, orders) for _ in range(4)]
    record_tick(dagster_instance, watcher)

    with monkeypatch.context() as patch:
        patch.setattr(dagster_instance, "delete_run", killed)
        with pytest.raises(KeyboardInterrupt):
            cleaned(dagster_instance, watcher)
    assert there(dagster_instance) == set(runs)
    assert event_count(dagster_instance, runs[0]) == 0

    assert cleaned(dagster_instance, watcher).deleted == 3
    assert there(dagster_instance) == {runs[3]}


def killed(run_id: str) -> None:
    raise KeyboardInterrupt(run_id)


def test_batches_and_progress(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher_dagster.run_cleanup.BATCH_SIZE", 2)
    for _ in range(5):
        plain.execute_in_process(instance=dagster_instance)
    record_tick(dagster_instance, watcher)
    seen: list[tuple[int, int]] = []
    result = cleaned(dagster_instance, watcher, progress=lambda done, expected: seen.append((done, expected)))
    assert seen == [(2, 5), (4, 5), (5, 5)]
    assert result.deleted == 5


def test_an_event_log_in_sqlite(watcher: Watcher, tmp_path: Path) -> None:
    """Its storage ids are others in the log of a run than in the index of assets."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        plain.execute_in_process(instance=instance)
        runs = [materialize(instance, sales, partition_key=day) for day in ("monday", "tuesday", "monday")]
        record_tick(instance, watcher)
        result = cleaned(instance, watcher)
        assert there(instance) == set(runs[1:])
        assert result.deleted == 2
        assert result.rows > 20


def test_what_dagster_shows_stays_the_same(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    def shown() -> Any:
        records = dagster_instance.get_asset_records(
            [dg.AssetKey("orders"), dg.AssetKey("sales"), dg.AssetKey("broken")]
        )
        partitions = dagster_instance.get_status_by_partition(dg.AssetKey("sales"), ["monday", "tuesday"], DAYS)
        return sorted(map(of_asset, records), key=str), partitions

    def of_asset(record: Any) -> Any:
        entry = record.asset_entry
        newest = entry.last_materialization_record
        return entry.asset_key, entry.last_run_id, newest and (newest.run_id, newest.storage_id)

    for _ in range(3):
        materialize(dagster_instance, orders, broken)
        materialize(dagster_instance, sales, partition_key="monday")
    record_tick(dagster_instance, watcher)
    before = shown()
    assert cleaned(dagster_instance, watcher).deleted == 4
    assert shown() == before


@pytest.mark.filterwarnings("ignore:Parameter `include_sources`")  # of what Dagster's own tester calls
def test_automation_decides_the_same(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    follows = dg.AutomationCondition.any_deps_updated().since(dg.AutomationCondition.newly_updated())

    @dg.asset(deps=[orders], automation_condition=follows)
    def report() -> None: ...

    @dg.asset(deps=[sales], automation_condition=follows)
    def digest() -> None: ...

    definitions = dg.Definitions(assets=[orders, sales, report, digest])
    for _ in range(3):
        materialize(dagster_instance, orders, report)
    evaluated = dg.evaluate_automation_conditions(defs=definitions, instance=dagster_instance)
    for _ in range(2):
        materialize(dagster_instance, orders)
    record_tick(dagster_instance, watcher)

    def requested() -> tuple[int, int]:
        found = dg.evaluate_automation_conditions(defs=definitions, instance=dagster_instance, cursor=evaluated.cursor)
        return found.get_num_requested(dg.AssetKey("report")), found.total_requested

    before = requested()
    assert cleaned(dagster_instance, watcher).deleted == 3
    assert requested() == before == (1, 1)


def test_what_is_up_to_date_stays_so(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    """Of a partition that was made again with the same data version, the event stays that came before what used it."""

    @dg.asset(partitions_def=DAYS, code_version="1")
    def clicks() -> None: ...

    @dg.asset(partitions_def=DAYS, deps=[clicks])
    def visits() -> None: ...

    graph = dg.Definitions(assets=[clicks, visits]).resolve_asset_graph()

    def statuses() -> list[StaleStatus]:
        resolver = CachingStaleStatusResolver(dagster_instance, graph, LoadingContextForTest(dagster_instance))
        return [resolver.get_status(dg.AssetKey("visits"), day) for day in ("monday", "tuesday")]

    made = []
    for made_of, day in ((clicks, "monday"), (visits, "monday"), (clicks, "monday"), (clicks, "monday")):
        made.append(materialize(dagster_instance, clicks, visits, selection=[made_of], partition_key=day))
    record_tick(dagster_instance, watcher)
    before = statuses()
    assert cleaned(dagster_instance, watcher).kept[KeptBecause.VERSION] == 1
    assert there(dagster_instance) == {made[0], made[1], made[3]}
    assert statuses() == before == [StaleStatus.FRESH, StaleStatus.MISSING]


@pytest.mark.filterwarnings("ignore:Parameter `include_sources`")
@pytest.mark.filterwarnings("ignore:Function `observable_source_asset`")
@pytest.mark.filterwarnings("ignore:Property `OpDefinition.version`")
def test_automation_finds_no_change_where_there_is_none(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str
) -> None:
    """An old observation, and one of now that automation has not seen yet, of the same data version."""

    @dg.observable_source_asset
    def feed() -> dg.DataVersion:
        return dg.DataVersion("1")

    @dg.asset(deps=[feed], automation_condition=dg.AutomationCondition.eager())
    def report() -> None: ...

    definitions = dg.Definitions(assets=[feed, report])
    evaluate = partial(dg.evaluate_automation_conditions, defs=definitions, instance=dagster_instance)
    old = observe([feed], instance=dagster_instance).run_id
    materialize(dagster_instance, feed, report, selection=[report])
    cursor = evaluate(cursor=evaluate().cursor).cursor
    observe([feed], instance=dagster_instance)
    record_tick(dagster_instance, watcher)
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        statement = """UPDATE runs
                          SET create_timestamp = create_timestamp - interval '50 days', end_time = end_time - 50 * 86400
                        WHERE run_id = :old"""
        connection.execute(sa.text(statement), {"old": old})
    engine.dispose()
    assert evaluate(cursor=cursor).total_requested == 0
    assert cleaned(dagster_instance, watcher, now=dt.datetime.now(dt.UTC)).kept == {KeptBecause.VERSION: 1}
    assert evaluate(cursor=cursor).total_requested == 0


def test_versions_that_are_over_hold_nothing(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    """Neither do assets without a code version: each of their materializations has a data version of its own."""
    version = "1"

    @dg.asset
    def stated() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(data_version=dg.DataVersion(version))

    runs = [materialize(dagster_instance, stated, orders) for _ in range(3)]
    version = "2"
    runs += [materialize(dagster_instance, stated, orders) for _ in range(3)]
    record_tick(dagster_instance, watcher)
    assert cleaned(dagster_instance, watcher).kept == {KeptBecause.VERSION: 1, KeptBecause.MATERIALIZATION: 1}
    assert there(dagster_instance) == {runs[3], runs[5]}


def test_what_watcher_has_forgotten_goes(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    """It was recorded, and Watcher's own cleanup came first: the run would stay for ever."""
    for _ in range(32):
        plain.execute_in_process(instance=dagster_instance)
    record_tick(dagster_instance, watcher)
    assert watcher.cleanup(now=LATER).deleted["pipeline_execution"] == 2, "the newest 30 successes stay"
    assert cleaned(dagster_instance, watcher).deleted == 32


def test_what_is_too_young_to_be_forgotten_was_never_recorded(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, database_url: str
) -> None:
    plain.execute_in_process(instance=dagster_instance)
    record_tick(dagster_instance, watcher)
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM watcher.pipeline_execution"))
    engine.dispose()
    now = dt.datetime.now(dt.UTC)
    in_89_days, in_91_days = (cleaned(dagster_instance, watcher, now=now + dt.timedelta(days=n)) for n in (89, 91))
    assert (in_89_days.kept, in_91_days.deleted) == ({KeptBecause.UNRECORDED: 1}, 1)


def test_what_ended_before_the_history_was_never_recorded(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    plain.execute_in_process(instance=dagster_instance)
    record_tick(dagster_instance, watcher, history_days=0)
    assert cleaned(dagster_instance, watcher).kept == {KeptBecause.UNRECORDED: 1}


@pytest.mark.parametrize("days", [0, -1, True, 1.5, "30"])
def test_bad_days(dagster_instance: dg.DagsterInstance, watcher: Watcher, days: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"retention_days is .*; it must be a whole number of at least 1"):
        cleaned(dagster_instance, watcher, retention_days=days)
