"""Connections of clients: what a request may be before the guard sees it, and which make room for others.

With httptools, Uvicorn limits neither the time nor the size of what stands before a body, reads what follows an answer
for ever, and keeps a connection on which nothing comes, or whose client reads no answer: a few hundred of them, and
nobody else gets in.
"""

from __future__ import annotations

import asyncio
from asyncio.events import TimerHandle
from collections import deque
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from watcher_core.server.errors import error_response
from watcher_core.server.headers import HEADERS

# Of the first line and the headers of a request, about.
MAX_HEAD_BYTES = 64 * 1024

# What is left of the open files that the process may have, for connections to PostgreSQL and all else.
SHARE_OF_FILES = 0.75
MOST_CONNECTIONS = 10_000


def most_connections() -> int:
    """Return how many connections of clients may be open at a time."""
    try:
        import resource
    except ImportError:  # on Windows
        return MOST_CONNECTIONS
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, int(SHARE_OF_FILES * files))


class Connection(HttpToolsProtocol):
    """A connection of a client. A server makes a subclass with its own limits.

    Attributes:
        seconds: How long the headers of a request may take, the rest of one that is answered already, and a client to
            read a part of an answer.
        most: Connections at a time. For one more, the one that has waited for the longest for a request is closed.
        waiting: Those that wait for a request, or for the end of its headers; the oldest first.
    """

    seconds: ClassVar[float]
    most: ClassVar[int]
    waiting: ClassVar[dict[Connection, None]]

    @classmethod
    def limited(cls, *, seconds: float, most: int) -> type[Connection]:
        """Return the class of the connections of one server."""
        return type("LimitedConnection", (cls,), {"seconds": seconds, "most": most, "waiting": {}})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as Uvicorn has it
        """Wait for the first request, but not for ever."""
        super().connection_made(transport)
        self._before_body = True
        self._head_bytes = 0
        self._limit: TimerHandle | None = None
        self._write_limit: TimerHandle | None = None
        self._answering: deque[RequestResponseCycle] = deque()
        self._begin_limit()
        self.waiting[self] = None
        if len(self.connections) > self.most:
            oldest = next(iter(self.waiting))
            del self.waiting[oldest]
            oldest._hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let no request write any more: of several at once, Uvicorn knows the last one alone."""
        self._end_limit()
        self._end_write_limit()
        for cycle in self._answering:
            cycle.disconnected = True
            cycle.message_event.set()
        self.waiting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request."""
        if self._before_body:
            self._head_bytes += len(data)
            self._begin_limit()
        super().data_received(data)
        if self._before_body and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(431, f"the line and the headers of the request have more than {MAX_HEAD_BYTES:,} bytes")

    def on_headers_complete(self) -> None:
        """Begin to answer: from here on, the guard limits what comes."""
        self._before_body = False
        self._end_limit()
        self.waiting.pop(self, None)
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:  # as it is where something other than HTTP is to follow
            self._answering.append(self.cycle)

    def on_message_complete(self) -> None:
        """Wait for the next request."""
        super().on_message_complete()
        self._before_body = True
        self._head_bytes = 0
        self._end_limit()

    def on_response_complete(self) -> None:
        """Read what is left of a request that was answered early, but not for ever."""
        self._answering.popleft()
        super().on_response_complete()
        if not self._before_body:
            self._begin_limit()
        self.waiting[self] = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, in the form of all other errors."""
        self._refuse(400, f"{msg} Send HTTP/1.1; for HTTPS, a proxy in front of this server is needed")

    def pause_writing(self) -> None:
        """Wait until the client has read what was sent, but not for ever."""
        super().pause_writing()
        if self._write_limit is None:
            self._write_limit = self.loop.call_later(self.seconds, self._hang_up)

    def resume_writing(self) -> None:
        """Send more of an answer."""
        super().resume_writing()
        self._end_write_limit()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that nothing has come on since the last answer."""
        self._hang_up()

    def _hang_up(self) -> None:
        """Close the connection; at once where the client has not read what was sent."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        elif not self.transport.is_closing():
            self.transport.close()

    def _begin_limit(self) -> None:
        if self._limit is None:
            self._limit = self.loop.call_later(self.seconds, self._is_late)

    def _end_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _end_write_limit(self) -> None:
        if self._write_limit is not None:
            self._write_limit.cancel()
            self._write_limit = None

    def _is_late(self) -> None:
        self._limit = None
        if self._before_body and self._head_bytes:
            self._refuse(408, f"the headers of the request took longer than {self.seconds:g} s; send it again")
        else:
            self._hang_up()

    def _refuse(self, status: int, message: str) -> None:
        """Answer without a request, and close: nobody knows where the next request would begin."""
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            self._hang_up()
            return
        answer = error_response(status, message, headers={"Connection": "close", **HEADERS})
        headers = b"".join(b"%s: %s\r\n" % each for each in answer.raw_headers)
        self.transport.write(b"".join([STATUS_LINE[status], headers, b"\r\n", bytes(answer.body)]))
        self.transport.close()
