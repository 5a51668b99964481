"""Scripts, styles and pictures of the board, each under an address that changes with its content."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from watcher_core.lineage import SCRIPTS
from watcher_core.server.errors import RefusedError
from watcher_core.web import tokens

routes = APIRouter()

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
TOKENS = "tokens.css"
# The graph is that of the lineage page.
LINEAGE = (*SCRIPTS, "lineage.css")


class Asset(NamedTuple):
    """A file, as it is sent."""

    body: bytes
    packed: bytes
    version: str
    kind: str


@routes.get("/static/{name:path}")
def static(name: str, request: Request) -> Response:
    """A file; browsers keep it for ever, since its address has its version."""
    found = _names()
    if name not in found:
        raise RefusedError(404, f"no file {name}")
    asset = load(name)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    kept = "public, max-age=31536000, immutable" if request.query_params.get("v") == asset.version else "no-cache"
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    headers |= {"Content-Encoding": "gzip"} if packed else {}
    return Response(asset.packed if packed else asset.body, headers=headers, media_type=asset.kind)


def address(name: str) -> str:
    """Return the address of a file."""
    return f"/ui/static/{name}?v={load(name).version}"


@cache
def load(name: str) -> Asset:
    """Read a file."""
    if name == TOKENS:
        body = tokens().encode()
    elif name in LINEAGE:
        body = (files("watcher_core.lineage") / "web" / name).read_bytes()
    else:
        body = (files("watcher_core.server.board") / "static" / name).read_bytes()
    version = hashlib.sha256(body).hexdigest()[:16]
    return Asset(body, gzip.compress(body, 9), version, KINDS[name.rpartition(".")[2]])


@cache
def _names() -> frozenset[str]:
    root = files("watcher_core.server.board") / "static"
    own = [each.name for each in root.iterdir() if each.is_file()]
    vendored = [f"vendor/{each.name}" for each in (root / "vendor").iterdir()]
    return frozenset(name for name in (*own, *vendored, *LINEAGE, TOKENS) if name.rpartition(".")[2] in KINDS)
