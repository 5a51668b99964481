"""Dagster's asset checks as Dagster reports them: one alert a check, and one message a cause."""

import inspect
from collections.abc import Iterable
from typing import Any

import dagster as dg
import pytest

from tests.factories import unique
from watcher_core import Alert, AlertLevel, ExecutionState, Watcher, text
from watcher_dagster import compat
from watcher_dagster.automation.configuration import ConfigurationRecorder
from watcher_dagster.recorder import record_tick

DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-08")
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


class Place:
    """A Dagster instance and what is recorded of it, which the tests of this module share."""

    def __init__(self, instance: dg.DagsterInstance, watcher: Watcher) -> None:
        self.instance = instance
        self.watcher = watcher

    def run(self, job: str, assets: Iterable[Any], checks: Iterable[Any] = (), **options: Any) -> None:
        """Run the job of these assets and checks."""
        selection = options.pop("selection", dg.AssetSelection.all())
        definitions = dg.Definitions(
            assets=list(assets), asset_checks=list(checks), jobs=[dg.define_asset_job(job, selection)]
        )
        definitions.resolve_job_def(job).execute_in_process(instance=self.instance, raise_on_error=False, **options)

    def alerts(self, *names: str) -> list[Alert]:
        """The open alerts of these pipelines once all is recorded, the oldest first."""
        record_tick(self.instance, self.watcher)
        self.watcher.check_failures()
        self.watcher.check_asset_checks()
        found = self.watcher.alerts(state="open", limit=1000)
        return sorted((each for each in found if each.pipeline_name in names), key=line)

    def said(self, *names: str) -> list[str]:
        return [line(alert) for alert in self.alerts(*names)]


def line(alert: Alert) -> str:
    said = text.check_result(alert.facts) if alert.kind == "asset_check" else "failure"
    return f"{alert.level.value}: {alert.facts.get('check', '')} of {alert.pipeline_name} {said}"


@pytest.fixture
def place(module_dagster_instance: dg.DagsterInstance, module_watcher: Watcher) -> Place:
    return Place(module_dagster_instance, module_watcher)


@pytest.fixture
def name() -> str:
    """The name of an asset that no other test has."""
    return unique("orders").replace("-", "_")


def plain_asset(name: str, **options: Any) -> dg.AssetsDefinition:
    @dg.asset(name=name, **options)
    def made() -> None: ...

    return made


def checked_asset(name: str, *results: dg.AssetCheckResult, blocking: bool = False) -> dg.AssetsDefinition:
    """An asset that returns these results of its own checks."""
    specs = [dg.AssetCheckSpec(str(result.check_name), asset=name, blocking=blocking) for result in results]

    @dg.asset(name=name, check_specs=specs)
    def made() -> Any:
        yield dg.MaterializeResult(check_results=results)

    return made


def check_of(name: str, outcome: object, check: str = "sound", **options: Any) -> dg.AssetChecksDefinition:
    """A check in a step of its own, which returns or raises its outcome."""

    @dg.asset_check(asset=name, name=check, **options)
    def judged() -> Any:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return judged


def result(passed: bool, name: str | None = None, **fields: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=passed, check_name=name, **fields)


def test_checks_in_the_run_of_their_asset(place: Place, name: str) -> None:
    rows = {"dagster_dbt/failed_row_count": 2}
    asset = checked_asset(
        name,
        result(False, "an_error", severity=ERROR, metadata={"rows": 3}),
        result(False, "a_test_of_dbt", metadata=rows),
        result(False, "a_warning", severity=WARN, description="3 rows are too old"),
        result(False, "watcher_freshness", severity=WARN),  # ours: it has an alert of its own kind
        result(True, "fine"),
    )
    place.run(name, [asset])
    expected = [
        f"error: a_test_of_dbt of {name} failed: 2 rows",
        f"error: an_error of {name} failed: rows 3",
        f"warning: a_warning of {name} failed: 3 rows are too old",
    ]
    assert place.said(name) == expected
    assert place.said(name) == expected  # looking again changes nothing
    (check,) = (each for each in place.watcher.asset_checks(pipeline=name) if each.name == "a_warning")
    assert (check.status, check.severity, check.blocking, check.failing) == ("failed", AlertLevel.WARNING, False, 1)
    checks = ("an_error", "a_test_of_dbt", "a_warning")
    place.run(name, [checked_asset(name, *(result(True, check) for check in checks))])
    assert place.said(name) == []
    assert len(place.watcher.asset_check_results(pipeline=name)) == 7


