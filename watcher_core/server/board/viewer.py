"""Who looks at the board, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from watcher_core.enums import TokenScope
from watcher_core.server.guard import TOKEN_COOKIE, cookie
from watcher_core.server.routing import access_of

# Who changed something where no token is needed.
LOCAL_USER = "local user"


@dataclass(frozen=True)
class Viewer:
    """Who looks.

    Attributes:
        name: The name of the user or of the token; what acknowledgements carry.
        may_write: Whether they may acknowledge and the like.
        logged_in: Whether there is a cookie to log out from.
    """

    name: str
    may_write: bool
    logged_in: bool


def viewer_of(request: Request) -> Viewer:
    """Return who looks."""
    access = access_of(request)
    return Viewer(
        name=access.name or LOCAL_USER,
        may_write=access.allows(TokenScope.WRITE),
        logged_in=cookie(dict(request.scope["headers"]), TOKEN_COOKIE) is not None,
    )


async def require_whole(request: Request) -> None:
    """Refuse a token of some pipelines: the board shows all of them. It waits for nothing, and so needs no thread."""
    access_of(request).require_all()
