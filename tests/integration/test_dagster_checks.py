"""Dagster's asset checks: recorded with their history, alerted once, and taken back by what passes."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import dagster as dg
import pytest

from tests.factories import unique
from watcher_core import Alert, AlertLevel, AssetCheckStatus, ExecutionState, Finding, Watcher, text
from watcher_dagster import build_watcher_asset_checks
from watcher_dagster.recorder import record_tick

DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-08")
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


class Place:
    """A Dagster instance and what is recorded of it, which the tests of this module share."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher) -> None:
        self.instance = instance
        self.watcher = watcher

    def run(self, *definitions: Any, **options: Any) -> dg.ExecuteInProcessResult:
        return dg.materialize(list(definitions), instance=self.instance, raise_on_error=False, **options)

    def tick(self) -> None:
        record_tick(self.instance, self.watcher)
        self.watcher.check_failures()
        self.watcher.check_asset_checks()

    def alerts(self, *names: str) -> list[Alert]:
        """The open alerts of these pipelines, and of the jobs of their runs, once all is recorded."""
        self.tick()
        return [alert for alert in self.watcher.alerts(state="open", limit=1000) if alert.pipeline_name in names]

    def said(self, *names: str) -> list[str]:
        return [line(alert) for alert in reversed(self.alerts(*names))]


def line(alert: Alert) -> str:
    said = text.check_result(alert.facts) if alert.kind == "asset_check" else alert.kind.value
    return f"{alert.level.value}: {alert.facts.get('check', '')} of {alert.pipeline_name} {said}"


@pytest.fixture
def place(module_dagster_instance: dg.DagsterInstance, module_watcher: Watcher) -> Place:
    return Place(module_dagster_instance, module_watcher)


@pytest.fixture
def name() -> str:
    """The name of an asset that no other test has."""
    return unique("orders").replace("-", "_")


def checked_asset(name: str, results: Iterable[dg.AssetCheckResult], **options: Any) -> dg.AssetsDefinition:
    """An asset that returns these results of its own checks."""
    results = list(results)
    specs = [dg.AssetCheckSpec(str(result.check_name), asset=name, **options) for result in results]

    @dg.asset(name=name, check_specs=specs)
    def made() -> Any:
        yield dg.MaterializeResult(check_results=results)

    return made


def check_of(name: str, result: dg.AssetCheckResult | BaseException | None, **options: Any) -> dg.AssetChecksDefinition:
    """A check in a step of its own."""

    @dg.asset_check(asset=name, **{"name": "sound", **options})
    def sound() -> Any:
        if isinstance(result, BaseException):
            raise result
        return result

    return sound


def plain_asset(name: str, **options: Any) -> dg.AssetsDefinition:
    @dg.asset(name=name, **options)
    def made() -> None: ...

    return made


def result(passed: bool, name: str | None = None, **fields: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=passed, check_name=name, **fields)


# What is said


IN_THE_RUN = {
    "ERROR": ({"severity": ERROR, "metadata": {"rows": 3}}, "error: sound of {} failed: rows 3"),
    "WARN": ({"severity": WARN, "description": "3 rows too old"}, "warning: sound of {} failed: 3 rows too old"),
    "a test of dbt": ({"metadata": {"dagster_dbt/failed_row_count": 2}}, "error: sound of {} failed: 2 rows"),
}


@pytest.mark.parametrize("kind", IN_THE_RUN)
def test_a_check_that_fails_in_the_run_of_its_asset_is_one_alert_until_it_passes(
    kind: str, place: Place, name: str
) -> None:
    fields, said = IN_THE_RUN[kind]
    place.run(checked_asset(name, [result(False, "sound", **fields), result(True, "other")]))
    assert place.said(name) == [said.format(name)]
    assert place.said(name) == [said.format(name)]  # reading it again changes nothing
    place.run(checked_asset(name, [result(True, "sound")]))
    assert place.said(name) == []
    statuses = [(each.check_name, each.status) for each in place.watcher.asset_check_results(pipeline=name)]
    assert sorted(statuses) == [("other", "passed"), ("sound", "failed"), ("sound", "passed")]


def test_a_check_in_a_run_of_its_own(place: Place, name: str) -> None:
    def checks_alone(passed: bool) -> None:
        definitions = dg.Definitions(
            assets=[plain_asset(name)],
            asset_checks=[check_of(name, result(passed, severity=WARN))],
            jobs=[dg.define_asset_job("checks", dg.AssetSelection.checks_for_assets(dg.AssetKey(name)))],
        )
        definitions.resolve_job_def("checks").execute_in_process(instance=place.instance)

    checks_alone(False)
    assert place.said(name) == [f"warning: sound of {name} failed"]
    (check,) = place.watcher.asset_checks(pipeline=name)
    assert (check.status, check.severity, check.blocking, check.failing) == ("failed", AlertLevel.WARNING, False, 1)
    (recorded,) = place.watcher.asset_check_results(pipeline=name)
    assert recorded.pipeline_execution_id is not None
    assert place.watcher.execution(recorded.pipeline_execution_id).state is ExecutionState.SUCCEEDED
    checks_alone(True)
    assert place.said(name) == []


