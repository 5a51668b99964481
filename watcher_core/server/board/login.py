"""Log in with a token, which is kept in a cookie that no script reads; log out."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from watcher_core.enums import TokenScope
from watcher_core.server.access import Access, Tokens
from watcher_core.server.board.forms import form, is_secure
from watcher_core.server.board.frame import render
from watcher_core.server.errors import RefusedError
from watcher_core.server.guard import TOKEN_COOKIE

routes = APIRouter()

KEPT_SECONDS = 30 * 24 * 3600
HOME = "/ui/"


@routes.get("/login")
def show(request: Request, next: str = HOME) -> Response:  # noqa: A002  # the name that such links have everywhere
    """The page to log in."""
    return render(request, "login.html", next=_inside(next))


@routes.post("/login")
async def log_in(request: Request) -> Response:
    """Keep the token, and lead back to where the reader wanted to go."""
    fields = await form(request)
    target = _inside(fields.get("next", HOME))
    token = fields.get("token", "").strip()
    try:
        await anyio.to_thread.run_sync(_check, request.app.state.tokens, token)
    except RefusedError as exc:
        return render(request, "login.html", status=exc.status, next=target, problem=str(exc))
    response = RedirectResponse(target, status_code=303)
    response.set_cookie(
        TOKEN_COOKIE,
        token,
        max_age=KEPT_SECONDS,
        path=HOME,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )
    return response


@routes.post("/logout")
async def log_out(request: Request, _: Annotated[dict[str, str], Depends(form)]) -> Response:
    """Forget the token."""
    response = RedirectResponse("/ui/login", status_code=303)
    response.delete_cookie(TOKEN_COOKIE, path=HOME, httponly=True, samesite="lax", secure=is_secure(request))
    return response


def _check(tokens: Tokens, given: str) -> None:
    tokens.refresh(now=tokens.may_reread())
    token = tokens.find(given)
    if token is None:
        raise RefusedError(401, "The token is not valid. Make one with: watcher tokens create NAME")
    access = Access(token)
    access.require(TokenScope.READ)
    access.require_all()


def _inside(target: str) -> str:
    """Only a page of the board: a link to the login must lead nowhere else."""
    return target if target.startswith(HOME) and "\\" not in target and "\n" not in target else HOME
