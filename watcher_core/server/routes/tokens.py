"""Tokens: what that of a request may do."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from watcher_core import remote
from watcher_core.enums import TokenScope
from watcher_core.server.routing import access_of, router

tokens = router("tokens")


@tokens.get("/token", response_model=remote.TokenRights)
def get_token(request: Request) -> Any:
    """Return what the token of this request may do."""
    token = access_of(request).token
    if token is None:
        return remote.TokenRights(name=None, scope=TokenScope.ADMIN, pipelines=None)
    return remote.TokenRights(name=token.name, scope=token.scope, pipelines=token.pipelines)