def test_checks_in_a_run_of_their_own(place: Place, name: str) -> None:
    """One that fails, one that raises, and one that returns nothing, which Dagster lets pass."""

    def run(*outcomes: object) -> None:
        checks = [check_of(name, outcome, check) for outcome, check in zip(outcomes, "abc", strict=True)]
        selection = dg.AssetSelection.checks_for_assets(dg.AssetKey(name))
        place.run(f"{name}_job", [plain_asset(name)], checks, selection=selection)

    run(result(False, severity=WARN), ValueError("no file"), None)
    assert place.said(name, f"{name}_job") == [
        f"error: b of {name} raised an error: ValueError: no file",
        f"warning: a of {name} failed",
        f"warning: c of {name} ran and gave no result",
    ]
    (recorded,) = place.watcher.asset_check_results(pipeline=name, check="b")
    assert recorded.pipeline_execution_id is not None
    assert place.watcher.execution(recorded.pipeline_execution_id).state is ExecutionState.FAILED
    run(result(True), result(True), result(True))
    assert place.said(name) == []


def test_one_error_of_a_step_of_several_checks_is_one_alert(place: Place, name: str) -> None:
    @dg.multi_asset_check(name=f"{name}_checks", specs=[dg.AssetCheckSpec(check, asset=name) for check in "abc"])
    def several() -> Any:
        yield dg.AssetCheckResult(asset_key=name, check_name="a", passed=True)
        raise ValueError("no file")

    place.run(f"{name}_job", [plain_asset(name)], [several])
    (alert,) = place.alerts(name, f"{name}_job")
    assert text.check_result(alert.facts) == "raised an error in 2 checks (b, c): ValueError: no file"


def test_results_that_are_reported_without_a_run(place: Place, name: str) -> None:
    for check, passed in (("sound", False), ("watcher_freshness", False), ("sound", True)):
        place.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=dg.AssetKey(name), check_name=check, passed=passed)
        )
        assert place.said(name) == ([] if passed else [f"error: sound of {name} failed"])
    assert [each.status for each in place.watcher.asset_check_results(pipeline=name)] == ["passed", "failed"]


@pytest.mark.parametrize("is_own_step", [True, False], ids=["a step of its own", "the step of its asset"])
def test_a_blocking_check_is_one_message_and_what_it_held_back_is_blocked(
    is_own_step: bool, place: Place, name: str
) -> None:
    behind, job = plain_asset(f"{name}_report", deps=[name]), f"{name}_job"
    if is_own_step:
        place.run(job, [plain_asset(name), behind], [check_of(name, result(False), blocking=True)])
    else:
        place.run(job, [checked_asset(name, result(False, "sound"), blocking=True), behind])
    said = place.said(name, f"{name}_report", job)
    assert said == [f"error: sound of {name} failed, blocks 1 asset downstream"]
    [alert] = place.alerts(name)
    assert place.watcher.alert_context(alert).blocked == (f"{name}_report",)
    found = [(each.pipeline_name, set(each.behind_names)) for each in place.watcher.now(search=name).incidents]
    assert found == [(name, {job, f"{name}_report"})]
    states = {each: place.watcher.executions(pipeline=each)[0].state.value for each in (name, f"{name}_report", job)}
    assert states == {name: "succeeded", f"{name}_report": "blocked", job: "failed"}
    # Dagster goes on to name it as before.
    renamed = place.watcher.update_pipeline(name, name=f"shop/{name}").name
    assert place.said(renamed, f"{name}_report", job) == [
        f"error: sound of {renamed} failed, blocks 1 asset downstream"
    ]
    # Where the checks are muted, that the run failed is said.
    place.watcher.update_pipeline(renamed, mute_asset_check=True)
    assert place.said(renamed, f"{name}_report", job) == [f"error:  of {job} failure"]


def test_a_run_in_which_something_else_failed_too_has_both_alerts(place: Place, name: str) -> None:
    @dg.op
    def broken() -> None:
        raise ValueError("no file")

    @dg.op
    def judged(context: dg.OpExecutionContext) -> None:
        evaluation: Any = dg.AssetCheckEvaluation(asset_key=dg.AssetKey(name), check_name="sound", passed=False)
        context.log_event(evaluation)

    @dg.job(name=f"{name}_job")
    def job() -> None:
        broken()
        judged()

    job.execute_in_process(instance=place.instance, raise_on_error=False)
    assert place.said(name, f"{name}_job") == [
        f"error:  of {name}_job failure",
        f"error: sound of {name} failed",
    ]