def test_a_result_that_is_reported_without_a_run(place: Place, name: str) -> None:
    for passed in (False, True):
        place.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=dg.AssetKey(name), check_name="sound", passed=passed)
        )
        assert place.said(name) == ([] if passed else [f"error: sound of {name} failed"])
    place.tick()
    assert len(place.watcher.asset_check_results(pipeline=name)) == 2


@pytest.mark.parametrize("is_own_step", [True, False], ids=["a step of its own", "the step of its asset"])
def test_a_blocking_check_is_one_message_and_what_it_held_back_is_blocked(
    is_own_step: bool, place: Place, name: str
) -> None:
    behind = plain_asset(f"{name}_report", deps=[name])
    job = f"{name}_job"

    def run(passed: bool) -> None:
        checked = checked_asset(name, [result(passed, "sound")], blocking=True)
        assets, checks = [checked, behind], []
        if is_own_step:
            assets, checks = [plain_asset(name), behind], [check_of(name, result(passed), blocking=True)]
        definitions = dg.Definitions(assets=assets, asset_checks=checks, jobs=[dg.define_asset_job(job)])
        definitions.resolve_job_def(job).execute_in_process(instance=place.instance, raise_on_error=False)

    run(False)
    said = place.said(name, f"{name}_report", job)
    assert said == [f"error: sound of {name} failed, what is downstream is held back"]
    assert place.watcher.executions(pipeline=name)[0].state is ExecutionState.SUCCEEDED
    assert place.watcher.executions(pipeline=f"{name}_report")[0].state is ExecutionState.BLOCKED
    assert place.watcher.executions(pipeline=job)[0].state is ExecutionState.FAILED
    run(True)
    assert place.said(name, f"{name}_report", job) == []


def test_where_checks_are_muted_the_run_that_they_failed_is_the_message(place: Place, name: str) -> None:
    place.watcher.get_or_create_pipeline(name, mute_asset_check=True)
    job = f"{name}_job"
    definitions = dg.Definitions(
        assets=[plain_asset(name)],
        asset_checks=[check_of(name, result(False), blocking=True)],
        jobs=[dg.define_asset_job(job)],
    )
    definitions.resolve_job_def(job).execute_in_process(instance=place.instance, raise_on_error=False)
    assert [(alert.kind, alert.pipeline_name) for alert in place.alerts(name, job)] == [("failure", job)]
    assert place.watcher.asset_checks(pipeline=name)[0].status == "failed"  # recorded all the same


def test_a_run_in_which_something_else_failed_too_has_its_own_alert(place: Place, name: str) -> None:
    @dg.asset(name=f"{name}_broken")
    def broken() -> None:
        raise ValueError("no file")

    place.run(checked_asset(name, [result(False, "sound")], blocking=True), broken)
    assert {(alert.kind.value, alert.pipeline_name) for alert in place.alerts(name, f"{name}_broken")} == {
        ("asset_check", name),
        ("failure", f"{name}_broken"),
    }


def test_a_check_that_raises_is_an_error_of_the_check(place: Place, name: str) -> None:
    job = f"{name}_job"

    def run(outcome: Any) -> None:
        definitions = dg.Definitions(
            assets=[plain_asset(name)],
            asset_checks=[check_of(name, outcome)],
            jobs=[dg.define_asset_job(job)],
        )
        definitions.resolve_job_def(job).execute_in_process(instance=place.instance, raise_on_error=False)

    run(ValueError("no file"))
    assert place.said(name, job) == [f"error: sound of {name} raised an error: ValueError: no file"]
    run(result(True))
    assert place.said(name, job) == []
    run(None)  # Dagster lets it pass, and shows no result
    assert place.said(name, job) == [f"warning: sound of {name} ran and gave no result"]


def test_one_error_of_a_step_of_several_checks_is_one_alert(place: Place, name: str) -> None:
    @dg.multi_asset_check(name=f"{name}_checks", specs=[dg.AssetCheckSpec(check, asset=name) for check in "abc"])
    def several() -> Any:
        yield dg.AssetCheckResult(asset_key=name, check_name="a", passed=True)
        raise ValueError("no file")

    place.run(plain_asset(name), several)
    (alert,) = place.alerts(name)
    assert text.check_result(alert.facts) == "raised an error in 2 checks (b, c): ValueError: no file"


