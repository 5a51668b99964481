"""`?profile=true`: where the time of a request goes, as a page of pyinstrument. For development only.

Work that the server would give to a thread is done in place meanwhile, so that the page shows all of it; others wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastapi import Response

from watcher_core.errors import ConfigurationError
from watcher_core.server.workers import Workers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

WANTED = b"profile=true"


class Profiling:
    """An application whose requests with `?profile=true` are answered with their profile.

    Raises:
        ConfigurationError: pyinstrument is not installed.
    """

    def __init__(self, app: ASGIApp) -> None:
        try:
            import pyinstrument
        except ImportError as exc:
            raise ConfigurationError("pyinstrument is missing; install with: pip install pyinstrument") from exc
        self._app = app
        self._profiler = pyinstrument.Profiler
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or its profile."""
        if scope["type"] != "http" or WANTED not in scope["query_string"].split(b"&"):
            await self._app(scope, receive, send)
            return

        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]

        async with self._lock:
            profiler = self._profiler()
            in_thread = anyio.to_thread.run_sync
            in_worker = Workers.run
            anyio.to_thread.run_sync = _in_place  # type: ignore[assignment]  # it has fewer options
            Workers.run = _in_worker  # type: ignore[method-assign, assignment]  # of any function
            try:
                with profiler:
                    await self._app(scope, receive, note)
            finally:
                anyio.to_thread.run_sync = in_thread
                Workers.run = in_worker  # type: ignore[method-assign]  # as it was
        if status in (401, 403):
            page = Response("the request was refused, and is not profiled", status, media_type="text/plain")
        else:
            page = Response(profiler.output_html(), media_type="text/html")
        await page(scope, receive, send)


async def _in_worker(_: Workers, function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


async def _in_place(function: Callable[..., Any], *arguments: Any, **_: Any) -> Any:
    found = function(*arguments)
    return await found if isinstance(found, Awaitable) else found
