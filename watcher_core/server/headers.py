"""The headers that all answers have.

The server names itself: an answer without that is a proxy's own, or that of another program. And no cache on the way
keeps an answer that does not say for how long: it would give one token what is another's, and hosts what was before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core import __version__
from watcher_core.remote import VERSION_HEADER

if TYPE_CHECKING:
    from starlette.types import Message, Send

HEADERS = {VERSION_HEADER: __version__}

RAW_HEADERS = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in HEADERS.items()]

CACHING = b"cache-control"
NOT_KEPT = (CACHING, b"no-store")


def with_headers(send: Send) -> Send:
    """Return how to send an answer that has the version in its headers, and says whether it may be kept."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ()), *RAW_HEADERS]
            if all(name != CACHING for name, _ in headers):
                headers.append(NOT_KEPT)
            message = {**message, "headers": headers}
        await send(message)

    return send_with_headers