def test_each_partition_is_taken_back_by_itself_or_by_a_look_at_all_of_the_asset(place: Place, name: str) -> None:
    asset = plain_asset(name, partitions_def=DAYS)

    def run(day: str, passed: bool, **options: Any) -> None:
        place.run(asset, check_of(name, result(passed), **options), partition_key=f"2024-01-0{day}")

    run("1", False, partitions_def=DAYS)
    assert place.said(name) == [f"error: sound of {name} failed for 2024-01-01"]
    run("2", False, partitions_def=DAYS)
    run("3", True, partitions_def=DAYS)
    assert place.said(name) == [f"error: sound of {name} failed for 2 partitions (2024-01-01, 2024-01-02)"]
    run("1", True, partitions_def=DAYS)
    assert place.said(name) == [f"error: sound of {name} failed for 2024-01-02"]
    run("3", True)
    assert place.said(name) == []
    run("4", False)
    assert place.said(name) == [f"error: sound of {name} failed"]
    run("4", True, partitions_def=DAYS)
    assert place.said(name) == []


DBT = {
    "a test that is a check": ("Failure in test sound (models/schema.yml)", ["asset_check"]),
    "a test that is no check": ("Failure in test single (models/schema.yml)", ["asset_check", "failure"]),
    "a test and a model": (
        "Failure in test sound (schema.yml)\n\nDatabase Error in model {}_report (report.sql)",
        ["asset_check", "failure"],
    ),
}


@pytest.mark.parametrize("kind", DBT)
def test_a_step_of_dbt_that_fails_by_its_tests_is_their_alert(kind: str, place: Place, name: str) -> None:
    message, kinds = DBT[kind]

    class DagsterDbtCliRuntimeError(Exception):
        pass

    @dg.multi_asset(
        name=f"{name}_models",
        specs=[dg.AssetSpec(name), dg.AssetSpec(f"{name}_report")],
        check_specs=[dg.AssetCheckSpec("sound", asset=name)],
    )
    def models() -> Any:
        yield dg.MaterializeResult(asset_key=name)
        yield result(False, "sound", asset_key=name)
        raise DagsterDbtCliRuntimeError(f"Errors parsed from dbt logs:\n\n{message.format(name)}")

    job = f"{name}_job"
    definitions = dg.Definitions(assets=[models], jobs=[dg.define_asset_job(job)])
    definitions.resolve_job_def(job).execute_in_process(instance=place.instance, raise_on_error=False)
    assert sorted(alert.kind.value for alert in place.alerts(name, f"{name}_report", job)) == kinds


def test_checks_of_watcher_itself_are_not_recorded_a_second_time(place: Place, name: str) -> None:
    asset = plain_asset(name)
    place.watcher.get_or_create_pipeline(name, freshness_number=1, freshness_datepart="minute")
    (own,) = build_watcher_asset_checks([asset], checks=["freshness"])
    place.run(asset, own, resources={"watcher": dg.ResourceDefinition.none_resource()})
    for passed in (False, True):
        place.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=dg.AssetKey(name), check_name="watcher_freshness", passed=passed)
        )
    place.tick()
    assert place.watcher.asset_checks(pipeline=name) == []


def test_an_attempt_that_is_tried_again_takes_its_results_back(place: Place, name: str) -> None:
    attempts = iter((False, True))

    @dg.asset(
        name=name,
        check_specs=[dg.AssetCheckSpec("sound", asset=name)],
        retry_policy=dg.RetryPolicy(max_retries=1),
    )
    def retried() -> Any:
        passed = next(attempts)
        yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=passed)])
        if not passed:
            raise ValueError("no file")

    place.run(retried)
    assert place.said(name) == []
    assert [each.status for each in place.watcher.asset_check_results(pipeline=name)] == ["passed"]


def test_a_check_that_is_gone_from_the_code_has_no_alert(place: Place, name: str) -> None:
    place.run(checked_asset(name, [result(False, "sound")]))
    assert len(place.said(name)) == 1
    instance_id = place.watcher.asset_checks(pipeline=name)[0].instance_id

    def declare(*checks: tuple[str, str]) -> None:
        place.watcher.declare_asset_checks(checks, location=name, instance_id=instance_id)

    declare((name, "sound"))
    assert len(place.said(name)) == 1
    declare((name, "another"))
    assert place.said(name) == []
    assert place.watcher.asset_checks(pipeline=name)[0].removed_at is not None
    declare((name, "sound"))
    assert len(place.said(name)) == 1
