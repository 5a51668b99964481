"""What takes a failure back: what did the same, in the same instance, and nothing else."""

import datetime as dt
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import create_execution_plan, execute_run
from dagster._core.execution.plan.state import KnownExecutionState

from tests.factories import at, record
from watcher_core import ExecutionRecord, ExecutionState, Finding, Watcher
from watcher_core.alerts import Pace, messages
from watcher_core.enums import AlertEvent
from watcher_dagster.recorder import record_tick

FAILED = ExecutionState.FAILED
SUCCEEDED = ExecutionState.SUCCEEDED
RUNNING = ExecutionState.RUNNING


def partition(key: str, *states: ExecutionState, start: float = 0, **fields: Any) -> list[ExecutionRecord]:
    """Executions of one partition, a minute apart."""
    return [
        record(
            "sales",
            f"{key}/{start + number}",
            start=start + number,
            state=state,
            scope=key,
            execution_metadata={"partition": key},
            **fields,
        )
        for number, state in enumerate(states)
    ]


def run(run_id: str, state: ExecutionState, *, start: float, scope: str = "all", **known: Any) -> ExecutionRecord:
    metadata = {"run_id": run_id, **known}
    return record("location/job", run_id, start=start, state=state, scope=scope, execution_metadata=metadata)


def found(watcher: Watcher, minutes: float = 60) -> dict[str, Finding]:
    return {finding.pipeline_name: finding for finding in watcher.check_failures(now=at(minutes))}


def partitions(watcher: Watcher) -> list[str] | None:
    finding = found(watcher).get("sales")
    return None if finding is None else finding.details["failed_partitions"]


def line(watcher: Watcher) -> str:
    (alert,) = watcher.alerts(state="open")
    notice = messages.Notice(alert)
    message = messages.message(
        [notice], event=AlertEvent.OPENED, kind=alert.kind, level=alert.level, total=1, now=alert.opened_at
    )
    return message.text


# Partitions


def test_a_failed_partition_stays_failed_until_that_partition_succeeds(watcher: Watcher) -> None:
    watcher.record([*partition("01-03", FAILED), *partition("01-04", SUCCEEDED, start=5)])
    assert partitions(watcher) == ["01-03"]
    watcher.record(partition("01-03", SUCCEEDED, start=10))
    assert partitions(watcher) is None
    assert watcher.alerts(state="open") == []


