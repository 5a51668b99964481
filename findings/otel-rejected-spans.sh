#!/usr/bin/env bash
# opentelemetry-sdk and opentelemetry-exporter-otlp-proto-http 1.45.2
#
# A collector may take some spans of a request and refuse others: it answers 200 with the number of those that it refused
# and the reason. The exporter does not read that answer: it returns SUCCESS, and logs nothing at any level.
# Seen for two spans that the collector both refuses: SpanExportResult.SUCCESS; log records: 0
#
# Most would guess: FAILURE, or at least a warning with the reason, as the protocol asks of senders.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    opentelemetry-sdk==1.45.2 opentelemetry-exporter-otlp-proto-http==1.45.2

"$folder/venv/bin/python" - <<'PYTHON'
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

received = 0


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        global received
        request = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        received += sum(len(scope.spans) for each in request.resource_spans for scope in each.scope_spans)
        partial = ExportTracePartialSuccess(rejected_spans=received, error_message="older than the retention")
        body = ExportTraceServiceResponse(partial_success=partial).SerializeToString()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


records = []


class Keeping(logging.Handler):
    def emit(self, record):
        if record.name.startswith("opentelemetry"):
            records.append(record)


logging.getLogger().addHandler(Keeping())
logging.getLogger().setLevel(logging.DEBUG)
server = HTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
kept = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
for name in ("orders", "invoices"):
    with provider.get_tracer("pipelines").start_as_current_span(name):
        pass
exporter = OTLPSpanExporter(endpoint=f"http://127.0.0.1:{server.server_port}/v1/traces", compression=None)
result = exporter.export(kept.get_finished_spans())
server.shutdown()
print(result, "/ received:", received, "/ log records:", len(records), [record.getMessage() for record in records])
assert received == 2
assert result is SpanExportResult.SUCCESS
assert records == []
print("held: spans that the collector says it has left out are a success, without a line in the log")
PYTHON
