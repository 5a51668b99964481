"""Executions: read."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Query, Request, Response

from watcher_core import values
from watcher_core.enums import ExecutionState
from watcher_core.server.access import Access
from watcher_core.server.fields import DEFAULT_PAGE, MAX_LIST, MAX_PAGE, Cursor, Instant, PathId
from watcher_core.server.routes.execution_bodies import STORED, ExecutionAnswer, StoredExecution, TreeAnswer
from watcher_core.server.routing import (
    Page,
    access_of,
    asked_pipeline,
    cursor_of,
    errors,
    own_watcher_of,
    place_of,
    router,
    watcher_of,
)

reads = router("executions")

# What Watcher itself adds to the metadata of an execution.
OWN_METADATA = ("reported_watermark", "reported_start_date", "reported_end_date", "reported_by")


class ExecutionPage(Page[StoredExecution]):
    pass


@reads.get("/pipeline_execution/{execution_id}", response_model=ExecutionAnswer, responses=errors(404))
def get_pipeline_execution(execution_id: PathId, request: Request) -> Any:
    """Return an execution, with the first 1,000 of those that are directly part of it."""
    watcher = watcher_of(request)
    execution = watcher.execution(execution_id)
    access = access_of(request)
    access.require_pipeline(execution.pipeline_name)
    parts = watcher.child_executions(execution_id, limit=MAX_PAGE)
    children = [_answer(child) for child in parts if access.covers(child.pipeline_name)]
    flags = {
        str(result.metric_field): result.flagged and result.unflagged_at is None
        for result in watcher.anomaly_results(execution_id=execution_id)
    }
    return {**_answer(execution), "child_executions": children, "anomaly_flags": flags or None}


def _answer(execution: values.Execution) -> dict[str, Any]:
    seconds = None if execution.duration_seconds is None else int(execution.duration_seconds)
    throughput = None
    if seconds is not None and execution.total_rows is not None:
        throughput = round(execution.total_rows / seconds, 4) if seconds else 0.0
    reported = execution.execution_metadata.get("reported_watermark")
    metadata = {name: value for name, value in execution.execution_metadata.items() if name not in OWN_METADATA}
    return {
        **vars(execution),
        "watermark": reported if isinstance(reported, str) else execution.watermark,
        "completed_successfully": execution.completed_successfully,
        "duration_seconds": seconds,
        "execution_metadata": metadata or None,
        "throughput": throughput,
        "anomaly_flags": None,
        "child_executions": [],
    }


@reads.get("/execution", response_model=ExecutionPage, responses=errors(400, 404))
def list_executions(
    request: Request,
    pipeline: Annotated[str | None, Query(max_length=2048, description="Of this pipeline only, by name.")] = None,
    pipeline_id: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    scope: Annotated[
        str | None, Query(max_length=2048, description="Of this scope only: the partition of an asset.")
    ] = None,
    state: ExecutionState | None = None,
    since: Annotated[Instant | None, Query(description="Started at or after this time.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Response:
    """List executions, newest first, a page at a time; of a token of some pipelines, those of these."""
    reference = asked_pipeline(request, pipeline, pipeline_id)
    found = own_watcher_of(request).executions(
        pipeline=reference, scope=scope, state=state, since=since, before=place_of(cursor), limit=limit + 1
    )
    last = found[limit - 1] if len(found) > limit else None
    next_cursor = None if last is None else cursor_of((last.start_date, last.id))
    return Response(
        b'{"data":[%s],"next_cursor":%s}'
        % (b",".join(STORED.dump_json(each) for each in found[:limit]), json.dumps(next_cursor).encode()),
        media_type="application/json",
    )


@reads.get("/execution/{execution_id}", response_model=StoredExecution, responses=errors(404))
def get_execution(execution_id: PathId, request: Request) -> Response:
    """Return an execution, as it is stored."""
    execution = watcher_of(request).execution(execution_id)
    access_of(request).require_pipeline(execution.pipeline_name)
    return Response(STORED.dump_json(execution), media_type="application/json")


@reads.get("/execution/{execution_id}/tree", response_model=TreeAnswer, responses=errors(400, 404))
def get_execution_tree(
    execution_id: PathId,
    request: Request,
    levels: Annotated[
        int | None, Query(ge=0, le=100, description="So many levels of what ran as part of it; all without it.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIST, description="At most so many executions.")] = MAX_LIST,
) -> Any:
    """Return an execution, with what ran as part of it: up to 10,000 executions, the nearest to it."""
    tree = watcher_of(request).execution_tree(execution_id, levels=levels, limit=limit)
    access = access_of(request)
    access.require_pipeline(tree.execution.pipeline_name)
    return _tree(tree, access)


def _tree(tree: values.ExecutionTree, access: Access) -> dict[str, Any]:
    """A tree without what the request may not know of, which may be part of what it may."""
    children = [_tree(child, access) for child in tree.children if access.covers(child.execution.pipeline_name)]
    return {"execution": vars(tree.execution), "children": children}
