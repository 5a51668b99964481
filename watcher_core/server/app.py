"""The application: routes over one `Watcher`, behind the guard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio.to_thread
from fastapi import FastAPI, Response
from starlette.types import Scope

from watcher_core import __version__
from watcher_core.client import Watcher
from watcher_core.errors import DatabaseError
from watcher_core.server import access
from watcher_core.server.access import Proxies, Tokens
from watcher_core.server.background import Background
from watcher_core.server.board import Early, Version, board, board_error
from watcher_core.server.document import DESCRIPTION, describe, name_operation
from watcher_core.server.errors import add_handlers, response_for
from watcher_core.server.guard import ACCESS, BOARD_PATHS, DirectRoutes, Guard
from watcher_core.server.limits import Limits
from watcher_core.server.metrics import Metrics
from watcher_core.server.pages import pages
from watcher_core.server.routes.addresses import addresses
from watcher_core.server.routes.addresses import types as address_types
from watcher_core.server.routes.alerts import alerts
from watcher_core.server.routes.anomalies import anomalies
from watcher_core.server.routes.anomaly_rules import rules
from watcher_core.server.routes.asset_checks import asset_checks
from watcher_core.server.routes.checks import checks
from watcher_core.server.routes.execution_reads import reads
from watcher_core.server.routes.executions import end_execution, executions, record_executions, start_execution
from watcher_core.server.routes.lineage import lineage
from watcher_core.server.routes.maintenance import maintenance
from watcher_core.server.routes.metrics import metrics
from watcher_core.server.routes.openlineage import events, record_lineage_event, record_lineage_events
from watcher_core.server.routes.overview import overview
from watcher_core.server.routes.pings import failed, pings, started, succeeded
from watcher_core.server.routes.pipeline_reads import reads as pipeline_reads
from watcher_core.server.routes.pipelines import pipelines
from watcher_core.server.routes.pipelines import types as pipeline_types
from watcher_core.server.routes.tokens import tokens as token_routes
from watcher_core.server.turns import Turns
from watcher_core.server.workers import Workers

# A request is compared with one route after the other; the board's are first, since a person waits for its pages.
ROUTERS = (
    board,
    pipelines,
    pipeline_reads,
    pipeline_types,
    overview,
    executions,
    reads,
    pings,
    events,
    address_types,
    addresses,
    lineage,
    rules,
    anomalies,
    asset_checks,
    checks,
    alerts,
    maintenance,
    token_routes,
    metrics,
    pages,
)

# What is called at each run of everything.
DIRECT = DirectRoutes(
    {
        ("POST", "/start_pipeline_execution"): start_execution,
        ("POST", "/end_pipeline_execution"): end_execution,
        ("POST", "/execution/batch"): record_executions,
        ("POST", "/api/v1/lineage"): record_lineage_event,
        ("POST", "/api/v1/lineage/"): record_lineage_event,
        ("POST", "/api/v1/lineage/batch"): record_lineage_events,
        ("POST", "/api/v1/lineage/batch/"): record_lineage_events,
    },
    prefix="/ping/",
    below={"": succeeded, "start": started, "success": succeeded, "fail": failed},
    parameter="pipeline",
)


def create_app(
    watcher: Watcher, *, limits: Limits | None = None, local: bool = True, proxies: Proxies | None = None
) -> Guard:
    """Return the API as an ASGI application.

    Args:
        watcher: What it records with.
        limits: Its limits.
        local: Whether it listens on this host only, so that it needs no token while there is none.
        proxies: Those that name the users of the board.
    """
    limits = limits or Limits()
    tokens = Tokens(watcher)
    database = watcher.url.set(drivername="postgresql").render_as_string(hide_password=False)
    workers = Workers(limits.connections)
    background = Background({"WATCHER_DATABASE_URL": database})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # A thread has at most one connection at a time, and the pool no more than these.
        anyio.to_thread.current_default_thread_limiter().total_tokens = limits.connections
        noting = asyncio.create_task(_note_uses(tokens))
        yield
        noting.cancel()
        with suppress(asyncio.CancelledError):
            await noting
        with suppress(DatabaseError):  # it is only when they were last used
            await anyio.to_thread.run_sync(tokens.flush)
        await anyio.to_thread.run_sync(background.close)
        workers.close()

    app = FastAPI(
        title="Watcher",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=name_operation,
        strict_content_type=False,
    )
    app.state.watcher = watcher
    app.state.tokens = tokens
    app.state.board_version = Version(watcher)
    app.add_middleware(Early, version=app.state.board_version, refuse=_refuse)
    app.state.background = background
    app.state.workers = workers
    app.state.limits = limits
    app.state.metrics = Metrics(watcher)
    for each in ROUTERS:
        app.include_router(each)
    add_handlers(app, _refuse)
    describe(app)
    return Guard(
        app,
        direct=DIRECT,
        tokens=tokens,
        limits=limits,
        local=local,
        proxies=proxies or Proxies(),
        refuse=_refuse,
        turns=Turns(watcher, connections=limits.connections),
    )


async def _note_uses(tokens: Tokens) -> None:
    """Note when tokens were last used, also where no request comes after the one that used one."""
    while True:
        await asyncio.sleep(access.NOTED_EVERY_SECONDS)
        with suppress(DatabaseError):  # the next time notes it
            await anyio.to_thread.run_sync(tokens.flush)


def _refuse(scope: Scope, error: Exception) -> Response:
    """Answer an error: people get a page, programs get JSON."""
    found: access.Access | None = scope.get(ACCESS)
    answer = response_for(error if found is None else found.hide_unknown(error))
    return board_error(scope, answer) if scope["path"].startswith(BOARD_PATHS) else answer
