"""Which events of a run are read: fewer of one that succeeded and made all that was planned, with the same records."""

from collections.abc import Iterator

import dagster as dg
import pytest

from watcher_dagster.recorder.check_results import translate_checks
from watcher_dagster.recorder.columns import translate_columns
from watcher_dagster.recorder.eventlog import EventLog
from watcher_dagster.recorder.events import translate_log
from watcher_dagster.recorder.observations import translate_observations
from watcher_dagster.recorder.runlog import read_log


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["eu", "us"]))
def orders() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"dagster/row_count": 7})


@dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
def flaky(context: dg.AssetExecutionContext) -> None:
    if context.retry_number == 0:
        raise RuntimeError("once more")


@dg.asset(output_required=False)
def skipped() -> Iterator[dg.Output[None]]:
    yield from ()


@dg.asset
def broken() -> None:
    raise RuntimeError("broken")


@dg.asset
def checked() -> None:
    pass


@dg.asset_check(asset=checked)
def is_full() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@dg.asset
def observed(context: dg.AssetExecutionContext) -> None:
    context.log_event(dg.AssetObservation("elsewhere", metadata={"dagster/row_count": 3}))


@dg.multi_asset(specs=[dg.AssetSpec("first"), dg.AssetSpec("second")])
def both() -> Iterator[dg.MaterializeResult[None]]:
    yield dg.MaterializeResult(asset_key="first")
    yield dg.MaterializeResult(asset_key="second")


@dg.op
def nothing() -> None:
    pass


@dg.job
def of_ops() -> None:
    nothing()


@pytest.mark.parametrize(
    ("made", "is_plain"),
    [
        ([orders], True),
        ([flaky, both], True),
        ([flaky, skipped], False),
        ([flaky, broken], False),
        ([checked, is_full], False),
        ([observed], False),
        (of_ops, True),
    ],
    ids=["partition", "retry", "skipped", "failed", "check", "observation", "ops"],
)
def test_a_success_is_read_without_the_ends_of_its_steps(
    made: list[dg.AssetsDefinition | dg.AssetChecksDefinition] | dg.JobDefinition, is_plain: bool
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        if isinstance(made, dg.JobDefinition):
            result = made.execute_in_process(instance=instance)
        else:
            partition = "eu" if made == [orders] else None
            result = dg.materialize(made, instance=instance, raise_on_error=False, partition_key=partition)
        [record] = instance.get_run_records(dg.RunsFilter(run_ids=[result.run_id]))
        log = EventLog(instance)
        run_log, events, _ = log.read(record)
        all_events, _ = log.events(result.run_id)
    has_ends = any(event.event_log_entry.get_dagster_event().event_type_value == "STEP_SUCCESS" for event in events)
    assert has_ends is not is_plain
    full, run = read_log(record, all_events), record.dagster_run
    assert translate_log(run_log) == translate_log(full)
    assert translate_checks(run, run_log) == translate_checks(run, full)
    assert translate_columns(run, run_log) == translate_columns(run, full)
    assert translate_observations(run_log, events) == translate_observations(full, all_events)
