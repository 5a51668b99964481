"""The head of a page, sent before its content is known.

A browser begins with a new page once it has the head of the answer: it starts a process, and fetches styles and
scripts. That takes it longer than the database takes to say what is on the page, so both are done at the same time.

The head says whether the page is a good one. So it is sent early only where nothing can be wrong with the question: for
the pages of the navigation without a filter, asked for by a browser that may see them, when the database has answered
in the last seconds. If it fails in that very moment, the page says so, with the status of one that does not.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio.to_thread
from fastapi import Request, Response

from watcher_core.errors import DatabaseError
from watcher_core.server.board import static
from watcher_core.server.board.frame import PAGES, page_head
from watcher_core.server.board.versions import Version
from watcher_core.server.errors import RefusedError
from watcher_core.server.guard import ACCESS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ADDRESSES = frozenset(address for address, *_ in PAGES)

# What every page loads, as its template says, and as what.
FILES = (("tokens.css", "style"), ("board.css", "style"), ("vendor/htmx.min.js", "script"), ("board.js", "script"))


class Early:
    """A layer of the application that sends the heads of pages early.

    Args:
        app: The application below.
        version: Whether the database answers.
        refuse: Makes the page for an error.
    """

    def __init__(self, app: ASGIApp, *, version: Version, refuse: Callable[[Scope, Exception], Response]) -> None:
        self._app = app
        self._version = version
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http" or scope["path"] not in ADDRESSES or not await self._may_begin(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        is_packed = "gzip" in request.headers.get("accept-encoding", "")
        head = page_head(request)
        del head.headers["Content-Length"]
        head.headers["Link"] = ", ".join(f"<{static.address(name)}>; rel=preload; as={kind}" for name, kind in FILES)
        if is_packed:
            head.headers["Content-Encoding"] = "gzip"
        await send({"type": "http.response.start", "status": 200, "headers": head.raw_headers})
        try:
            content, comes_packed = await self._content(scope, receive)
        except asyncio.CancelledError:  # the time for a request is over; what was begun is ended nevertheless
            refused = self._refuse(scope, RefusedError(503, "the answer took too long; try again"))
            await _send(send, bytes(refused.body), packs=is_packed)
            raise
        await _send(send, content, packs=is_packed and not comes_packed)

    async def _may_begin(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        is_navigation = headers.get(b"accept", b"").startswith(b"text/html,") and b"hx-request" not in headers
        if scope["method"] != "GET" or scope["query_string"] or not is_navigation or scope[ACCESS].is_limited:
            return False
        try:
            if not self._version.is_fresh:  # else no thread is needed
                await anyio.to_thread.run_sync(self._version.get)
        except DatabaseError:
            return False
        return True

    async def _content(self, scope: Scope, receive: Receive) -> tuple[bytes, bool]:
        """Return the content of the page, and whether it is compressed."""
        content = bytearray()
        is_packed = False

        async def keep(message: Message) -> None:
            nonlocal is_packed
            if message["type"] == "http.response.start":
                is_packed = (b"content-encoding", b"gzip") in message["headers"]
            else:
                content.extend(message.get("body", b""))

        try:
            await self._app(scope, receive, keep)
        except Exception as exc:
            return bytes(self._refuse(scope, exc).body), False
        return bytes(content), is_packed


async def _send(send: Send, content: bytes, *, packs: bool) -> None:
    await send({"type": "http.response.body", "body": gzip.compress(content) if packs else content})
