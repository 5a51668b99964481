"""What people and other tools put into metadata, at keys that Watcher gives a meaning to, breaks nothing for others."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from tests.factories import record
from tests.http_client import serving
from tests.slack_server import slack_server
from watcher_core import ExecutionEndedError, ExecutionRecord, ExecutionSource, ExecutionState, Settings, Watcher
from watcher_core.cli import main
from watcher_core.server import create_app

KEYS = (
    *("attempts", "backfill", "duration_of", "error", "failed_assets", "failed_checks", "failed_steps", "job"),
    *("location", "partition", "partition_range", "provisional", "recorder_error"),
    *("inferred_end", "reported_by", "reported_end_date", "reported_start_date", "reported_watermark"),
    *("repository", "root_run_id", "run_id", "step_key", "tags", "traceparent", "will_retry"),
)
KEYS_OF_PIPELINES = (
    *("description", "group", "kinds", "owners", "partition_count", "partitions", "partitions_format"),
    *("partitions_timezone", "runbook", "schedule_timezone"),
)
# What a failure tells of itself in messages.
TOLD = ("error", "failed_assets", "failed_steps", "partition", "step_key")
VALUES: tuple[Any, ...] = (
    *(None, True, 3, 10**400, "", "o'clock %s {}", [], [1], [{"a": 1}], [None, "", "x", ["y"], 2], {}),
    *({"message": [1], "class": {}}, {"metadata": 3, "inserts": "many"}),
)
PAGES = (
    *("/ui/", "/ui/alerts", "/ui/pipelines", "/ui/timeline", "/ui/failures", "/ui/lineage", "/ui/report", "/metrics"),
    *("/now", "/pipeline_list", "/execution", "/alert", "/report?by=owner"),
)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_whatever_metadata_says_all_checks_and_pages_go_on(
    watcher: Watcher, value: Any, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now, job = dt.datetime.now(dt.UTC), value

    def record(name: str, state: str, days: float, source: ExecutionSource, **fields: Any) -> ExecutionRecord:
        start = now - dt.timedelta(days=days, minutes=5)
        is_over = state != "running"
        return ExecutionRecord(
            pipeline_name=name,
            source=source,
            external_id=f"{name} {days}",
            state=ExecutionState(state),
            start_date=start,
            end_date=start + dt.timedelta(minutes=1) if is_over else None,
            inserts=5 if state == "succeeded" else None,
            **{"execution_metadata": dict.fromkeys(KEYS, value) | {"job": job}, **fields},
        )

    for source in (ExecutionSource.DAGSTER, ExecutionSource.PYTHON):
        for name in (f"{source.value}/run", f"{source.value}/asset"):
            watcher.get_or_create_pipeline(
                name,
                pipeline_metadata=dict.fromkeys(KEYS_OF_PIPELINES, value),
                freshness_number=None if name.endswith("run") else 1,
                freshness_datepart=None if name.endswith("run") else "hour",
                timeliness_number=1,
                timeliness_datepart="minute",
            )
            watcher.get_or_create_anomaly_rule(name, metric_field="inserts")
        watcher.record([record(f"{source.value}/run", "succeeded", day, source) for day in range(30, 2, -1)])
        watcher.record([record(f"{source.value}/run", "failed", 1, source)])
        again = record(f"{source.value}/run", "failed", 1, source, execution_metadata={})
        assert watcher.record([again, replace(again, is_provisional=True), again]) == 1
        job = "__ASSET_JOB"  # of which Watcher reads what has failed
        watcher.record([record(f"{source.value}/ad hoc", "failed", 1, source)])
        job = value
        parent = {"parent_external_id": f"{source.value}/run 1"}
        watcher.record([record(f"{source.value}/asset", "failed", 1, source, scope="a", **parent)])
        watcher.record([record(f"{source.value}/behind", "blocked", 1, source, **parent)])
        watcher.record([record(f"{source.value}/open", "running", 0, source)])
    watcher.record([record("fine", "failed", 1, ExecutionSource.PYTHON, execution_metadata={})])
    found = {finding.pipeline_name for finding in watcher.check_failures()}
    assert "fine" in found
    for check in (
        *(watcher.check_freshness, watcher.check_timeliness, watcher.check_stuck, watcher.check_missed),
        *(watcher.check_asset_checks, watcher.check_failures, watcher.detect_pending_anomalies),
    ):
        check()
    monkeypatch.setenv("WATCHER_DATABASE_URL", database_url)
    with pytest.raises(SystemExit) as ended:
        main(["check", "failures"])
    assert ended.value.code in (None, 0)
    assert "fine" in capsys.readouterr().out
    alerts = watcher.alerts(limit=100)
    for alert in alerts:
        watcher.alert_context(alert)
    with slack_server() as slack:
        settings = Settings(
            home=watcher.settings.home,
            slack_webhook_url=SecretStr(slack.webhook),
            dagster_url="http://dagster.example.com",
        )
        url = watcher.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with Watcher(url, settings=settings) as sender:
            assert sender.deliver_alerts().alerts == len(alerts)
            assert "fine" in slack.texts[-1]
            for key in TOLD:
                failed = record(f"alone/{key}", "failed", 1, ExecutionSource.DAGSTER, execution_metadata={key: value})
                sender.record([failed])
                sender.check_failures()
                assert sender.deliver_alerts().errors == ()
        assert "alone/failed_steps" in "".join(slack.texts)
    assert watcher.now().total
    assert watcher.clock_report().hosts == ()
    watcher.report()
    with serving(create_app(watcher)) as board:
        pages = [*PAGES, *(f"/ui/executions/{each.id}" for each in watcher.executions(limit=5))]
        pages += [f"/pipeline_execution/{each.id}" for each in watcher.executions(limit=5)]
        pages += [f"/ui/alerts/{alert.id}" for alert in watcher.alerts(limit=5)]
        pages += ["/ui/pipeline?name=dagster/run", "/ui/pipeline?name=python/asset"]
        assert {page: board.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


@pytest.mark.parametrize("value", [False, None, 0, "no", {"at": 1}])
def test_what_people_have_at_a_key_of_ours_is_no_mark(watcher: Watcher, value: Any) -> None:
    keys = ("partition_removed", "may_be_no_change", "inferred_end", "ended_by_hand")
    own: dict[str, Any] = {"execution_metadata": dict.fromkeys(keys, value)}
    watcher.record([record("failed", state=ExecutionState.FAILED, scope="a", **own)])
    assert [finding.pipeline_name for finding in watcher.check_failures()] == ["failed"]
    with watcher.track("good", **own):
        pass
    assert watcher.pipeline("good").last_target_update is not None
    [good] = watcher.executions(pipeline="good")
    with pytest.raises(ExecutionEndedError):
        watcher.end_execution(good.id, inserts=7)
