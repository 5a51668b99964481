"""Executions as traces over OTLP: what is exported, that nothing is lost, and that an export again is the same."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from typer.testing import CliRunner

from tests.collector import Collector, attributes, collector
from tests.factories import at, record, unique
from tests.http_server import Failure
from watcher_core import ConfigurationError, DeliveryError, ExecutionSource, ExecutionState, Watcher, cli
from watcher_core.telemetry import export


@contextmanager
def given_up_soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A collector that takes nothing is given up soon; one that does has its time, however busy the machine is."""
    with monkeypatch.context() as soon:
        soon.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "2")
        yield


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collector() as running:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", running.url)
        yield running


@pytest.fixture
def exporting(module_watcher: Watcher, server: Collector) -> Watcher:
    """A Watcher whose queue is on and empty."""
    module_watcher.export_traces()
    server.taken.clear()
    return module_watcher


def waiting(watcher: Watcher) -> int:
    return watcher.figures().pending_traces


def of_dagster(watcher: Watcher) -> tuple[str, str]:
    """Record a run with an asset that failed; return the run and the asset's pipeline."""
    run, asset = str(uuid.uuid4()), unique("orders")
    watcher.record(
        [
            record(unique("job"), run, end_date=at(3), instance_id="instance"),
            record(
                asset,
                f"{run}/step/{asset}",
                parent_external_id=run,
                state=ExecutionState.FAILED,
                scope="2026-03-01",
                inserts=3,
                execution_metadata={"error": {"class": "KeyError", "message": "'id'", "stack": "Traceback …"}},
            ),
        ]
    )
    return run, asset


