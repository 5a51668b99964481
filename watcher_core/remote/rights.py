"""What the token of a host may do."""

from __future__ import annotations

from dataclasses import dataclass

from watcher_core.enums import TokenScope
from watcher_core.remote.answers import value_of
from watcher_core.remote.server import RemoteServer


@dataclass(frozen=True, kw_only=True)
class TokenRights:
    """What the token of a request may do.

    Attributes:
        name: The token's name; `None` where none is needed.
        scope: How much: `read`, `write` or `admin`.
        pipelines: A pipeline, or the beginning of names and `*`; `None` for all pipelines.
    """

    name: str | None
    scope: TokenScope
    pipelines: str | None


def token_rights(server: RemoteServer) -> TokenRights:
    """Ask a server what the token may do that it is asked with."""
    return value_of(TokenRights, server.send("/token"))
