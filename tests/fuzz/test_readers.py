"""What anybody may write into metadata, or send over HTTP, and then all that reads it: none of it fails for others.

Each round has a database of its own; `FUZZ_SEED` sends the same again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from tests.fuzz.test_server import COUNT, NUMBERS, SEED, TEXTS, Hostile, Request
from tests.http_client import serving
from tests.http_server import http_server
from tests.slack_server import slack_server
from watcher_core import ExecutionRecord, ExecutionSource, ExecutionState, Settings, Watcher
from watcher_core.server import create_app
from watcher_dagster import build_external_assets

ROUNDS = max(1, COUNT // 4_000)
RECORDS = 60
# Keys that Watcher gives a meaning to, and those inside them.
KEYS = (
    *("attempts", "backfill", "duration_of", "error", "failed_assets", "failed_checks", "failed_steps", "job"),
    *("location", "measured_from", "partition", "partition_range", "provisional", "recorder_error", "repository"),
    *("reported_end_date", "reported_start_date", "reported_watermark", "root_run_id", "run_id", "step_key", "tags"),
    *("traceparent", "will_retry"),
)
KEYS_OF_PIPELINES = (
    *("code_link", "description", "group", "kinds", "owners", "partition_count", "partitions", "partitions_format"),
    *("partitions_timezone", "runbook", "schedule_timezone", "tags"),
)
KEYS_INSIDE = (
    *(
        "asset",
        "check",
        "class",
        "end",
        "inserts",
        "message",
        "metadata",
        "name",
        "next_watermark",
        "severity",
        "start",
    ),
    *("dagster/asset_partition_range_start", "dagster/backfill", "dagster/partition", "dagster/root_run_id"),
)
NAMES = ("shop/orders", "nightly job", "é", *(f"other/{number}" for number in range(20)))
STATES = ("succeeded", "succeeded", "succeeded", "failed", "failed", "running", "blocked", "canceled")
SOURCES = (ExecutionSource.DAGSTER, ExecutionSource.PYTHON, ExecutionSource.HTTP)
CHECKS = (
    *("check_freshness", "check_timeliness", "check_stuck", "check_missed", "check_asset_checks", "check_failures"),
    *("check_health", "detect_pending_anomalies"),
)
READERS = (
    *("clock", "health", "lineage_graph", "lineage_summary", "now", "report", "suggest_rules"),
    *("unjudged_executions", "unwatched_pipelines", "verify_lineage"),
)
PAGES = ("/ui/", "/ui/alerts", "/ui/pipelines", "/ui/timeline", "/ui/failures", "/ui/lineage", "/ui/report", "/metrics")
PAGES_OF_ONE_KIND = 40
BEGIN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Metadata:
    """Makes metadata with anything at keys that Watcher knows."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, keys: tuple[str, ...]) -> dict[str, Any]:
        return {key: self.value() for key in self.random.sample(keys, self.random.randint(0, len(keys)))}

    def value(self, depth: int = 0) -> Any:
        kind = self.random.random()
        if depth > 3 or kind < 0.5:
            return self.random.choice((*(None,) * 10, True, False, *NUMBERS, *TEXTS, *NAMES))
        if kind < 0.75:
            return [self.value(depth + 1) for _ in range(self.random.choice((0, 1, 2, 3, 30)))]
        return {self.random.choice(KEYS_INSIDE): self.value(depth + 1) for _ in range(self.random.randint(0, 5))}


@pytest.mark.parametrize("seed", range(SEED, SEED + ROUNDS))
def test_whatever_metadata_says_everything_reads_on(watcher: Watcher, seed: int) -> None:
    made, now = Metadata(seed), dt.datetime.now(dt.UTC)
    for name in NAMES:
        watcher.get_or_create_pipeline(name, pipeline_metadata=made.of(KEYS_OF_PIPELINES))
        watcher.update_pipeline(name, timeliness_number=1, timeliness_datepart="minute")
        watcher.get_or_create_anomaly_rule(name, metric_field="inserts")
    for number in (made.random.randrange(RECORDS) for _ in range(2 * RECORDS)):
        state = ExecutionState(made.random.choice(STATES))
        start = now - dt.timedelta(hours=12 * number)
        watcher.record(
            [
                ExecutionRecord(
                    pipeline_name=NAMES[number % len(NAMES)],
                    source=SOURCES[number % len(SOURCES)],
                    external_id=str(number),
                    parent_external_id=str(number // 2) if number % 2 else None,
                    state=state,
                    start_date=start,
                    end_date=None if state is ExecutionState.RUNNING else start + dt.timedelta(minutes=1),
                    scope=made.random.choice((None, None, "a", "all", "2026-01-01", "[2]")),
                    inserts=made.random.choice((None, 5, 5, 5, 10**6)),
                    execution_metadata=made.of(KEYS),
                    is_provisional=made.random.random() < 0.3,
                )
            ]
        )
    read_all(watcher)


@pytest.mark.parametrize("seed", range(SEED, SEED + ROUNDS))
def test_whatever_comes_over_http_everything_reads_on(
    watcher: Watcher, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher_core.server.background.Background.start", lambda *_: None)
    assert asyncio.run(_write(watcher, seed)) > COUNT / ROUNDS / 20  # most of it would else end at the first check
    read_all(watcher)


async def _write(watcher: Watcher, seed: int) -> int:
    """Send requests that write; return how many were taken."""
    app = create_app(watcher)
    async with app.lifespan():
        _, document = await Request("GET", "/openapi.json").sent_to(app)
        hostile = Hostile(json.loads(document), seed)
        hostile.operations = [each for each in hostile.operations if each[0] != "GET"]
        statuses = [(await hostile.request()[0].sent_to(app))[0] for _ in range(COUNT // ROUNDS)]
    return sum(status < 300 for status in statuses)


def read_all(watcher: Watcher) -> None:
    """Run all that reads: the checks, the messages, the pages, and the cleanup."""
    for name in (*CHECKS, *READERS):
        getattr(watcher, name)()
    alerts = watcher.alerts(limit=1_000)
    for alert in alerts:
        watcher.alert_context(alert)
    with slack_server() as slack:
        settings = Settings(
            home=watcher.settings.home, slack_webhook_url=SecretStr(slack.webhook), board_url="http://board"
        )
        url = watcher.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with Watcher(url, settings=settings) as sender:
            assert sender.deliver_alerts().errors == ()
        build_external_assets(database_url=url, strict=True)
    with http_server() as receiver, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENLINEAGE_URL", receiver.url)
        while watcher.send_openlineage(since=BEGIN if not receiver.taken else None):
            pass
        assert receiver.taken
    with serving(create_app(watcher)) as board:
        pages = list(_pages(watcher))
        found = {page: board.get(page).status_code for page in pages}
        assert {page: status for page, status in found.items() if status >= 500} == {}
        assert found["/ui/"] == 200
    watcher.cleanup(dry_run=True)
    watcher.cleanup()
    watcher.mask_secrets()


def _pages(watcher: Watcher) -> Iterator[str]:
    yield from PAGES
    for execution in watcher.executions(limit=PAGES_OF_ONE_KIND):
        watcher.execution_tree(execution.id)
        yield f"/ui/executions/{execution.id}"
    yield from (f"/ui/alerts/{alert.id}" for alert in watcher.alerts(limit=PAGES_OF_ONE_KIND))
    for pipeline in watcher.pipelines()[:PAGES_OF_ONE_KIND]:
        yield "/ui/pipeline?" + urlencode({"name": pipeline.name})
    for address in watcher.addresses()[:PAGES_OF_ONE_KIND]:
        yield "/ui/lineage?" + urlencode({"address": address.name})
