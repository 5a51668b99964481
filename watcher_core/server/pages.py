"""Health, and the documentation of the API, without anything from the network."""

from __future__ import annotations

import gzip
from functools import cache
from importlib import resources
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from watcher_core.errors import WatcherError
from watcher_core.server.errors import ApiError, error_response
from watcher_core.server.routing import errors, watcher_of

# What needs no token has its limits all the same.
LIMITED: dict[int | str, dict[str, Any]] = {status: errors()[status] for status in (413, 503)}

pages = APIRouter(tags=["health"], responses=LIMITED)

ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "scalar.js": "text/javascript",
}

DOCS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Watcher API</title>
<link rel="stylesheet" href="assets/swagger-ui.css"></head>
<body><div id="docs"></div><script src="assets/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle({url: "openapi.json", dom_id: "#docs"})</script></body></html>
"""

SCALAR = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Watcher API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><script id="api-reference" data-url="openapi.json"></script>
<script>document.getElementById("api-reference").dataset.configuration = JSON.stringify({
withDefaultFonts: false, telemetry: false, servers: [{url: new URL(".", location).href.replace(/[/]$/, "")}]})</script>
<script src="assets/scalar.js"></script></body></html>
"""


class Health(BaseModel):
    status: str = Field(examples=["ok"])


@pages.get("/", response_model=Health, responses={307: {"description": "To the board, for browsers."}})
def get_root(request: Request) -> Response:
    """Whether the server runs; leads browsers to the board."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("ui/")
    return JSONResponse({"status": "ok"})


@pages.get("/health/live", response_model=Health)
async def get_liveness() -> Any:
    """Whether the server runs; asks nobody."""
    return {"status": "ok"}


@pages.get(
    "/health/ready",
    response_model=Health,
    responses={503: {"model": ApiError, "description": "The database is away, or may not be written."}},
)
def get_readiness(request: Request) -> Any:
    """Whether the server can record: its schema is the one that this version needs, and its role may write there."""
    watcher = watcher_of(request)
    try:
        with watcher._driver_statements() as (connection, _):
            found = connection.execute("SELECT has_table_privilege('watcher.pipeline_execution', 'INSERT')").fetchone()
    except WatcherError:
        return error_response(503, "the database cannot be used now; try again")
    if found != (True,):
        return error_response(503, "the server's role may only read; see: watcher db grant --writer")
    return {"status": "ok"}


@pages.get("/docs", include_in_schema=False)
async def docs() -> Response:
    """The documentation, with forms to try it."""
    return HTMLResponse(DOCS)


@pages.get("/scalar", include_in_schema=False)
async def scalar() -> Response:
    """The documentation, to read."""
    return HTMLResponse(SCALAR)


@pages.get("/assets/{name}", include_in_schema=False)
async def asset(name: str, request: Request) -> Response:
    """A file that the pages need."""
    if name not in ASSETS:
        return error_response(404, "Not Found")
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"Cache-Control": "max-age=86400", "Vary": "Accept-Encoding"}
    headers |= {"Content-Encoding": "gzip"} if packed else {}
    body = _asset(name)
    return Response(body if packed else gzip.decompress(body), headers=headers, media_type=ASSETS[name])


@cache
def _asset(name: str) -> bytes:
    return (resources.files("watcher_core.server") / "assets" / f"{name}.gz").read_bytes()
