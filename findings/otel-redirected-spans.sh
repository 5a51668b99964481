#!/usr/bin/env bash
# opentelemetry-sdk and opentelemetry-exporter-otlp-proto-http 1.45.2
#
# A collector has moved, as from http to https, and what stands at its old address answers with a redirect. The exporters of
# spans and metrics do not follow it, neither 301 nor 308, which keeps method and body; they return SUCCESS, and log nothing
# at any level of their own. The new address never gets a request, and the spans are gone.
# Seen: 301, 302, 307 and 308: spans SUCCESS, metrics SUCCESS, requests at the new address 0, log records 0
#
# Most would guess: the redirect is followed, or the export fails: an answer that is not in the 200s has taken nothing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    opentelemetry-sdk==1.45.2 opentelemetry-exporter-otlp-proto-http==1.45.2

"$folder/venv/bin/python" - <<'PYTHON'
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExportResult
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

requests = []


class Moved(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        requests.append(self.path)
        is_new = self.path.startswith("/new/")
        self.send_response(200 if is_new else status)
        if not is_new:
            self.send_header("Location", f"{address}/new{self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *arguments):
        pass


records = []


class Keeping(logging.Handler):
    def emit(self, record):
        if record.name.startswith("opentelemetry"):
            records.append(record)


logging.getLogger().addHandler(Keeping())
logging.getLogger().setLevel(logging.DEBUG)
server = ThreadingHTTPServer(("127.0.0.1", 0), Moved)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"

kept = InMemorySpanExporter()
tracers = TracerProvider()
tracers.add_span_processor(SimpleSpanProcessor(kept))
with tracers.get_tracer("pipelines").start_as_current_span("orders"):
    pass
reader = InMemoryMetricReader()
MeterProvider([reader]).get_meter("pipelines").create_counter("rows").add(10)
metrics = reader.get_metrics_data()

for status in (301, 302, 307, 308):
    requests.clear()
    spans_result = OTLPSpanExporter(endpoint=f"{address}/v1/traces").export(kept.get_finished_spans())
    metrics_result = OTLPMetricExporter(endpoint=f"{address}/v1/metrics").export(metrics)
    print(status, spans_result, metrics_result, requests, "log records:", len(records))
    assert spans_result is SpanExportResult.SUCCESS, spans_result
    assert metrics_result is MetricExportResult.SUCCESS, metrics_result
    assert requests == ["/v1/traces", "/v1/metrics"], requests
    assert records == [], [record.getMessage() for record in records]
server.shutdown()
print("held: spans and metrics that are answered with a redirect are sent nowhere, and are a success")
PYTHON
