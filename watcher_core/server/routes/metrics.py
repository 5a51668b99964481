"""`/metrics`, for Prometheus and whoever reads its format."""

from __future__ import annotations

from typing import cast

from fastapi import Request, Response

from watcher_core.server.metrics import Metrics
from watcher_core.server.routing import access_of, router

metrics = router("metrics")

TEXT = {
    200: {
        "description": "Metrics, in the format that `Accept` asks for.",
        "content": {
            "text/plain": {
                "schema": {"type": "string"},
                "example": '# TYPE watcher_alerts gauge\nwatcher_alerts{kind="failure",level="error"} 1.0\n',
            },
            "application/openmetrics-text": {"schema": {"type": "string"}},
        },
    }
}


@metrics.get("/metrics", response_class=Response, responses=TEXT)  # type: ignore[arg-type]  # FastAPI takes int keys
def get_metrics(request: Request) -> Response:
    """Metrics for Prometheus.

    Executions, failures, durations and rows of the last hour, freshness, alerts, recorders, checks and delivery.
    """
    access_of(request).require_all()
    packed = "gzip" in request.headers.get("accept-encoding", "")
    known = cast("Metrics", request.app.state.metrics)
    text, content_type = known.text(request.headers.get("accept", ""), packed=packed)
    headers = {"Content-Type": content_type, "Vary": "Accept, Accept-Encoding"}
    headers |= {"Content-Encoding": "gzip"} if packed else {}
    return Response(text, headers=headers)