def test_one_alert_a_pipeline_names_its_failed_partitions(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("sales", pipeline_metadata={"partition_count": 7})
    watcher.record(
        [*partition("01-03", FAILED), *partition("01-04", FAILED, start=1), *partition("01-07", FAILED, start=2)]
    )
    assert partitions(watcher) == ["01-03", "01-04", "01-07"]
    assert "3 of 7 partitions failed (01-03, 01-04, 01-07)" in line(watcher)
    assert len(watcher.alerts(state="open")) == 1


def test_failures_in_a_row_are_counted_for_each_partition(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("sales", failure_number=2)
    watcher.record([*partition("a", FAILED), *partition("b", FAILED, start=5)])
    assert partitions(watcher) is None
    watcher.record(partition("b", FAILED, start=10))
    assert partitions(watcher) == ["b"]


def test_more_failed_partitions_are_notified_at_most_once_an_hour(watcher: Watcher) -> None:
    watcher.record(partition("a", FAILED))
    found(watcher, 60)
    deliver(watcher, at(60))
    watcher.record(partition("b", FAILED, start=61))
    found(watcher, 65)
    (alert,) = watcher.alerts(state="open")
    assert alert.event is AlertEvent.UPDATED
    assert alert.next_attempt_at is not None
    assert at(120) <= alert.next_attempt_at < at(121)
    watcher.record(partition("c", FAILED, start=66))
    found(watcher, 70)
    (alert,) = watcher.alerts(state="open")
    assert alert.event is AlertEvent.UPDATED
    assert alert.next_attempt_at is not None
    assert at(120) <= alert.next_attempt_at < at(121)
    assert deliver(watcher, at(119)) == []
    (message,) = deliver(watcher, at(121))
    assert "More of it: " in message
    assert "3 partitions failed (a, b, c)" in message
    assert watcher.alerts(state="open")[0].event is None
    # Fewer is no news, and a recovery does not wait for an update.
    watcher.record([*partition("d", FAILED, start=122), *partition("d", SUCCEEDED, start=124)])
    found(watcher, 126)
    watcher.record([execution for key in "abc" for execution in partition(key, SUCCEEDED, start=123)])
    found(watcher, 126)
    (message,) = deliver(watcher, at(126))
    assert message.startswith("✅ ")


def test_a_partition_that_fails_as_another_one_gets_good_is_notified(watcher: Watcher) -> None:
    watcher.record([*partition("a", FAILED), *partition("b", FAILED)])
    found(watcher, 10)
    (message,) = deliver(watcher, at(10))
    assert "2 partitions (a, b)" in message or "2 partitions failed (a, b)" in message
    watcher.record([*partition("a", SUCCEEDED, start=20), *partition("c", FAILED, start=20)])
    found(watcher, 25)
    assert deliver(watcher, at(69)) == []
    (message,) = deliver(watcher, at(71))
    assert "More of it: " in message
    assert "b, c" in message
    watcher.record(partition("b", SUCCEEDED, start=80))
    found(watcher, 85)
    watcher.record(partition("c", FAILED, start=90))
    found(watcher, 95)
    assert deliver(watcher, at(600)) == []  # the same partition once more


class Channel:
    """Takes messages."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def send(self, message: Any, *, thread: str | None) -> str | None:
        self.texts.append(message.text)
        return None


def deliver(watcher: Watcher, now: dt.datetime) -> list[str]:
    channel = Channel()
    watcher.deliver_alerts(now=now, senders={"default": channel}, pace=Pace(0))
    return channel.texts


def test_a_partition_that_failed_before_another_one_that_was_found_first_is_news(watcher: Watcher) -> None:
    watcher.record(partition("2", FAILED, start=5))
    assert found(watcher)["sales"].new
    watcher.record(partition("1", FAILED, start=2))
    assert [finding.new for finding in watcher.check_failures(now=at(60), dry_run=True)] == [True]
    assert found(watcher)["sales"].new
    [alert] = watcher.alerts()
    assert (alert.facts["failed_partitions"], alert.facts["failing"]) == (["1", "2"], 2)
    assert not found(watcher)["sales"].new
    watcher.resolve_alert(alert.id)
    watcher.record(partition("0", FAILED, start=1))
    assert found(watcher)["sales"].new
    [alert] = watcher.alerts(state=["open"])
    assert alert.facts["failed_partitions"] == ["0", "1", "2"]
    watcher.resolve_alert(alert.id)
    found(watcher)
    assert watcher.alerts(state=["open"]) == []


def test_an_execution_without_a_scope_is_about_all_of_its_pipeline(watcher: Watcher) -> None:
    watcher.record([*partition("a", FAILED), *partition("b", FAILED)])
    watcher.record([record("sales", "whole", start=5)])
    assert found(watcher) == {}
    watcher.record([record("sales", "whole again", start=10, state=FAILED)])
    assert set(found(watcher)) == {"sales"}
    watcher.record(partition("c", SUCCEEDED, start=15))
    assert found(watcher) == {}


def test_partitions_of_python_jobs(watcher: Watcher) -> None:
    with pytest.raises(ValueError, match="no file"), watcher.track("load", scope="2024-01-01"):
        raise ValueError("no file")
    with watcher.track("load", scope="2024-01-02"):
        pass
    assert [finding.pipeline_name for finding in watcher.check_failures()] == ["load"]
    with watcher.track("load", scope="2024-01-01"):
        pass
    assert watcher.check_failures() == []


# Order


def test_a_long_run_that_fails_after_a_short_one_that_began_later(watcher: Watcher) -> None:
    watcher.record(
        [
            record("p", "long", start=0, end_date=at(50), state=FAILED),
            record("p", "short", start=10, end_date=at(11)),
        ]
    )
    assert set(found(watcher)) == {"p"}


# Instances


def test_instances_do_not_take_back_each_other_s_failures(watcher: Watcher) -> None:
    watcher.record([record("p", "r1", state=FAILED, instance_id="one"), record("p", "r2", start=5, instance_id="two")])
    (finding,) = watcher.check_failures(now=at(60))
    assert finding.deduplication_key.endswith("/one")
    watcher.record([record("p", "r3", start=6, state=FAILED, instance_id="two")])
    watcher.check_failures(now=at(60))
    assert len(watcher.alerts(state="open")) == 2
    watcher.record([record("p", "r4", start=10, instance_id="one")])
    (finding,) = watcher.check_failures(now=at(60))
    assert finding.deduplication_key.endswith("/two")


# Runs


def test_a_run_is_taken_back_by_the_same_selection_or_a_retry(watcher: Watcher) -> None:
    watcher.record([run("r1", FAILED, start=0, scope="invoices"), run("r2", SUCCEEDED, start=5, scope="customers")])
    assert set(found(watcher)) == {"location/job"}
    watcher.record([run("r3", SUCCEEDED, start=10, scope="invoices")])
    assert found(watcher) == {}


def test_while_dagster_is_about_to_retry_nothing_is_reported(watcher: Watcher) -> None:
    watcher.record([run("r1", FAILED, start=50, will_retry=True)])
    assert found(watcher, 60) == {}
    # The retry has never come: after an hour it will not.
    assert set(found(watcher, 112)) == {"location/job"}


def test_when_retries_are_used_up_there_is_one_alert(watcher: Watcher) -> None:
    known = {"root_run_id": "r1", "parent_run_id": "r1"}
    watcher.record([run("r1", FAILED, start=50, will_retry=True), run("r2", FAILED, start=52, **known)])
    (finding,) = watcher.check_failures(now=at(60))
    assert (finding.failures_in_a_row, finding.details["run_id"]) == (1, "r2")


# A step of several assets


def step(run_id: str, state: ExecutionState, start: float, names: list[str]) -> list[ExecutionRecord]:
    metadata = {"run_id": run_id, "step_key": "dbt_models", "error": {"class": "E", "message": "interrupted"}}
    return [
        run(run_id, state, start=start, location="analytics"),
        *(
            record(
                name,
                f"{run_id}/dbt_models/{name}",
                start=start,
                state=state,
                parent_external_id=run_id,
                instance_id="i",
                execution_metadata=dict(metadata),
            )
            for name in names
        ),
    ]


def alerts(watcher: Watcher, minutes: float) -> list[tuple[int, str, object]]:
    """The open alerts after a check: each with its pipeline, and the assets that it lists."""
    watcher.check_failures(now=at(minutes))
    opened = sorted(watcher.alerts(state="open"), key=lambda alert: alert.id)
    return [(alert.id, alert.subject, alert.facts.get("assets")) for alert in opened]


def test_a_failed_step_of_ten_assets_is_one_alert_that_lists_them(watcher: Watcher) -> None:
    names = [f"model_{number}" for number in range(10)]
    watcher.record(step("r1", FAILED, 0, names))
    assert len(watcher.check_failures(now=at(60))) == 10
    (alert,) = watcher.alerts(state="open")
    assert alert.facts["assets"] == names
    assert "assets (model_0, model_1" in line(watcher)
    # In the next run fewer fail: it is the same alert.
    watcher.record([*step("r2", FAILED, 10, names[:3]), *step("r3", SUCCEEDED, 20, names[3:])])
    watcher.check_failures(now=at(70))
    (again,) = watcher.alerts(state="open")
    assert (again.id, again.facts["assets"]) == (alert.id, names[:3])


def test_a_shared_alert_goes_on_for_the_last_of_its_assets(watcher: Watcher) -> None:
    watcher.record(step("r1", FAILED, 0, ["a", "b", "c"]))
    ((alert, _, assets),) = alerts(watcher, 60)
    assert assets == ["a", "b", "c"]
    watcher.record(step("r2", SUCCEEDED, 10, ["c"]))
    assert [(each, assets) for each, _, assets in alerts(watcher, 61)] == [(alert, ["a", "b"])]
    watcher.record(step("r3", SUCCEEDED, 20, ["b"]))
    assert alerts(watcher, 62) == [(alert, "a", None)]
    watcher.record(step("r4", FAILED, 30, ["a"]))  # it fails again, alone, and then not alone
    assert alerts(watcher, 63) == [(alert, "a", None)]
    watcher.record(step("r5", FAILED, 40, ["b"]))
    assert [(each, assets) for each, _, assets in alerts(watcher, 64)] == [(alert, ["a", "b"])]
    watcher.record(step("r6", SUCCEEDED, 50, ["a", "b"]))
    assert alerts(watcher, 65) == []
    assert len(watcher.alerts()) == 1


@pytest.mark.parametrize("last_by_hand", [True, False], ids=["of one asset", "of two, of which one recovers"])
@pytest.mark.parametrize("owners", [[], ["team:shop"]], ids=["unowned", "owned"])
def test_a_shared_alert_that_somebody_resolved_stays_so_for_the_last_of_its_assets(
    watcher: Watcher, last_by_hand: bool, owners: list[str]
) -> None:
    for name in ("a", "b"):
        watcher.get_or_create_pipeline(name, pipeline_metadata={"owners": owners})
    watcher.record(step("r1", FAILED, 0, ["a", "b"]))
    ((alert, *_),) = alerts(watcher, 60)
    if last_by_hand:
        watcher.record(step("r2", SUCCEEDED, 10, ["b"]))
        assert alerts(watcher, 61) == [(alert, "a", None)]
        watcher.resolve_alert(alert)
    else:
        watcher.resolve_alert(alert)
        assert alerts(watcher, 61) == []
        watcher.record(step("r2", SUCCEEDED, 10, ["b"]))
    for minute in (62, 63):
        assert alerts(watcher, minute) == []
    watcher.record(step("r3", FAILED, 20, ["a"]))
    ((again, name, _),) = alerts(watcher, 64)
    assert (again != alert, name) == (True, "a")


def test_an_asset_with_an_alert_of_its_own_keeps_it(watcher: Watcher) -> None:
    watcher.record(step("r1", FAILED, 0, ["a"]))
    ((own, *_),) = alerts(watcher, 60)
    watcher.record(step("r2", FAILED, 10, ["a", "b", "c"]))
    (first, second) = alerts(watcher, 61)
    assert first == (own, "a", None)
    assert second[2] == ["b", "c"]
    assert watcher.alerts(state="resolved") == []


def test_assets_of_other_owners_have_an_alert_of_their_own(watcher: Watcher) -> None:
    for name, owners in {"a": ["ann"], "b": ["team:shop", "ann"], "c": ["ann", "team:shop"], "d": ["ann"]}.items():
        watcher.get_or_create_pipeline(name, pipeline_metadata={"owners": owners})
    watcher.record(step("r1", FAILED, 0, ["a", "b", "c", "d", "e"]))
    first = alerts(watcher, 60)
    assert sorted(str(assets or name) for _, name, assets in first) == ["['a', 'd']", "['b', 'c']", "e"]
    watcher.record(step("r2", SUCCEEDED, 10, ["a", "b", "e"]))
    left = alerts(watcher, 61)
    assert sorted(name for _, name, _ in left) == ["c", "d"]
    assert {alert for alert, *_ in left} < {alert for alert, *_ in first}


# As Dagster reports it


def test_an_unrelated_asset_and_another_partition_take_nothing_back(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
    def sales(context: dg.AssetExecutionContext) -> None:
        if context.partition_key == "a":
            raise ValueError("no file")

    @dg.asset
    def invoices() -> None: ...

    @dg.asset
    def customers() -> None: ...

    for key in "ab":
        dg.materialize([sales], instance=dagster_instance, partition_key=key, raise_on_error=False)
    job = dg.Definitions(assets=[invoices, customers]).resolve_implicit_global_asset_job_def()
    never_started = dagster_instance.create_run_for_job(job.get_subset(asset_selection={dg.AssetKey("invoices")}))
    dagster_instance.report_run_failed(never_started, "timed out while starting")
    job.get_subset(asset_selection={dg.AssetKey("customers")}).execute_in_process(instance=dagster_instance)
    record_tick(dagster_instance, watcher)
    failures = {finding.pipeline_name: finding for finding in watcher.check_failures()}
    assert set(failures) == {"sales", "invoices"}
    assert failures["sales"].details["failed_partitions"] == ["a"]
    assert failures["invoices"].details["error"] == "timed out while starting"


@pytest.mark.filterwarnings("ignore:Function `observable_source_asset`", "ignore:Property `OpDefinition.version`")
def test_an_observation_is_no_execution_and_takes_nothing_back(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    @dg.asset(name="orders")
    def broken() -> None:
        raise ValueError("no file")

    @dg.observable_source_asset(name="orders")
    def observed() -> dg.DataVersion:
        return dg.DataVersion("1")

    dg.materialize([broken], instance=dagster_instance, raise_on_error=False)
    dg.Definitions(assets=[observed]).resolve_implicit_global_asset_job_def().execute_in_process(
        instance=dagster_instance
    )
    record_tick(dagster_instance, watcher)
    assert [execution.state for execution in watcher.executions(pipeline="orders")] == [FAILED]
    assert [finding.pipeline_name for finding in watcher.check_failures()] == ["orders"]


def test_what_is_behind_a_failure_is_blocked_and_has_no_alert_of_its_own(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    @dg.asset
    def raw() -> None:
        raise ValueError("no file")

    @dg.asset(deps=[raw])
    def report() -> None: ...

    dg.materialize([raw, report], instance=dagster_instance, raise_on_error=False)
    record_tick(dagster_instance, watcher)
    (execution,) = watcher.executions(pipeline="report")
    assert execution.state is ExecutionState.BLOCKED
    assert [finding.pipeline_name for finding in watcher.check_failures()] == ["raw"]


def test_a_job_without_assets_names_its_failing_op(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    @dg.op
    def send_report() -> None:
        raise ValueError("no recipient")

    @dg.job
    def nightly() -> None:
        send_report()

    nightly.execute_in_process(instance=dagster_instance, raise_on_error=False)
    record_tick(dagster_instance, watcher)
    watcher.check_failures()
    assert "failed step send_report" in line(watcher)


def test_what_dbt_skips_behind_a_broken_model_is_blocked(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    class DagsterDbtCliRuntimeError(Exception):
        pass

    @dg.multi_asset(
        specs=[dg.AssetSpec(["shop", name]) for name in ("customers", "orders", "report")], name="dbt_models"
    )
    def dbt_models() -> Any:
        yield dg.MaterializeResult(asset_key=["shop", "customers"])
        raise DagsterDbtCliRuntimeError(
            "Errors parsed from dbt logs:\n\n2 of 3 ERROR creating sql table model main.orders\n\n"
            "\x1b[31mFailure in model orders (models/orders.sql)\x1b[0m\n\n"
            "  Database Error in model orders (models/orders.sql)\n  no such column"
        )

    dg.materialize([dbt_models], instance=dagster_instance, raise_on_error=False)
    record_tick(dagster_instance, watcher)
    states = {name: watcher.executions(pipeline=f"shop/{name}")[0].state for name in ("customers", "orders", "report")}
    assert states == {"customers": SUCCEEDED, "orders": FAILED, "report": ExecutionState.BLOCKED}
    assert [finding.pipeline_name for finding in watcher.check_failures()] == ["shop/orders"]


def test_a_retry_is_to_do_what_its_first_run_was_to_do(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    @dg.op
    def first() -> None: ...

    @dg.op(ins={"start": dg.In(dg.Nothing)})
    def second() -> None: ...

    @dg.job
    def nightly() -> None:
        second(first())

    root = dagster_instance.create_run_for_job(nightly)
    dagster_instance.report_run_failed(root, "out of memory")
    subset = nightly.get_subset(op_selection=["second"])

    def retry_of(run_id: str, root_run_id: str | None = None) -> dg.DagsterRun:
        return dagster_instance.create_run_for_job(
            subset, op_selection=["second"], parent_run_id=run_id, root_run_id=root_run_id or run_id
        )

    runs = {
        "retry": retry_of(root.run_id),
        "other": dagster_instance.create_run_for_job(subset, op_selection=["second"]),
        "of a run that was deleted": retry_of("gone"),
        "of a retry whose first run was deleted": retry_of(root.run_id, "gone"),
    }
    for each in runs.values():
        dagster_instance.report_run_failed(each, "out of memory")
    record_tick(dagster_instance, watcher)
    scopes = {execution.external_id: execution.scope for execution in watcher.executions(pipeline="nightly")}
    assert scopes[root.run_id] == scopes[runs["retry"].run_id] == "all"
    assert scopes[runs["other"].run_id] not in ("all", None)
    assert scopes[runs["of a run that was deleted"].run_id] == scopes[runs["other"].run_id]
    assert scopes[runs["of a retry whose first run was deleted"].run_id] == "all"


def test_steps_that_are_executed_again_make_good_what_failed_among_them(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    is_broken = True

    @dg.op(out=dg.DynamicOut())
    def pages() -> Any:
        yield from (dg.DynamicOutput(number, str(number)) for number in range(2))

    @dg.op
    def send(number: int) -> None:
        if is_broken and number == 1:
            raise ValueError("no recipient")

    @dg.op
    def clean_up() -> None: ...

    @dg.job(executor_def=dg.in_process_executor)
    def nightly() -> None:
        pages().map(send)
        clean_up()

    first = nightly.execute_in_process(instance=dagster_instance, raise_on_error=False)

    def execute_again(*steps: str) -> set[str]:
        job = InMemoryJob(nightly)
        plan = create_execution_plan(job, step_keys_to_execute=list(steps), known_state=KnownExecutionState())
        run = dagster_instance.create_run_for_job(
            nightly, execution_plan=plan, parent_run_id=first.run_id, root_run_id=first.run_id
        )
        assert execute_run(job, run, dagster_instance).success
        record_tick(dagster_instance, watcher)
        return {finding.pipeline_name for finding in watcher.check_failures()}

    assert execute_again("clean_up") == {"nightly"}
    is_broken = False
    assert execute_again("clean_up") == {"nightly"}
    assert execute_again("pages", "send[?]") == set()


def test_a_run_of_all_of_a_job_takes_back_one_of_a_selection(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    is_broken = True

    @dg.op
    def send() -> None:
        if is_broken:
            raise ValueError("no recipient")

    @dg.op
    def clean_up() -> None: ...

    @dg.job(executor_def=dg.in_process_executor)
    def nightly() -> None:
        send()
        clean_up()

    def failing(*ops: str) -> bool:
        job = nightly.get_subset(op_selection=ops) if ops else nightly
        run = dagster_instance.create_run_for_job(job, op_selection=list(ops) or None)
        execute_run(InMemoryJob(job), run, dagster_instance)
        record_tick(dagster_instance, watcher)
        return bool(watcher.check_failures())

    assert failing("send")
    assert failing("clean_up")
    is_broken = False
    assert not failing()
    (alert,) = watcher.alerts(state="resolved")
    assert alert.resolution is not None
    assert alert.resolution["how"] == "execution"


def test_of_two_runs_that_wait_in_the_queue_the_one_that_ran_last_counts(
    dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    """Dagster's own status of the partition is "materialized": it was, since the last run of it was created."""
    shops = dg.StaticPartitionsDefinition(["north"])

    @dg.asset(partitions_def=shops)
    def orders(context: dg.AssetExecutionContext) -> None:
        if "fails" in context.run.tags:
            raise ValueError("no such file")

    load = dg.define_asset_job("load", [orders], executor_def=dg.in_process_executor)
    job = dg.Definitions(assets=[orders], jobs=[load]).resolve_job_def("load")
    tags = {"dagster/partition": "north"}
    waiting = [dagster_instance.create_run_for_job(job, tags=given) for given in (tags, tags | {"fails": "yes"})]
    for run in waiting:
        execute_run(InMemoryJob(job), run, dagster_instance)
    status = dagster_instance.get_status_by_partition(orders.key, ["north"], shops)
    assert status is not None
    assert [each and each.value for each in status.values()] == ["MATERIALIZED"]
    record_tick(dagster_instance, watcher)
    assert {finding.pipeline_name for finding in watcher.check_failures()} == {"orders"}


@pytest.mark.parametrize("will_retry", [False, True], ids=["for good", "to be retried"])
def test_a_run_that_waited_and_never_began_has_failed_when_it_was_given_up(
    will_retry: bool, dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    """It waits for hours while another one of the same job succeeds, and then its process does not come up."""

    @dg.asset
    def orders() -> None: ...

    job = dg.Definitions(assets=[orders], jobs=[dg.define_asset_job("load", [orders])]).resolve_job_def("load")
    tags = {"dagster/will_retry": "true"} if will_retry else {}
    waiting = dagster_instance.create_run_for_job(job, tags=tags)
    storage: Any = dagster_instance.run_storage
    with storage.connect() as connection:
        connection.execute(sa.text("UPDATE runs SET create_timestamp = create_timestamp - interval '3 hours'"))
    assert job.execute_in_process(instance=dagster_instance).success
    dagster_instance.report_run_failed(waiting, "no process came up in 180 seconds")
    record = dagster_instance.get_run_record_by_id(waiting.run_id)
    assert record is not None
    assert record.end_time is not None
    record_tick(dagster_instance, watcher)
    execution = next(each for each in watcher.executions() if each.external_id == waiting.run_id)
    assert execution.start_date == execution.end_date == dt.datetime.fromtimestamp(record.end_time, dt.UTC)
    assert {finding.pipeline_name for finding in watcher.check_failures()} == (set() if will_retry else {"orders"})


@pytest.mark.parametrize("is_renamed", [False, True], ids=["as ever", "renamed"])
def test_an_ad_hoc_run_that_failed_after_its_assets_is_taken_back_by_what_makes_them_again(
    is_renamed: bool, dagster_instance: dg.DagsterInstance, watcher: Watcher
) -> None:
    is_broken = True

    @dg.asset
    def orders() -> Any:
        yield dg.MaterializeResult()
        if is_broken:
            raise ValueError("cannot clean up")

    @dg.asset
    def customers() -> None: ...

    @dg.asset(deps=[orders])
    def report() -> None: ...

    definitions = dg.Definitions(assets=[orders, customers, report], executor=dg.in_process_executor)

    def failing(*names: str) -> set[str]:
        keys = frozenset(dg.AssetKey(name) for name in names)
        job = definitions.resolve_implicit_global_asset_job_def().get_subset(asset_selection=set(keys))
        run = dagster_instance.create_run_for_job(job, asset_selection=keys)
        execute_run(InMemoryJob(job), run, dagster_instance)
        record_tick(dagster_instance, watcher)
        return {finding.pipeline_name for finding in watcher.check_failures()}

    assert failing("orders") == {"__ASSET_JOB"}
    assert failing("customers", "report") == {"__ASSET_JOB"}
    assert failing("orders", "customers") == {"__ASSET_JOB"}
    if is_renamed:
        watcher.update_pipeline("orders", name="shop/orders")
    is_broken = False
    assert failing("orders", "report") == set()
