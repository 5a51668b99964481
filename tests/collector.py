"""A server that stands for an OpenTelemetry collector: it takes spans and logs over HTTP, and decodes them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.http_server import Answer, HttpServer, Request, running


class Collector(HttpServer):
    """Refuses the spans whose names are in `poison`, with all that come with them."""

    def __init__(self) -> None:
        super().__init__()
        self.poison: set[str] = set()
        self.reply = b""

    def answer(self, request: Request) -> Answer:
        """Take a request."""
        if request.path == "/v1/traces" and self.poison & {span.name for span in _spans(request)}:
            return 400, b"", {}
        self.take(request)
        return 200, self.reply, {}

    @property
    def spans(self) -> list[Span]:
        """All spans, in the order in which they came."""
        return [span for each in self.taken if each.path == "/v1/traces" for span in _spans(each)]

    @property
    def resources(self) -> list[dict[str, object]]:
        """The resource of each request with spans."""
        return [
            attributes(each.resource.attributes)
            for request in self.taken
            if request.path == "/v1/traces"
            for each in ExportTraceServiceRequest.FromString(_body(request)).resource_spans
        ]

    @property
    def logs(self) -> list[LogRecord]:
        """All logs, in the order in which they came."""
        return [
            record
            for each in self.taken
            if each.path == "/v1/logs"
            for resource in ExportLogsServiceRequest.FromString(_body(each)).resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]


def attributes(pairs: list[KeyValue]) -> dict[str, object]:
    """Attributes as a dictionary."""
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> object:
    return getattr(value, value.WhichOneof("value") or "string_value")


def _spans(request: Request) -> list[Span]:
    sent = ExportTraceServiceRequest.FromString(_body(request))
    return [span for resource in sent.resource_spans for scope in resource.scope_spans for span in scope.spans]


def _body(request: Request) -> bytes:
    return gzip.decompress(request.body) if request.headers["Content-Encoding"] == "gzip" else request.body


@contextmanager
def collector() -> Iterator[Collector]:
    """Run a collector."""
    with running(Collector()) as server:
        yield server