@pytest.mark.skipif(
    "partitions_def" not in inspect.signature(dg.asset_check).parameters, reason="came with Dagster 1.13"
)
@pytest.mark.filterwarnings("ignore:Specifying a partitions_def on an AssetCheckSpec")
def test_the_check_of_a_partition_is_about_that_partition(place: Place, name: str) -> None:
    asset = plain_asset(name, partitions_def=DAYS)

    def run(passed: bool) -> list[str]:
        outcomes: tuple[object, object] = (result(True), result(True)) if passed else (result(False), ValueError("no"))
        checks = [check_of(name, each, check, partitions_def=DAYS) for each, check in zip(outcomes, "ab", strict=True)]
        of_all = check_of(name, result(passed, severity=WARN), "c")
        place.run(f"{name}_job", [asset], [*checks, of_all], partition_key="2024-01-02")
        return place.said(name, f"{name}_job")

    assert run(False) == [
        f"error: a of {name} failed for 2024-01-02",
        f"error: b of {name} raised an error for 2024-01-02: ValueError: no",
        f"warning: c of {name} failed",
    ]
    assert run(True) == []


DBT = {
    "a test that is a check": ("Failure in test sound (models/schema.yml)", ["asset_check"]),
    "a test that is no check": ("Failure in test single (models/schema.yml)", ["asset_check", "failure"]),
    "a model too": (
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

    place.run(f"{name}_job", [models])
    assert sorted(alert.kind.value for alert in place.alerts(name, f"{name}_report", f"{name}_job")) == kinds


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

    place.run(f"{name}_job", [retried])
    assert place.said(name) == []
    assert [each.status for each in place.watcher.asset_check_results(pipeline=name)] == ["passed"]


def test_a_check_that_is_gone_from_the_code_has_no_alert(place: Place, name: str) -> None:
    """Nothing would ever take it back."""
    place.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(asset_key=dg.AssetKey(name), check_name="sound", passed=False)
    )
    assert len(place.said(name)) == 1
    recorder = ConfigurationRecorder(place.watcher)

    def declare(check: str) -> None:
        definitions = dg.Definitions(assets=[plain_asset(name)], asset_checks=[check_of(name, result(True), check)])
        recorder.record(definitions.get_repository_def(), f"{name}_location", place.instance)

    declare("sound")
    assert len(place.said(name)) == 1
    declare("another")
    assert place.said(name) == []
    assert place.watcher.asset_checks(pipeline=name)[0].removed_at is not None
    declare("sound")
    assert len(place.said(name)) == 1


def test_a_check_in_the_step_of_its_asset_is_in_the_code(place: Place, name: str) -> None:
    """Dagster lists such checks, as tests of dbt, apart from those that have a step of their own."""
    asset = checked_asset(name, result(False, "sound"))
    place.run(f"{name}_job", [asset])
    assert len(place.said(name)) == 1
    for of_code, is_there in ((asset, True), (plain_asset(name), False), (asset, True)):
        repository = dg.Definitions(assets=[of_code]).get_repository_def()
        ConfigurationRecorder(place.watcher).record(repository, f"{name}_location", place.instance)
        (check,) = place.watcher.asset_checks(pipeline=name)
        assert (check.removed_at is None) == is_there
    assert len(place.said(name)) == 1


def test_a_check_of_an_asset_whose_pipeline_is_renamed_is_still_in_the_code(place: Place, name: str) -> None:
    place.instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(asset_key=dg.AssetKey(name), check_name="sound", passed=False)
    )
    assert len(place.said(name)) == 1
    definitions = dg.Definitions(assets=[plain_asset(name)], asset_checks=[check_of(name, result(True), "sound")])
    for new in (name, f"{name} of the shop"):
        place.watcher.update_pipeline(name, name=new)
        recorder = ConfigurationRecorder(place.watcher)  # as of a process that has just started
        recorder.record(definitions.get_repository_def(), f"{name}_location", place.instance)
        (check,) = place.watcher.asset_checks(pipeline=name)
        assert check.removed_at is None
        assert len(place.said(new)) == 1


def test_a_check_that_something_else_evaluates_now_has_its_alert(place: Place, name: str) -> None:
    """The location that had it looks at its own code alone, once an hour."""

    def report() -> None:
        place.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=dg.AssetKey(name), check_name="sound", passed=False)
        )

    def declare(*checks: tuple[str, str]) -> None:
        instance_id = compat.run_storage_id(place.instance)
        place.watcher.declare_asset_checks(checks, location=f"{name}_location", instance_id=instance_id)

    report()
    assert len(place.said(name)) == 1
    declare((name, "sound"))
    declare()
    assert place.said(name) == []
    report()
    assert len(place.said(name)) == 1
    declare()
    assert len(place.said(name)) == 1
