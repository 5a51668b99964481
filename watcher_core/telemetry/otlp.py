"""Spans over OTLP, with OpenTelemetry's SDK, which reads its settings from the standard `OTEL_*` variables.

The SDK makes the spans, with the ids that we give it, and encodes and sends them. Its batch processor is not used: that
sends from a thread of its own and drops what it cannot send.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import requests
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it has no types of its own
from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor, ReadableLogRecord, ReadWriteLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from watcher_core.enums import ExecutionState
from watcher_core.errors import ConfigurationError, DeliveryError
from watcher_core.telemetry.spans import Span

logger = logging.getLogger("watcher.telemetry")

SAMPLED = trace.TraceFlags(trace.TraceFlags.SAMPLED)
SERVICE_NAME = "watcher"

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
LOGS_ENDPOINT = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
OURS = "http/protobuf"

# The collector refuses what it was sent. All else is a collector that is away, busy, or not the right one.
REFUSED = (400, 413, 422)


class _Ids(IdGenerator):
    """The ids of the next span."""

    span: Span

    def generate_span_id(self) -> int:
        return self.span.span_id

    def generate_trace_id(self) -> int:
        return self.span.trace_id


class _Spans(SpanProcessor):
    def __init__(self) -> None:
        self.ended: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.ended.append(span)


class _Logs(LogRecordProcessor):
    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self.emitted: list[ReadableLogRecord] = []

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        self.emitted.append(ReadableLogRecord(log_record.log_record, self._resource, log_record.instrumentation_scope))

    def shutdown(self) -> None:
        pass

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002  # the SDK's signature
        return True


class OtlpExporter:
    """Sends spans, and the errors of failures as logs where those are asked for.

    Args:
        environment: The `OTEL_*` variables. They say what is sent; where to and how reads the SDK by itself.
        version: The version of Watcher.
        deployment: What this deployment is called.

    Raises:
        ConfigurationError: No endpoint is configured, the export is switched off, or the protocol is not ours.
    """

    def __init__(self, environment: Mapping[str, str], *, version: str, deployment: str | None = None) -> None:
        check_environment(environment)
        resource = Resource.create(_resource_attributes(environment, deployment))
        self._ids, self._spans, self._logs = _Ids(), _Spans(), _Logs(resource)
        provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, id_generator=self._ids, shutdown_on_exit=False)
        provider.add_span_processor(self._spans)
        self._tracer = provider.get_tracer("watcher", version)
        log_provider = LoggerProvider(resource, shutdown_on_exit=False)
        log_provider.add_log_record_processor(self._logs)
        self._logger = log_provider.get_logger("watcher", version)
        # What the collector last answered, and to what; where it is to be found, if that is no more here.
        self._status: int | None = None
        self._what = "spans"
        self._moved = ""
        self._span_exporter = OTLPSpanExporter(session=self._session())
        self._log_exporter = OTLPLogExporter(session=self._session()) if sends_logs(environment) else None

    def close(self) -> None:
        """Close the connections."""
        self._span_exporter.shutdown()  # type: ignore[no-untyped-call]  # the SDK has no types here
        if self._log_exporter is not None:
            self._log_exporter.shutdown()  # type: ignore[no-untyped-call]  # nor here

    def export(self, spans: Sequence[Span]) -> list[int]:
        """Send spans.

        Returns:
            The places of those that the collector refuses; it has taken all others.

        Raises:
            DeliveryError: The collector cannot be reached, or takes nothing.
        """
        refused = self._send(spans, 0)
        if refused and len(refused) == len(spans):
            raise DeliveryError(f"the collector answers {self._status} to all {self._what}; they stay in the queue")
        return refused

    def _send(self, spans: Sequence[Span], first: int) -> list[int]:
        if self._take(spans):
            return []
        if self._status not in REFUSED:
            answer = "does not answer" if self._status is None else f"answers {self._status}{self._moved}"
            raise DeliveryError(f"the collector {answer} to {self._what}; what waits stays in the queue")
        if len(spans) == 1:
            return [first]
        half = len(spans) // 2
        return self._send(spans[:half], first) + self._send(spans[half:], first + half)

    def _take(self, spans: Sequence[Span]) -> bool:
        self._spans.ended, self._logs.emitted = [], []
        for span in spans:
            self._make(span)
        self._status, self._what = None, "spans"
        try:
            if self._span_exporter.export(self._spans.ended) is not SpanExportResult.SUCCESS or not self._is_taken():
                return False
            if self._log_exporter is None or not self._logs.emitted:
                return True
            self._status, self._what = None, "logs"
            taken = self._log_exporter.export(self._logs.emitted) is LogRecordExportResult.SUCCESS
            return taken and self._is_taken()
        except requests.RequestException:  # which newer versions of the SDK answer for themselves
            return False

    def _is_taken(self) -> bool:
        """Whether the last answer says so: the SDK follows no redirect, and counts it as a success."""
        return self._status is not None and self._status < 300

    def _make(self, span: Span) -> None:
        self._ids.span = span
        made = self._tracer.start_span(
            span.name,
            context=Context() if span.parent_id is None else _context(span.trace_id, span.parent_id),
            start_time=span.start,
            attributes=span.attributes,
            links=[] if span.link is None else [trace.Link(_span_context(span.link.trace_id, span.link.span_id))],
        )
        if span.state is ExecutionState.SUCCEEDED:
            made.set_status(trace.StatusCode.OK)
        elif span.state is ExecutionState.FAILED:
            error = span.error
            made.set_status(trace.StatusCode.ERROR, None if error is None else error.message)
            facts = {} if error is None else _exception(error.type, error.message, error.stack)
            if facts:
                made.add_event("exception", facts, timestamp=span.end)
            if self._log_exporter is not None:
                self._logger.emit(
                    LogRecord(
                        timestamp=span.end,
                        observed_timestamp=span.end,
                        context=_context(span.trace_id, span.span_id),
                        severity_text="ERROR",
                        severity_number=SeverityNumber.ERROR,
                        body=(error and error.message) or f"{span.name} failed",
                        attributes={**span.attributes, **facts},
                    )
                )
        made.end(span.end)

    def _session(self) -> requests.Session:
        session = requests.Session()

        def note(response: requests.Response, *_: object, **__: object) -> None:
            self._status = response.status_code
            self._moved = f", and has moved to {response.headers['Location']}" if response.is_redirect else ""
            if response.ok:
                _warn_of_rejected(response.content)

        session.hooks["response"].append(note)
        return session


def check_environment(environment: Mapping[str, str]) -> None:
    """Refuse variables by which nothing can be sent.

    Raises:
        ConfigurationError: No endpoint is configured, the export is switched off, or the protocol is not ours.
    """
    if not (environment.get(ENDPOINT) or environment.get(TRACES_ENDPOINT)):
        raise ConfigurationError(f"{ENDPOINT} is not set; it says where traces go, as in http://localhost:4318")
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        raise ConfigurationError("OTEL_SDK_DISABLED is true: nothing may be exported")
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    if "otlp" not in exporter.split(","):
        raise ConfigurationError(f"OTEL_TRACES_EXPORTER is {exporter!r}; traces are exported with otlp")
    name, protocol = next(((name, environment[name]) for name in PROTOCOLS if environment.get(name)), (None, OURS))
    if protocol.strip() != OURS:
        raise ConfigurationError(f"{name} is {protocol!r}; Watcher exports with {OURS}, to port 4318 of a collector")


def sends_logs(environment: Mapping[str, str]) -> bool:
    """Whether the errors of failures are sent as logs, too. Many a collector takes traces only."""
    exporter = environment.get("OTEL_LOGS_EXPORTER", "").strip()
    return "otlp" in exporter.split(",") if exporter else bool(environment.get(LOGS_ENDPOINT))


def _warn_of_rejected(answer: bytes) -> None:
    """Say what a collector has taken only in part: OTLP forbids to send it again. Logs have the same answer."""
    try:
        partial = ExportTraceServiceResponse.FromString(answer).partial_success
    except DecodeError:
        return
    if partial.rejected_spans or partial.error_message:
        logger.warning("the collector has left out %d: %s", partial.rejected_spans, partial.error_message)


def _resource_attributes(environment: Mapping[str, str], deployment: str | None) -> dict[str, str]:
    """What the variables do not say: theirs would lose against these."""
    given = environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    known = {} if deployment is None else {"deployment.environment.name": deployment}
    if not environment.get("OTEL_SERVICE_NAME"):
        known["service.name"] = SERVICE_NAME
    return {name: value for name, value in known.items() if f"{name}=" not in given}


def _context(trace_id: int, span_id: int) -> Context:
    return trace.set_span_in_context(trace.NonRecordingSpan(_span_context(trace_id, span_id)), Context())


def _span_context(trace_id: int, span_id: int) -> trace.SpanContext:
    return trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=SAMPLED)


def _exception(type_: str | None, message: str | None, stack: str | None) -> dict[str, str]:
    named = {"exception.type": type_, "exception.message": message, "exception.stacktrace": stack}
    return {name: value for name, value in named.items() if value}
