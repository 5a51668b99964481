"""`/metrics`: what is in it, its bounds, and that nothing breaks a scrape."""

from __future__ import annotations

import datetime as dt
import gzip
import logging
import re
import threading
from collections.abc import Iterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from tests.factories import unique
from tests.http_client import Client, serving
from watcher_core import (
    DatabaseUnavailableError,
    ExecutionRecord,
    ExecutionSource,
    ExecutionState,
    PipelineFigures,
    Settings,
    TokenScope,
    Watcher,
)
from watcher_core.server import create_app, exposition, metrics
from watcher_core.server.exposition import pipeline_labels
from watcher_core.server.metrics import Metrics

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is answered from before."""
    monkeypatch.setattr(metrics, "CACHED_SECONDS", 0)


@pytest.fixture(scope="module")
def api(module_watcher: Watcher) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch, serving(create_app(module_watcher)) as client:
        patch.setattr("watcher_core.server.access.REREAD_SECONDS", 0)
        yield client


def samples(text: str) -> Samples:
    """All samples; one that is there twice is refused, as Prometheus does."""
    found: Samples = {}
    for family in parse(text):
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in found, f"{key} is there twice"
            found[key] = sample.value
    return found


def scrape(watcher: Watcher) -> Samples:
    text, _ = Metrics(watcher).text("", packed=False)
    return samples(text.decode())


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def ended(pipeline: str, *, minutes_ago: float = 5, seconds: float = 30, **fields: object) -> ExecutionRecord:
    end = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
    return ExecutionRecord(
        pipeline_name=pipeline,
        source=ExecutionSource.PYTHON,
        external_id=unique("external"),
        start_date=end - dt.timedelta(seconds=seconds),
        end_date=end,
        **{"state": ExecutionState.SUCCEEDED, **fields},  # type: ignore[arg-type]  # whatever a test is about
    )


def test_what_pipelines_did_in_the_last_hour(module_watcher):
    name = unique("orders")
    module_watcher.record(
        [
            ended(name, seconds=30, inserts=3, total_rows=10),
            ended(name, seconds=90, inserts=4),
            ended(name, minutes_ago=2, state=ExecutionState.FAILED),
            ended(name, minutes_ago=61, inserts=1000),
            ended(name, seconds=500, state=ExecutionState.BLOCKED),
        ]
    )
    module_watcher.start_execution(pipeline_id=module_watcher.pipeline(name).id)
    module_watcher.check_failures()
    found = scrape(module_watcher)
    assert value(found, "watcher_last_hour_executions", pipeline=name, state="succeeded") == 2
    assert value(found, "watcher_last_hour_executions", pipeline=name, state="failed") == 1
    assert value(found, "watcher_last_hour_executions", pipeline=name, state="blocked") == 1
    assert value(found, "watcher_last_hour_executions", pipeline=name, state="canceled") is None
    assert value(found, "watcher_last_hour_execution_seconds", pipeline=name) == pytest.approx(150)
    assert value(found, "watcher_last_hour_longest_execution_seconds", pipeline=name) == pytest.approx(90)
    assert value(found, "watcher_last_hour_rows", pipeline=name, count="inserts") == 7
    assert value(found, "watcher_last_hour_rows", pipeline=name, count="total_rows") == 10
    assert value(found, "watcher_last_hour_rows", pipeline=name, count="updates") is None
    assert value(found, "watcher_running_executions", pipeline=name) == 1
    assert value(found, "watcher_longest_running_seconds", pipeline=name) == pytest.approx(0, abs=60)
    assert value(found, "watcher_freshness_lag_seconds", pipeline=name) == pytest.approx(300, abs=60)
    assert value(found, "watcher_pipeline_alerts", pipeline=name) == 1
    assert value(found, "watcher_alerts", kind="failure", level="error")
    assert value(found, "watcher_alerts", kind="stuck", level="info") == 0
    assert value(found, "watcher_undelivered_alerts")
    assert value(found, "watcher_alerts_without_destination")
    assert value(found, "watcher_check_last_success_timestamp_seconds", check="failure") == pytest.approx(
        dt.datetime.now(dt.UTC).timestamp(), abs=60
    )


def test_the_recorder(module_watcher):
    with module_watcher.recorder("instance") as session:
        assert session is not None
        session.record([], cursor={}, lag_seconds=12.5)
    found = scrape(module_watcher)
    assert value(found, "watcher_recorder_lag_seconds", dagster_instance="instance") == 12.5
    assert value(found, "watcher_recorder_last_tick_timestamp_seconds", dagster_instance="instance") == pytest.approx(
        dt.datetime.now(dt.UTC).timestamp(), abs=60
    )


def test_beyond_the_top_all_are_added_up(watcher):
    names = [f"pipeline {number}" for number in range(5)]
    watcher.record([ended(name, seconds=10, inserts=1, minutes_ago=number) for number, name in enumerate(names)])
    watcher.record([ended("pipeline 4", state=ExecutionState.FAILED, seconds=40, minutes_ago=1)])
    watcher.check_failures()
    watcher.settings = Settings(metrics_pipelines=2)
    found = scrape(watcher)
    named = {dict(labels)["pipeline"] for (name, labels) in found if name == "watcher_last_hour_executions"}
    assert named == {"pipeline 4", "pipeline 0", "other"}, "an alert first, then who was known first"
    assert value(found, "watcher_last_hour_executions", pipeline="other", state="succeeded") == 3
    assert value(found, "watcher_last_hour_execution_seconds", pipeline="other") == pytest.approx(30)
    assert value(found, "watcher_last_hour_rows", pipeline="other", count="inserts") == 3
    assert value(found, "watcher_freshness_lag_seconds", pipeline="other") == pytest.approx(180, abs=60)
    watcher.settings = Settings(metrics_pipelines=0)
    found = scrape(watcher)
    assert value(found, "watcher_last_hour_executions", pipeline="other", state="succeeded") == 5
    assert value(found, "watcher_last_hour_executions", pipeline="other", state="failed") == 1


def test_nothing_is_recorded_yet(watcher):
    found = scrape(watcher)
    assert value(found, "watcher_pipelines", state="active") == 0
    assert not [name for name, _ in found if name.startswith("watcher_last_hour")]


def test_names_that_no_label_takes_as_they_are(watcher):
    names = ["other", 'with "quotes" \\ and\nlines', "ünïcode…", "x" * 1000, "x" * 1001]
    watcher.record([ended(name) for name in names])
    text, _ = Metrics(watcher).text("application/openmetrics-text; version=1.0.0", packed=False)
    labels = [
        sample.labels["pipeline"]
        for family in parse_openmetrics(text.decode())
        for sample in family.samples
        if sample.name == "watcher_last_hour_executions"
    ]
    assert len(labels) == len(set(labels)) == len(names)
    assert {"other (pipeline 1)", *names[1:3]} <= set(labels)
    assert all(len(label) < 250 for label in labels)


def test_labels_are_of_one_pipeline_each():
    def named(pipeline_id, name):
        return PipelineFigures(
            pipeline_id=pipeline_id,
            pipeline_name=name,
            ended={},
            seconds=None,
            longest_seconds=None,
            counts={},
            running=0,
            longest_running_seconds=None,
            lag_seconds=None,
            alerts=0,
        )

    found = pipeline_labels([named(1, "other (pipeline 2)"), named(2, "other"), named(None, None)])
    assert found == ["other (pipeline 2)", "other (pipeline 2) (pipeline 2)", "other"]


@pytest.mark.parametrize("label", [None, 7, b"bytes"])
def test_a_label_that_is_no_text_breaks_no_scrape(module_watcher, monkeypatch, caplog, label):
    name = unique("sound")
    module_watcher.record([ended(name)])
    monkeypatch.setattr(
        exposition,
        "PIPELINE_METRICS",
        (("watcher_broken", "Broken.", ("of",), lambda each: [((label,), 1)]), *exposition.PIPELINE_METRICS),
    )
    with caplog.at_level(logging.ERROR, "watcher.server"):
        found = scrape(module_watcher)
    assert not [each for each, _ in found if each == "watcher_broken"]
    assert value(found, "watcher_last_hour_executions", pipeline=name, state="succeeded") == 1
    assert "watcher_broken is left out" in caplog.text


@pytest.mark.parametrize("refused", [None, "many", float("nan"), float("inf"), 10**400, object()])
def test_a_value_that_is_refused_leaves_nothing_behind(module_watcher, monkeypatch, refused):
    monkeypatch.setattr(
        exposition,
        "PIPELINE_METRICS",
        (("watcher_broken", "Broken.", (), lambda each: [((), refused)]), *exposition.PIPELINE_METRICS),
    )
    found = scrape(module_watcher)
    assert not [each for each, _ in found if each == "watcher_broken"]
    assert value(found, "watcher_build_info", version="0.1.0") == 1


def test_the_text_has_a_bound(watcher, monkeypatch, caplog):
    watcher.record([ended(f"pipeline {number}", inserts=1) for number in range(60)])
    monkeypatch.setattr(metrics, "MOST_BYTES", 20_000)
    shared = Metrics(watcher)
    text, _ = shared.text("", packed=False)
    found = samples(text.decode())
    assert len(text) <= 20_000
    assert "bytes; it names" in caplog.text
    total = [number for (name, _), number in found.items() if name == "watcher_last_hour_executions"]
    assert sum(total) == 60


def test_many_scrapers_cost_one(module_watcher, monkeypatch):
    asked, entered, go_on = [], threading.Event(), threading.Event()
    figures = module_watcher.figures

    def slow(**options):
        asked.append(options)
        entered.set()
        assert go_on.wait(30)
        return figures(**options)

    monkeypatch.setattr(module_watcher, "figures", slow)
    shared = Metrics(module_watcher)
    texts = []
    threads = [threading.Thread(target=lambda: texts.append(shared.text("", packed=False))) for _ in range(5)]
    for thread in threads:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
    assert len(set(texts)) == 1
    # While it is made anew, the others get the one before, and wait for nothing.
    monkeypatch.setattr(metrics, "CACHED_SECONDS", 0)
    entered.clear()
    go_on.clear()
    first = threading.Thread(target=shared.text, args=("",), kwargs={"packed": False})
    first.start()
    assert entered.wait(30)
    assert shared.text("", packed=False) == texts[0]
    go_on.set()
    first.join()
    assert len(asked) == 2


def test_a_database_that_hangs_holds_no_threads(watcher, monkeypatch):
    """One thread gives up on the database; those that would wait for it give up as well, and are answered 503."""
    with serving(create_app(watcher)) as client, watcher._driver_transaction() as (connection, _):
        assert client.get("/metrics").status_code == 200
        within = metrics.COLLECTED_WITHIN
        monkeypatch.setattr(metrics, "COLLECTED_WITHIN", 0.3)
        monkeypatch.setattr(metrics, "CACHED_SECONDS", 0)
        monkeypatch.setattr(metrics, "STALE_SECONDS", 0)
        connection.execute("LOCK TABLE watcher.pipeline")
        statuses: list[int] = []
        threads = [
            threading.Thread(target=lambda: statuses.append(client.get("/metrics").status_code)) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [503, 503, 503]
        connection.rollback()
        monkeypatch.setattr(metrics, "COLLECTED_WITHIN", within)
        assert client.get("/metrics").status_code == 200


def test_servers_and_restarts_agree(module_watcher):
    """Whichever server is asked, and however long it has been running, the numbers are those of the database."""
    module_watcher.record([ended(unique("agreed"), inserts=1)])
    first, second = scrape(module_watcher), scrape(module_watcher)
    counted = ("watcher_last_hour_executions", "watcher_last_hour_rows", "watcher_alerts", "watcher_pipelines")
    assert {key: number for key, number in first.items() if key[0] in counted} == {
        key: number for key, number in second.items() if key[0] in counted
    }


def test_over_http(api, module_watcher, at_once):
    module_watcher.record([ended(unique("http"))])
    plain = api.get("/metrics", headers={"Accept-Encoding": "identity"})
    assert plain.status_code == 200
    assert plain.headers["Content-Type"].startswith("text/plain; version=")
    assert samples(plain.text)
    packed = api.get("/metrics", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert samples(packed.text)
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    opened = api.get("/metrics", headers={"Accept": accept})
    assert opened.headers["Content-Type"].startswith("application/openmetrics-text")
    assert list(parse_openmetrics(opened.text))
    assert "/metrics" in api.get("/openapi.json").json()["paths"]


def test_who_may_scrape(api, module_watcher):
    reader, _ = module_watcher.create_token(unique("prometheus"), scope=TokenScope.READ)
    of_some, _ = module_watcher.create_token(unique("some"), scope=TokenScope.READ, pipelines="sales_*")
    assert api.get("/metrics", headers={"Authorization": f"Bearer {reader}"}).status_code == 200
    assert api.get("/metrics").status_code == 401
    refused = api.get("/metrics", headers={"Authorization": f"Bearer {of_some}"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_the_database_is_away(watcher, monkeypatch, at_once):
    with serving(create_app(watcher)) as client:
        assert client.get("/metrics").status_code == 200

        def away(**_):
            raise DatabaseUnavailableError("away")

        monkeypatch.setattr(watcher, "figures", away)
        assert client.get("/metrics").status_code == 503


def test_a_scrape_reads_no_history(watcher):
    """The plan finds what ended in the last hour by an index."""
    watcher.record([ended(f"pipeline {number % 20}", minutes_ago=60 * 24 + number) for number in range(5000)])
    from watcher_core.telemetry import figures

    with watcher._driver_transaction() as (connection, now):
        connection.execute("ANALYZE watcher.pipeline_execution")
        plan = "\n".join(
            line
            for (line,) in connection.execute(
                f"EXPLAIN {figures.PIPELINES}", {"most": 10, "since": now - figures.WINDOW}
            )
        )
    assert "ix_pipeline_execution_end_date" in plan
    assert re.search("ix_pipeline_execution_(pipeline_id_)?running", plan), plan  # either has only what runs
    assert "Seq Scan on pipeline_execution" not in plan


def test_gzip_is_what_it_says(module_watcher):
    shared = Metrics(module_watcher)
    packed, _ = shared.text("", packed=True)
    plain, _ = shared.text("", packed=False)
    assert gzip.decompress(packed) == plain