def test_a_run_is_a_trace_and_an_asset_a_span(exporting, server, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=data")
    run, asset = of_dagster(exporting)
    assert exporting.export_traces() == 2
    spans = {attributes(span.attributes)["watcher.execution.external_id"]: span for span in server.spans}
    root, child = spans[run], spans[f"{run}/step/{asset}"]
    assert root.trace_id == child.trace_id == uuid.UUID(run).bytes
    assert (root.parent_span_id, child.parent_span_id) == (b"", root.span_id)
    assert (root.status.code, child.status.code) == (Status.STATUS_CODE_OK, Status.STATUS_CODE_ERROR)
    assert child.status.message == "'id'"
    assert child.name == asset
    assert child.start_time_unix_nano == int(at(0).timestamp()) * 10**9
    assert child.end_time_unix_nano == int(at(1).timestamp()) * 10**9
    found = attributes(child.attributes)
    assert found["watcher.execution.state"] == "failed"
    assert found["watcher.scope"] == "2026-03-01"
    assert found["watcher.inserts"] == 3
    assert found["dagster.run_id"] == run
    assert "watcher.updates" not in found
    (event,) = child.events
    assert (event.name, attributes(event.attributes)["exception.type"]) == ("exception", "KeyError")
    assert not root.events
    (resource,) = server.resources
    assert (resource["service.name"], resource["team"]) == ("watcher", "data")
    assert server.logs == []
    assert waiting(exporting) == 0


def test_nested_executions_are_child_spans(exporting, server):
    outer, inner = unique("outer"), unique("inner")
    with exporting.track(outer) as around, exporting.track(inner, parent_id=around.id):
        pass
    assert exporting.export_traces() == 2
    spans = {span.name: span for span in server.spans}
    assert spans[inner].trace_id == spans[outer].trace_id
    assert spans[inner].parent_span_id == spans[outer].span_id
    assert spans[outer].parent_span_id == b""


def test_a_command_knows_its_span_while_it_runs(exporting, server, module_database_url):
    outer, inner = unique("outer"), unique("inner")
    watcher = f"{sys.executable} -m watcher_core run --pipeline"
    script = f"echo $TRACEPARENT; {watcher} {inner} -- sh -c 'echo $TRACEPARENT'"
    environment = {**os.environ, "WATCHER_DATABASE_URL": module_database_url, "TRACESTATE": "a=b"}

    def run(*command: str, **more: str) -> list[str]:
        asked = [*watcher.split(), outer, "--", *command]
        return subprocess.run(
            asked, env={**environment, **more}, check=True, capture_output=True, text=True
        ).stdout.split()

    said = run("sh", "-c", script)
    exporting.export_traces()
    spans = {span.name: span for span in server.spans}
    assert said == [f"00-{spans[name].trace_id.hex()}-{spans[name].span_id.hex()}-01" for name in (outer, inner)]
    assert spans[outer].trace_id == spans[inner].trace_id
    assert not spans[outer].links
    # Whoever has a trace already keeps it, and the span leads to it.
    foreign = f"00-{'a' * 32}-{'b' * 16}-00"
    assert run("sh", "-c", "echo $TRACEPARENT $TRACESTATE", TRACEPARENT=foreign) == [foreign, "a=b"]
    exporting.export_traces()
    span = server.spans[-1]
    (link,) = span.links
    assert (link.trace_id.hex(), link.span_id.hex()) == ("a" * 32, "b" * 16)
    with exporting.track(outer) as execution:
        said = [execution.traceparent]
    exporting.export_traces()
    span = server.spans[-1]
    assert said == [f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01"]


def test_a_child_is_exported_before_its_parent_ends(exporting, server):
    outer, inner = unique("outer"), unique("inner")
    with exporting.track(outer) as around:
        with exporting.track(inner, parent_id=around.id):
            pass
        assert exporting.export_traces() == 1
    assert exporting.export_traces() == 1
    child, parent = server.spans
    assert (child.name, parent.name) == (inner, outer)
    assert (child.trace_id, child.parent_span_id) == (parent.trace_id, parent.span_id)


def test_what_code_in_a_step_records_is_in_the_trace_of_the_run_before_the_run_is_recorded(exporting, server):
    run, asset = str(uuid.uuid4()), unique("asset")
    exporting.record([record(asset, f"{run}/step/{asset}")])
    exporting.export_traces()
    exporting.record([record(unique("job"), run)])
    exporting.export_traces()
    child, root = server.spans
    assert (child.trace_id, child.parent_span_id) == (root.trace_id, root.span_id)


def test_what_is_corrected_is_exported_again_with_the_same_ids(exporting, server):
    run, asset = of_dagster(exporting)
    exporting.export_traces()
    exporting.record([record(asset, f"{run}/step/{asset}", parent_external_id=run, end_date=at(2))])
    assert exporting.export_traces() == 1
    exporting.record([record(asset, f"{run}/step/{asset}", parent_external_id=run, end_date=at(2))])
    assert exporting.export_traces() == 0, "a replay changes nothing"
    first, again = [span for span in server.spans if span.name == asset]
    assert (first.trace_id, first.span_id) == (again.trace_id, again.span_id)
    assert (first.status.code, again.status.code) == (Status.STATUS_CODE_ERROR, Status.STATUS_CODE_OK)


def test_history_is_exported_when_it_is_asked_for(exporting, server):
    old, new = unique("old"), unique("new")
    imported = unique("imported")
    exporting.record([record(old, start=-1000), record(new), record(imported, source=ExecutionSource.IMPORT)])
    exporting.export_traces()
    server.taken.clear()
    exporting.export_traces(since=at(-1))
    names = [span.name for span in server.spans]
    assert new in names
    assert not {old, imported} & set(names)


@pytest.mark.parametrize(
    "variable", [{"OTEL_LOGS_EXPORTER": "otlp"}, {"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "{url}/v1/logs"}]
)
def test_errors_are_logs_where_that_is_asked_for(exporting, server, monkeypatch, variable):
    for name, value in variable.items():
        monkeypatch.setenv(name, value.format(url=server.url))
    _, asset = of_dagster(exporting)
    exporting.export_traces()
    (log,) = server.logs
    (span,) = [span for span in server.spans if span.name == asset]
    assert log.body.string_value == "'id'"
    assert (log.severity_text, log.trace_id, log.span_id) == ("ERROR", span.trace_id, span.span_id)
    assert attributes(log.attributes)["exception.stacktrace"] == "Traceback …"


def test_a_run_of_dagster(watcher, server, dagster_instance):
    """With a real event log: a track in a step, and what the recorder reads of it, are one span in the run's trace."""
    from watcher_dagster import WatcherResource
    from watcher_dagster.recorder import record_tick

    @dg.asset
    def orders(context):
        with resource.track(context) as execution:
            execution.record(inserts=3)
            with watcher.track("script", parent_id=execution.id):
                pass

    @dg.asset(deps=[orders])
    def report() -> None:
        raise ValueError("no data")

    resource = WatcherResource(database_url=watcher.url.render_as_string(hide_password=False))
    watcher.export_traces()
    run = dg.materialize([orders, report], instance=dagster_instance, raise_on_error=False)
    watcher.export_traces()
    before = {span.name: span for span in server.spans}
    record_tick(dagster_instance, watcher)
    watcher.export_traces()
    spans = {span.name: span for span in server.spans}
    assert {span.trace_id for span in server.spans} == {uuid.UUID(run.run_id).bytes}
    assert len({span.span_id for span in server.spans}) == len(spans) == 4
    (job,) = (span for span in spans.values() if not span.parent_span_id)
    assert spans["orders"].parent_span_id == spans["report"].parent_span_id == job.span_id
    assert spans["script"].parent_span_id == spans["orders"].span_id
    assert spans["report"].status.message
    assert before["orders"].parent_span_id == job.span_id, "known before the run is recorded"


# Nothing is lost


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_a_collector_that_takes_nothing_leaves_all_in_the_queue(exporting, server, monkeypatch, status):
    of_dagster(exporting)
    server.down = Failure(status=status)
    with given_up_soon(monkeypatch), pytest.raises(DeliveryError, match=f"answers {status} to spans"):
        exporting.export_traces()
    assert waiting(exporting) == 2
    server.down = None
    assert exporting.export_traces() == 2
    assert len(server.spans) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_collector_that_has_moved_has_taken_nothing(exporting, server, monkeypatch, status):
    """OpenTelemetry's SDK follows no redirect, and counts it as a success."""
    monkeypatch.setenv("OTEL_LOGS_EXPORTER", "otlp")
    of_dagster(exporting)
    server.down = Failure(status=status, headers={"Location": "https://collector.example/v1/traces"})
    with pytest.raises(DeliveryError, match=f"answers {status}, and has moved to https://collector.example/v1/traces"):
        exporting.export_traces()
    assert waiting(exporting) == 2
    server.down = None
    assert exporting.export_traces() == 2


def test_a_collector_that_is_away_leaves_all_in_the_queue(exporting, server, monkeypatch):
    of_dagster(exporting)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    with given_up_soon(monkeypatch), pytest.raises(DeliveryError, match="does not answer to spans"):
        exporting.export_traces()
    assert waiting(exporting) == 2
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.url)
    assert exporting.export_traces() == 2


def test_what_ends_while_a_batch_is_sent_stays_in_the_queue(exporting, server, monkeypatch):
    late = unique("late")
    of_dagster(exporting)
    take = server.take

    def take_and_record(request):
        if not server.taken:
            exporting.record([record(late)])
        take(request)

    monkeypatch.setattr(server, "take", take_and_record)
    monkeypatch.setattr(export, "BATCH", 2)
    assert exporting.export_traces() == 3
    assert late in [span.name for span in server.spans]


def test_a_span_that_the_collector_refuses_keeps_no_other_one_back(exporting, server, caplog):
    names = [unique("sound") for _ in range(7)]
    exporting.record([record(name) for name in names])
    server.poison = {names[3]}
    assert exporting.export_traces() == 6
    assert {span.name for span in server.spans} == {*names} - {names[3]}
    assert "it is left out" in caplog.text
    assert waiting(exporting) == 0


def test_a_collector_that_refuses_all_loses_nothing(exporting, server):
    names = [unique("sound") for _ in range(3)]
    exporting.record([record(name) for name in names])
    server.poison = {*names}
    with pytest.raises(DeliveryError, match="answers 400 to all spans"):
        exporting.export_traces()
    assert waiting(exporting) == 3


@pytest.mark.parametrize("reply", [b"not protobuf", b"{}"])
def test_what_a_collector_answers_in_words_is_passed_over(exporting, server, reply):
    server.reply = reply
    of_dagster(exporting)
    assert exporting.export_traces() == 2


def test_what_a_collector_takes_in_part_is_said_and_not_sent_again(exporting, server, caplog):
    partial = ExportTracePartialSuccess(rejected_spans=1, error_message="too old")
    server.reply = ExportTraceServiceResponse(partial_success=partial).SerializeToString()
    of_dagster(exporting)
    exporting.export_traces()
    assert "has left out 1: too old" in caplog.text
    assert waiting(exporting) == 0


def test_executions_that_are_gone_are_no_longer_waited_for(exporting, server):
    of_dagster(exporting)
    with exporting._driver_transaction() as (connection, _):
        connection.execute("DELETE FROM watcher.failure_pipeline_execution_log")
        connection.execute("DELETE FROM watcher.pipeline_execution WHERE source = 'dagster'")
    assert exporting.export_traces() == 0
    assert waiting(exporting) == 0


# Opt in


def test_nothing_waits_before_the_first_export_and_after_the_last(watcher, server):
    watcher.record([record("orders")])
    assert waiting(watcher) == 0
    assert watcher.export_traces() == 0
    watcher.record([record("orders")])
    assert waiting(watcher) == 1
    assert watcher.stop_traces() == 1
    watcher.record([record("orders")])
    assert waiting(watcher) == 0


def test_who_may_not_switch_the_queue_on_is_told_the_statement(watcher, server, administrator):
    role = unique("writer").replace("-", "_")
    administrator.exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    with watcher._driver_transaction() as (connection, _):
        connection.execute(f"GRANT USAGE ON SCHEMA watcher TO {role}")
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA watcher TO {role}")
    url = watcher.url.set(drivername="postgresql", username=role, password="secret")
    with (
        Watcher(url.render_as_string(hide_password=False)) as restricted,
        pytest.raises(ConfigurationError, match=r"its owner may: ALTER TABLE .* ENABLE TRIGGER"),
    ):
        restricted.export_traces()


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, "OTEL_EXPORTER_OTLP_ENDPOINT is not set"),
        ({"OTEL_SDK_DISABLED": "true"}, "OTEL_SDK_DISABLED is true"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "OTEL_TRACES_EXPORTER is 'console'"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'.*http/protobuf"),
    ],
)
def test_variables_by_which_nothing_can_be_sent(exporting, monkeypatch, variables, message):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=message):
        exporting.export_traces()


def test_the_command(exporting, server, monkeypatch):
    url = exporting.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("WATCHER_DATABASE_URL", url)
    of_dagster(exporting)
    ran = CliRunner().invoke(cli.app, ["export", "traces"])
    assert (ran.exit_code, ran.output) == (0, "exported 2\n")
    stopped = CliRunner().invoke(cli.app, ["export", "traces", "--stop"])
    assert stopped.output == "exports are stopped; 0 waited\n"
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
    refused = CliRunner().invoke(cli.app, ["export", "traces", "--every", "1"])
    assert refused.exit_code == 1


def test_a_service_goes_on_after_an_error(exporting, server, monkeypatch):
    url = exporting.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("WATCHER_DATABASE_URL", url)
    of_dagster(exporting)
    server.down = Failure(status=500)
    waits: list[float] = []

    def sleep(seconds):
        waits.append(seconds)
        server.down = None
        if len(waits) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("watcher_core.cli.export.time.sleep", sleep)
    ran = CliRunner().invoke(cli.app, ["export", "traces", "--every", "10"])
    assert "error: the collector answers 500 to spans" in ran.output
    assert "exported 2" in ran.output
    assert all(0 <= seconds <= 10 for seconds in waits)
