"""How the server names itself in each answer: an answer without that is a proxy's own, or that of another program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core import __version__
from watcher_core.remote import VERSION_HEADER

if TYPE_CHECKING:
    from starlette.types import Message, Send

HEADERS = {VERSION_HEADER: __version__}

RAW_HEADERS = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in HEADERS.items()]


def naming(send: Send) -> Send:
    """Return how to send an answer that has the version in its headers."""

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *RAW_HEADERS]}
        await send(message)

    return named
