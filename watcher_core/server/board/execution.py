"""An execution: what it did, why it failed, what ran as part of it."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response

from watcher_core import arguments, overview, values
from watcher_core.enums import ExecutionSource
from watcher_core.errors import NotFoundError
from watcher_core.server.board.forms import form, lead_back
from watcher_core.server.board.frame import render
from watcher_core.server.board.viewer import viewer_of
from watcher_core.server.routing import watcher_of

routes = APIRouter()

CHILDREN = 100


@routes.get("/executions/{execution_id}")
def execution(request: Request, execution_id: int) -> Response:
    """One execution."""
    watcher = watcher_of(request)
    found = watcher.execution(execution_id)
    children = watcher.child_executions(execution_id, limit=CHILDREN + 1)
    metadata = dict(found.execution_metadata)
    return render(
        request,
        "execution.html",
        execution=found,
        parent=None if found.parent_id is None else _parent(request, found.parent_id),
        children=children[:CHILDREN],
        more=len(children) > CHILDREN,
        error=overview.readable_error(metadata.pop("error", None)),
        metadata={
            key: value if isinstance(value, str) else arguments.json_text(value) for key, value in metadata.items()
        },
        run_url=run_url(watcher.settings.dagster_url, found),
        results=watcher.anomaly_results(execution_id=execution_id),
    )


@routes.post("/executions/{execution_id}/unflag")
async def unflag(request: Request, execution_id: int, fields: Annotated[dict[str, str], Depends(form)]) -> Response:
    """Say in the name of the reader that a metric is normal, and lead back to where they were."""
    by, metric = viewer_of(request).name, fields.get("metric") or None
    unflag_it = partial(watcher_of(request).unflag_anomaly, execution_id, metric_field=metric, by=by)
    await anyio.to_thread.run_sync(unflag_it)
    return lead_back(fields, f"/ui/executions/{execution_id}")


def _parent(request: Request, execution_id: int) -> values.Execution | None:
    try:
        return watcher_of(request).execution(execution_id)
    except NotFoundError:
        return None  # retention took it


def run_url(dagster_url: str | None, found: values.Execution) -> str | None:
    """Return the address of an execution's run in Dagster's UI; `None` where it has none."""
    run_id = found.execution_metadata.get("run_id")
    if not dagster_url or not isinstance(run_id, str) or found.source is not ExecutionSource.DAGSTER:
        return None
    return f"{dagster_url.rstrip('/')}/runs/{quote(run_id, safe='')}"
