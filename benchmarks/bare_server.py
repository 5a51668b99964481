"""The least that the API costs: Starlette and psycopg, and the statements that `watcher serve` sends.

python -m uvicorn benchmarks.bare_server:app, with DATABASE in the environment
"""

from __future__ import annotations

import datetime as dt
import os
import queue
import uuid
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio.to_thread
import psycopg
from psycopg.types.json import Jsonb
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from watcher_core.catalog import pipelines
from watcher_core.openlineage import recording
from watcher_core.recording import executions, pings, records, watermarks

CONNECTIONS = 8

pool: queue.LifoQueue[psycopg.Connection[tuple[Any, ...]]] = queue.LifoQueue()


@contextmanager
def _connection() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    connection = pool.get()
    try:
        yield connection
    finally:
        pool.put(connection)


def _start(body: dict[str, Any]) -> int:
    given = {
        "pipeline_id": body["pipeline_id"],
        "parent_id": None,
        "source": "http",
        "external_id": str(uuid.uuid4()),
        "instance_id": None,
        "scope": None,
        "start_date": dt.datetime.fromisoformat(body["start_date"]),
        "logical_date": None,
        "full_load": False,
        "next_watermark": body.get("next_watermark"),
        "execution_metadata": Jsonb({}),
        "process": None,
        "host": "host",
    }
    with _connection() as connection:
        row = connection.execute(executions.START, given).fetchone()
    assert row is not None
    return int(row[0])


def _end(body: dict[str, Any]) -> None:
    now = dt.datetime.now(dt.UTC)
    given = {
        "id": body["id"],
        "state": "succeeded",
        "external_id": None,
        "end_date": dt.datetime.fromisoformat(body["end_date"]),
        "has_end_date": True,
        "inserts": body.get("inserts"),
        "updates": None,
        "soft_deletes": None,
        "total_rows": body.get("total_rows"),
        "next_watermark": None,
        "has_watermark": False,
        "execution_metadata": Jsonb({}),
        "host": "host",
        "now": now,
    }
    with _connection() as connection, connection.transaction():
        connection.execute(executions.END, given).fetchone()


def _ping(name: str) -> None:
    given = {
        "name": name,
        "state": "succeeded",
        "external_id": f"ping/{uuid.uuid4()}",
        "metadata": Jsonb({}),
        "inserts": None,
        "updates": None,
        "soft_deletes": None,
        "total_rows": None,
    }
    with _connection() as connection:
        connection.execute(pings.END, given).fetchone()


def _lineage(event: dict[str, Any]) -> None:
    """An event of a run of a job that is known, whose datasets are the ones before, and that has no parent."""
    now = dt.datetime.now(dt.UTC)
    run_id, kind, job = event["run"]["runId"], event["eventType"], event["job"]
    name, at = f"{job['namespace']}/{job['name']}", event["eventTime"]
    with _connection() as connection, connection.transaction():
        facts = {"first": at, "said": {"job": [at, job]}}
        if kind != "START":
            facts |= {"ends": {kind: at}, "written": {event["outputs"][0]["name"]: [at, [120, None, None]]}}
        given = {"id": run_id, "parent_run_id": None, "facts": facts}
        runs = {"runs": Jsonb([given]), "parents": [], "now": now}
        _, before, _ = connection.execute(recording.MERGE, runs).fetchone() or (None, None, None)
        if before is not None:
            given["facts"] = facts = {**facts, "first": before["first"]}
        _, _, _, known = connection.execute(recording.JOBS, {"names": [name]}).fetchone() or (None, None, None, None)
        connection.execute(pipelines.RESOLVE, {"names": [name]}).fetchall()
        moved = {"name": name, "run_id": run_id, "at": facts["first"], "lineage": known, "before": known}
        if kind == "START":  # the end is of the same run
            connection.execute(recording.MOVE_JOBS, {"jobs": Jsonb([moved])})
        if before is not None:
            connection.execute(recording.UPDATE, {"runs": Jsonb([given]), "now": now})
        record = {
            "pipeline_name": name,
            "source": "openlineage",
            "external_id": run_id,
            "state": "running" if kind == "START" else "succeeded",
            "reported_start": facts["first"],
            "reported_end": None if kind == "START" else at,
            "full_load": False,
            "inserts": None if kind == "START" else 120,
            "metadata": {"openlineage": job},
        }
        given = {"records": Jsonb([record]), "host": None, "now": now}
        found = connection.execute(records.RECORD, given).fetchall()
        if kind != "START":
            ids = [id_ for id_, *_ in found]
            connection.execute(watermarks.LOCK_PIPELINES, {"execution_ids": ids})
            connection.execute(watermarks.SETTLE_MANY, {"execution_ids": ids})


async def start(request: Request) -> Response:
    """Start an execution."""
    return JSONResponse({"id": await run_in_threadpool(_start, await request.json())}, 201)


async def end(request: Request) -> Response:
    """End an execution."""
    await run_in_threadpool(_end, await request.json())
    return Response(status_code=204)


async def ping(request: Request) -> Response:
    """Record a ping."""
    await run_in_threadpool(_ping, request.path_params["pipeline"])
    return Response(b"OK\n")


async def lineage(request: Request) -> Response:
    """Record an event of OpenLineage."""
    await run_in_threadpool(_lineage, await request.json())
    return Response(status_code=201)


@asynccontextmanager
async def _lifespan(app: Starlette) -> Any:  # noqa: ARG001  # as Starlette calls it
    anyio.to_thread.current_default_thread_limiter().total_tokens = CONNECTIONS
    for _ in range(CONNECTIONS):
        pool.put(psycopg.connect(os.environ["DATABASE"], autocommit=True))
    yield


app = Starlette(
    lifespan=_lifespan,
    routes=[
        Route("/start_pipeline_execution", start, methods=["POST"]),
        Route("/end_pipeline_execution", end, methods=["POST"]),
        Route("/ping/{pipeline}", ping),
        Route("/api/v1/lineage", lineage, methods=["POST"]),
    ],
)
