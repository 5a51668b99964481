"""Requests to an ASGI application in this process, without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from tests.factories import unique
from watcher_core import Watcher
from watcher_core.server.guard import Guard

BASE = "http://127.0.0.1:8000"


class Client:
    """As httpx's client, over httpx's transport for ASGI, in a loop of its own."""

    def __init__(self, app: Any, portal: BlockingPortal, *, client: str, base: str) -> None:
        self._portal = portal
        self._transport = httpx.ASGITransport(app, client=(client, 5000))
        self._client = httpx.AsyncClient(transport=self._transport, base_url=base, timeout=60)
        self.headers = self._client.headers

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request."""

        async def send() -> httpx.Response:
            return await self._client.request(method, path, **options)

        return self._portal.call(send)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Send a GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """Send a POST."""
        return self.request("POST", path, **options)

    def patch(self, path: str, **options: Any) -> httpx.Response:
        """Send a PATCH."""
        return self.request("PATCH", path, **options)


@contextmanager
def serving(app: Guard, *, client: str = "127.0.0.1", base: str = BASE) -> Iterator[Client]:
    """Run an application from its startup to its shutdown."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.lifespan()):
        yield Client(app, portal, client=client, base=base)


def token_headers(watcher: Watcher, **fields: str) -> dict[str, str]:
    """Make a token, and return the headers of a request with it."""
    token, _ = watcher.create_token(unique("token"), **fields)
    return {"Authorization": f"Bearer {token}"}
