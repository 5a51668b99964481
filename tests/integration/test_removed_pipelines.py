"""Pipelines that are gone from the code of their location: no check looks at them, and all that lists them says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import dagster as dg
import pytest

from tests.factories import NOON, record
from watcher_core import (
    AlertState,
    AssetCheckRecord,
    AssetCheckStatus,
    ExecutionState,
    ObservationRecord,
    PipelineConfiguration,
    Watcher,
)
from watcher_core.cli import doctor, main
from watcher_core.values import Pipeline
from watcher_dagster import watcher_metadata
from watcher_dagster.automation.configuration import ConfigurationRecorder
from watcher_dagster.checks.verdicts import judge
from watcher_dagster.identity import run_identity
from watcher_dagster.runs import run_record

DAY = {"freshness_number": 1, "freshness_datepart": "day", "timeliness_number": 1, "timeliness_datepart": "minute"}
LATER = NOON + dt.timedelta(days=365)


@pytest.fixture
def declared(watcher: Watcher) -> list[PipelineConfiguration]:
    """Two pipelines of a location that are stale, late and failing."""
    found = [PipelineConfiguration(name=name, **DAY) for name in ("a", "b")]  # type: ignore[arg-type] # mixed values
    watcher.configure_pipelines(found, location="etl")
    for name in ("a", "b"):
        watcher.record([record(name, f"{name}/ok"), record(name, f"{name}/on", start=2, state=ExecutionState.RUNNING)])
        watcher.record([record(name, f"{name}/bad", start=5, state=ExecutionState.FAILED)])
    return found


def checked(watcher: Watcher) -> list[set[str]]:
    """What freshness, timeliness and failures find."""
    now = dt.datetime.now(dt.UTC)
    found = (watcher.check_freshness(now=now), watcher.check_timeliness(now=now), watcher.check_failures(now=now))
    return [{finding.pipeline_name for finding in each} for each in found]


def test_no_check_looks_at_what_is_gone_until_it_is_back(
    watcher: Watcher, declared: list[PipelineConfiguration], caplog: pytest.LogCaptureFixture
) -> None:
    assert checked(watcher) == [{"a", "b"}] * 3
    watcher.configure_pipelines(declared[1:], location="another")  # it has moved there
    watcher.configure_pipelines([], location="etl")
    assert "1 pipeline is gone from the code of etl, and no check looks at them: a" in caplog.text
    assert checked(watcher) == [{"b"}] * 3
    assert {alert.pipeline_name for alert in watcher.alerts(state=AlertState.OPEN)} == {"b"}
    gone = watcher.pipeline("a")
    assert (gone.declared_by, gone.active) == ("etl", True)
    assert gone.removed_at is not None
    watcher.configure_pipelines([], location="etl")
    assert watcher.pipeline("a").removed_at == gone.removed_at
    watcher.configure_pipelines(declared[:1], location="etl")
    assert watcher.pipeline("a").removed_at is None
    assert checked(watcher) == [{"a", "b"}] * 3


def test_what_no_code_location_declares_is_never_gone(watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("script")
    watcher.configure_pipelines([PipelineConfiguration(name="by hand")])
    watcher.configure_pipelines([], location="etl")
    assert [pipeline.removed_at for pipeline in watcher.pipelines()] == [None, None]


def test_the_definitions_of_a_code_location(watcher: Watcher) -> None:
    @dg.asset(metadata=watcher_metadata(freshness=(1, "day")))
    def sales() -> None: ...

    @dg.asset
    def stock() -> None: ...

    recorder = ConfigurationRecorder(watcher)
    recorder.record(dg.Definitions(assets=[sales, stock]).get_repository_def(), "etl")
    recorder.record(dg.Definitions(assets=[stock]).get_repository_def(), "etl")
    assert {each.name: each.removed_at is not None for each in watcher.pipelines()} == {"sales": True, "stock": False}
    verdict = judge(watcher, watcher.check_pipeline("sales", "freshness").kind, "sales")
    assert verdict.passed
    assert "Not checked: its code location has it no more since 20" in verdict.description


def test_a_job_that_is_gone_does_not_fail_until_it_is_back(watcher: Watcher) -> None:
    @dg.op
    def send() -> None: ...

    @dg.job
    def nightly() -> None:
        send()

    @dg.job
    def weekly() -> None:
        send()

    def declare(*jobs: dg.JobDefinition) -> None:
        ConfigurationRecorder(watcher).record(dg.Definitions(jobs=jobs).get_repository_def(), "etl")

    for name in ("etl/nightly", "other/nightly"):
        watcher.record([record(name, f"{name}/bad", state=ExecutionState.FAILED)])
    declare(nightly, weekly)
    assert {each.name for each in watcher.pipelines()} == {"etl/nightly", "other/nightly"}
    assert checked(watcher)[2] == {"etl/nightly", "other/nightly"}
    declare(weekly)
    assert checked(watcher)[2] == {"other/nightly"}
    (alert,) = watcher.alerts(state=AlertState.RESOLVED)
    assert alert.resolution == {"how": "removed"}
    declare(nightly)
    assert checked(watcher)[2] == {"etl/nightly", "other/nightly"}


@pytest.mark.filterwarnings(
    "ignore:Function `observable_source_asset`", "ignore:Property `OpDefinition.version`", "ignore:.*multi_observable"
)
def test_a_source_that_is_gone_does_not_fail_until_it_is_back(watcher: Watcher) -> None:
    """Code declares nothing of it, so that it is known by what it observed alone."""

    @dg.observable_source_asset
    def crm() -> dg.DataVersion:
        return dg.DataVersion("1")

    @dg.multi_observable_source_asset(specs=[dg.AssetSpec("files"), dg.AssetSpec("unknown")])
    def several(): ...

    def declare(*assets: Any) -> None:
        ConfigurationRecorder(watcher).record(dg.Definitions(assets=assets).get_repository_def(), "etl")

    watcher.record([record(name, f"{name}/bad", state=ExecutionState.FAILED) for name in ("crm", "files")])
    declare(crm, several)
    assert {each.name for each in watcher.pipelines()} == {"crm", "files"}
    assert checked(watcher)[2] == {"crm", "files"}
    declare(several)
    assert checked(watcher)[2] == {"files"}
    declare(crm)
    assert checked(watcher)[2] == {"crm"}


@pytest.mark.parametrize("repository", ["__repository__", "shop"])
def test_what_ran_first_after_it_was_declared_is_gone_with_its_code(watcher: Watcher, repository: str) -> None:
    """A job and a check are added, and fail in their first run; somebody deploys the code without them at once."""
    location = "etl" if repository == "__repository__" else f"{repository}@etl"
    run = dg.DagsterRun("load", run_id="first", tags={".dagster/repository": f"{repository}@etl"})
    check = AssetCheckRecord(
        pipeline_name="orders",
        check_name="full",
        external_id=run_identity(run.run_id),
        execution_external_id=run_identity(run.run_id),
        instance_id="main",
        status=AssetCheckStatus.FAILED,
        evaluated_at=NOON,
    )

    def declare(*jobs: str, checks: Sequence[tuple[str, str]]) -> None:
        watcher.configure_pipelines([PipelineConfiguration(name="orders")], location=location, jobs=jobs)
        watcher.declare_asset_checks(checks, location=location, instance_id="main")

    declare("etl/load", "etl/other", checks=[("orders", "full")])
    with watcher.recorder("main") as session:
        assert session is not None
        session.record([run_record(run, ExecutionState.FAILED, NOON, NOON)], asset_checks=[check], cursor={})
    assert {found.pipeline_name for found in watcher.check_failures()} == {"etl/load"}
    assert [found.pipeline_name for found in watcher.check_asset_checks()] == ["orders"]
    declare("etl/other", checks=[])
    watcher.check_failures()
    watcher.check_asset_checks()
    assert not watcher.alerts(state=AlertState.OPEN)
    assert [alert.resolution for alert in watcher.alerts(state=AlertState.RESOLVED)] == [{"how": "removed"}] * 2


def test_the_jobs_of_a_repository_with_a_name(watcher: Watcher) -> None:
    @dg.op
    def send() -> None: ...

    @dg.job
    def nightly() -> None:
        send()

    @dg.repository
    def shop() -> list[dg.JobDefinition]:
        return [nightly]

    watcher.record([record("etl/nightly", "run")])
    ConfigurationRecorder(watcher).record(shop, "shop@etl")
    assert watcher.pipeline("etl/nightly").declared_by == "shop@etl"


def test_what_is_made_elsewhere_now_is_checked_again(watcher: Watcher, declared: list[PipelineConfiguration]) -> None:
    """An asset has moved to a code location that declares nothing, which only its runs show."""
    run_before = record("etl/load", "before", start=10)
    watcher.configure_pipelines([], location="etl")
    after = dt.datetime.now(dt.UTC)
    step = replace(record("a", "before/a"), start_date=after, end_date=after, parent_external_id="before")
    watcher.record([run_before, step])
    assert watcher.pipeline("a").removed_at, "its run began while it was there"

    later = dt.datetime.now(dt.UTC)
    watcher.record([replace(record("a", "after/a", state=ExecutionState.FAILED), start_date=later, end_date=later)])
    watcher.configure_pipelines([], location="etl")
    assert {each.name: each.removed_at is None for each in watcher.pipelines() if each.name in ("a", "b")} == {
        "a": True,
        "b": False,
    }
    assert checked(watcher)[2] == {"a"}


@pytest.mark.parametrize("by", ["track", "start", "ping running", "ping succeeded", "ping failed", "openlineage"])
def test_what_a_job_outside_dagster_makes_now_is_checked_again(
    watcher: Watcher, declared: list[PipelineConfiguration], by: str
) -> None:
    watcher.configure_pipelines([], location="etl")
    name = "a"
    if by == "track":
        with watcher.track("a"):
            pass
    elif by.startswith("ping"):
        watcher.ping("a", by.removeprefix("ping "))
    elif by == "openlineage":
        watcher.update_pipeline("a", name="shop/a")  # as the key of an asset, too, may be
        name, now = "shop/a", dt.datetime.now(dt.UTC).isoformat()
        event = {"eventTime": now, "eventType": "START", "job": {"namespace": "shop", "name": "a"}}
        watcher.record_openlineage([{**event, "run": {"runId": "0190f2f4-6f0a-7c3e-9b5e-3f2f6f0f9a11"}}])
    else:
        watcher.start_execution(pipeline_id="a")
    watcher.configure_pipelines([], location="etl")
    assert watcher.pipeline(name).removed_at is None
    assert watcher.pipeline("b").removed_at is not None


def test_what_is_observed_elsewhere_now_is_checked_again(
    watcher: Watcher, declared: list[PipelineConfiguration]
) -> None:
    """A source has moved to a code location that declares nothing, and no run makes it."""
    before = dt.datetime.now(dt.UTC)
    watcher.configure_pipelines([], location="etl")
    for at, is_gone in ((before, True), (dt.datetime.now(dt.UTC), False)):
        with watcher.recorder("main") as session:
            assert session is not None
            session.record_observations([ObservationRecord(pipeline_name="a", observed_at=at, updated_at=at)])
        watcher.configure_pipelines([], location="etl")
        assert (watcher.pipeline("a").removed_at is not None) == is_gone
    assert watcher.pipeline("b").removed_at is not None


def test_the_command_line_says_so(
    watcher: Watcher,
    declared: list[PipelineConfiguration],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WATCHER_DATABASE_URL", database_url)
    watcher.configure_pipelines(declared[1:], location="etl")
    for command, said in (
        (["pipelines", "list"], "gone from code"),
        (["pipelines", "show", "a"], "gone from the code of etl since 20"),
        (["doctor"], "gone from the code of etl, so no longer checked: a"),
    ):
        with pytest.raises(SystemExit):
            main(command)
        assert said in " ".join(capsys.readouterr().out.split())


def test_the_doctor_names_what_is_gone_lately(watcher: Watcher) -> None:
    known = watcher.get_or_create_pipeline("a")

    def gone(name: str, days: float, *, active: bool = True) -> Pipeline:
        return replace(known, name=name, declared_by="etl", removed_at=LATER - dt.timedelta(days=days), active=active)

    several = [known, gone("b", 1), gone("c", 6), gone("old", 8), gone("inactive", 1, active=False)]
    (found,) = doctor.removed_findings(several, now=LATER)
    assert found.message == "gone from the code of etl, so no longer checked: b, c"
