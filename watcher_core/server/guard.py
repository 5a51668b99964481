"""What every request passes first: its token, the limits, its body, the time that it may take."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import anyio.to_thread
from fastapi import FastAPI, Request, Response

from watcher_core.enums import TokenScope
from watcher_core.server.access import LOOPBACK, Access, Proxies, Tokens, is_local
from watcher_core.server.errors import RefusedError, error_response
from watcher_core.server.headers import with_headers
from watcher_core.server.limits import Limits, Rates
from watcher_core.server.turns import Turns

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

# Where a request stands in the scope of ASGI.
ACCESS = "watcher.access"

PUBLIC = ("/", "/health/live", "/health/ready", "/docs", "/scalar", "/openapi.json", "/ui/login")
PUBLIC_BELOW = ("/assets/", "/ui/static/")

# The pages of the board, which browsers ask for: their token is a cookie, or a proxy names their user.
BOARD_PATHS = "/ui/"
TOKEN_COOKIE = "watcher_token"  # noqa: S105  # the name of the cookie

# What needs more than its method says, or less.
ADMIN_PATHS = ("/log_cleanup",)
BATCH_PATHS = ("/execution/batch",)
OPENLINEAGE_PATHS = ("/api/v1/lineage", "/api/v1/lineage/", "/api/v1/lineage/batch", "/api/v1/lineage/batch/")
PING_PATHS = "/ping/"
LOGOUT_PATH = "/ui/logout"


Endpoint = Callable[[Request], Awaitable[Response]]


class DirectRoutes:
    """Endpoints that read their request by themselves, called without FastAPI, which takes as long as the statement.

    FastAPI knows them too, and documents them.

    Args:
        paths: By method and path.
        below: By the beginning of a path, those of whatever is behind it, by its last part; `""` is any other one.
        parameter: The name of what is between the two.
    """

    def __init__(
        self,
        paths: Mapping[tuple[str, str], Endpoint],
        *,
        prefix: str,
        below: Mapping[str, Endpoint],
        parameter: str,
    ) -> None:
        self._paths = paths
        self._prefix = prefix
        self._below = below
        self._parameter = parameter

    def find(self, scope: Scope) -> Endpoint | None:
        """Return the endpoint of a request, if it is one of these."""
        path: str = scope["path"]
        found = self._paths.get((scope["method"], path))
        if found is not None or not path.startswith(self._prefix) or scope["method"] not in ("GET", "POST"):
            return found
        rest = path[len(self._prefix) :]
        name, slash, last = rest.rpartition("/")
        if slash and last in self._below:
            rest = name
        else:
            last = ""
        if not rest:
            return None
        scope["path_params"] = {self._parameter: rest}
        return self._below[last]


class Guard:
    """The outermost layer of the application."""

    def __init__(
        self,
        app: FastAPI,
        *,
        direct: DirectRoutes,
        tokens: Tokens,
        limits: Limits,
        local: bool,
        proxies: Proxies,
        refuse: Callable[[Scope, Exception], Response],
        turns: Turns,
    ) -> None:
        self._app = app
        self._proxies = proxies
        self._refuse = refuse
        self._turns = turns
        self._direct = direct
        self._tokens = tokens
        self._limits = limits
        self._rates = Rates(limits.rate)
        self._local = local
        self._waiting = 0

    def lifespan(self) -> AbstractAsyncContextManager[Any]:
        """Run the application's startup, and at the end its shutdown, for who does not send ASGI's messages."""
        return self._app.router.lifespan_context(self._app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = with_headers(send)
        if self._waiting >= self._limits.waiting:
            await error_response(503, "the server is busy; try again")(scope, receive, send)
            return
        self._waiting += 1
        if self._waiting > self._limits.connections:
            self._turns.look(lambda: self._waiting)
        try:
            await self._answer(scope, receive, send)
        finally:
            self._waiting -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(self._limits.timeout):
                headers = dict(scope["headers"])
                scope[ACCESS] = await self._access(scope, headers)
                if scope["method"] == "HEAD":  # as GET, in a copy: the server goes by its own, and leaves the body out
                    scope = {**scope, "method": "GET"}
                body = await self._body(scope["path"], headers, receive)
                if body is None:
                    return  # the client has gone: half a request is none
                endpoint = self._direct.find(scope)
                if endpoint is None:
                    await self._app(scope, _replay(body, receive), note)
                else:
                    scope["app"] = self._app
                    response = await endpoint(Request(scope, _replay(body, receive)))
                    await response(scope, receive, note)
        except TimeoutError:
            if not started:
                message = f"the request took longer than {self._limits.timeout:g} s; try again"
                await self._refuse(scope, RefusedError(503, message))(scope, receive, send)
        except Exception as exc:
            if started:
                raise
            await self._refuse(scope, exc)(scope, receive, send)

    async def _access(self, scope: Scope, headers: dict[bytes, bytes]) -> Access:
        path: str = scope["path"]
        if path in PUBLIC or path.startswith(PUBLIC_BELOW):
            return Access()
        if not self._tokens.is_fresh:
            await anyio.to_thread.run_sync(self._tokens.refresh)
        client = scope["client"][0] if scope.get("client") else None
        given = _given_token(path, headers, scope["query_string"])
        if given is None and path.startswith(BOARD_PATHS):
            user = self._proxies.user(client, headers)
            if user is not None:
                return Access(user=user)
            given = cookie(headers, TOKEN_COOKIE)
        if given is None:
            if self._local and not self._tokens.exist and is_local(client, headers):
                return Access()
            raise RefusedError(
                401,
                "a token is needed: Authorization: Bearer TOKEN; make one with: watcher tokens create NAME",
                headers={"WWW-Authenticate": "Bearer"},
            )
        token = self._tokens.find(given)
        if token is None and given and self._tokens.may_reread():
            await anyio.to_thread.run_sync(lambda: self._tokens.refresh(now=True))
            token = self._tokens.find(given)
        if token is None:
            raise RefusedError(
                401, "the token is not valid", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
            )
        seconds = self._rates.take(token.name)
        if seconds is not None:
            # Clients of OpenLineage send an event again that was answered 503, and drop it at 429.
            status = 503 if path in OPENLINEAGE_PATHS else 429
            wait = str(math.ceil(seconds))
            raise RefusedError(status, f"token {token.name!r} makes too many requests", headers={"Retry-After": wait})
        access = self._tokens.access(token)
        access.require(_scope_of(scope["method"], path))
        return access

    async def _body(self, path: str, headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
        # An event of Spark may have a plan of megabytes in it.
        is_large = path in BATCH_PATHS or path in OPENLINEAGE_PATHS
        limit = self._limits.batch_bytes if is_large else self._limits.body_bytes
        announced = headers.get(b"content-length", b"")
        if announced.isdigit() and int(announced[:19]) > limit:
            raise RefusedError(413, f"the body has {announced.decode()} bytes; it may have {limit:,}")
        parts = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts += message.get("body", b"")
            if len(parts) > limit:
                raise RefusedError(413, f"the body has more than {limit:,} bytes")
            if not message.get("more_body", False):
                return bytes(parts)


def _scope_of(method: str, path: str) -> TokenScope:
    if path in ADMIN_PATHS:
        return TokenScope.ADMIN
    reads = path == LOGOUT_PATH or (method in ("GET", "HEAD", "OPTIONS") and not path.startswith(PING_PATHS))
    return TokenScope.READ if reads else TokenScope.WRITE


def _given_token(path: str, headers: dict[bytes, bytes], query: bytes) -> str | None:
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    if authorization:
        return ""  # of another scheme: not valid, and not as none
    if path.startswith(PING_PATHS) and b"key=" in query:
        return parse_qs(query.decode("latin-1")).get("key", [""])[-1]
    return None


def cookie(headers: Mapping[bytes, bytes], name: str) -> str | None:
    """Return a cookie of a request."""
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name and value:
            return value
    return None


def _replay(body: bytes, receive: Receive) -> Receive:
    message: Any = {"type": "http.request", "body": body, "more_body": False}

    async def again() -> Message:
        nonlocal message
        if message is not None:
            first, message = message, None
            return first  # type: ignore[no-any-return]  # a message of ASGI is a dictionary of anything
        return await receive()

    return again


def is_loopback(host: str) -> bool:
    """Whether what listens there can be reached from this host only."""
    return host in LOOPBACK
