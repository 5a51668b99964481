"""Rendering: a template into a page, with what every page has."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections import defaultdict
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from starlette.types import Scope

from watcher_core.server.board.environment import environment
from watcher_core.server.board.forms import FORM_COOKIE, FORM_FIELD, form_token, is_secure
from watcher_core.server.board.viewer import viewer_of
from watcher_core.server.guard import ACCESS
from watcher_core.server.routing import watcher_of

# Nothing from elsewhere, no script and no style that stands in a page: a name that smuggles one in does nothing.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Encoding, Cookie",
    "X-Content-Type-Options": "nosniff",
}
KEPT_SECONDS = 365 * 24 * 3600
# Below, packing takes longer than sending.
PACKED_FROM_BYTES = 1000

# The pages of the navigation: address, name, icon, in the order in which they are asked for.
PAGES = (
    ("/ui/", "Now", "now"),
    ("/ui/alerts", "Alerts", "alerts"),
    ("/ui/pipelines", "Pipelines", "pipelines"),
    ("/ui/timeline", "Last night", "timeline"),
    ("/ui/failures", "Failures", "failures"),
    ("/ui/lineage", "Lineage", "lineage"),
    ("/ui/report", "Report", "report"),
    ("/ui/diagnostics", "Diagnostics", "diagnostics"),
)


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
    """Return a page.

    Args:
        request: The request that it answers.
        template: The name of its template.
        status: The status of HTTP.
        **context: What the template shows, beside what every page has: `viewer`, `page_path`, `now`, `environment`,
            `dagster_url`, `form_field` and `form_token`. With `is_answer`, the page answers a form, and is not to be
            fetched anew.
    """
    is_known = ACCESS in request.scope and request.url.path != "/ui/login"
    settings = watcher_of(request).settings
    context = {"now": dt.datetime.now(dt.UTC), "is_answer": False, **context}
    body = (
        environment()
        .get_template(template)
        .render(
            **context,
            pages=PAGES if is_known else (),
            page_path=request.url.path,
            query=defaultdict(str, request.query_params),
            viewer=viewer_of(request) if is_known else None,
            deployment=settings.environment,
            dagster_url=(settings.dagster_url or "").rstrip("/"),
            form_field=FORM_FIELD,
            form_token=form_token(request),
        )
    )
    response = page_head(request)
    response.status_code = status
    encoded = body.encode("utf-8", "replace")
    if len(encoded) >= PACKED_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        encoded = gzip.compress(encoded, 5)
        response.headers["Content-Encoding"] = "gzip"
    response.body = encoded
    response.headers["Content-Length"] = str(len(encoded))
    return response


def _page_before(scope: Scope) -> str:
    """The page of the board that a request comes from; the first one where it does not say."""
    given = dict(scope["headers"]).get(b"referer", b"").decode("latin-1")
    try:
        parts = urlsplit(given)
    except ValueError:
        return PAGES[0][0]
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if path.startswith("/ui/") else PAGES[0][0]


def page_head(request: Request) -> Response:
    """Return what comes before the content of a page: its headers, and the cookie that goes with its forms."""
    response = Response(headers=HEADERS, media_type="text/html; charset=utf-8")
    response.set_cookie(
        FORM_COOKIE,
        form_token(request),
        max_age=KEPT_SECONDS,
        path="/ui/",
        httponly=True,
        samesite="strict",
        secure=is_secure(request),
    )
    return response


def board_error(scope: Scope, answer: Response) -> Response:
    """Return the page for an error.

    Args:
        scope: The request's scope of ASGI.
        answer: The error as the API answers it.
    """
    headers = {name: value for name, value in answer.headers.items() if name == "retry-after"}
    path = scope["path"]
    if answer.status_code == 401 and scope["method"] in ("GET", "HEAD"):
        target = path + (f"?{query}" if (query := scope["query_string"].decode("latin-1")) else "")
        return Response(status_code=303, headers={"Location": f"/ui/login?{urlencode({'next': target})}"})
    message = json.loads(bytes(answer.body))["message"]
    if answer.status_code == 401:
        message = "Your login has ended, and nothing was changed. Log in, go back to what you typed, and send it again."
    body = (
        environment()
        .get_template("error.html")
        .render(
            status=answer.status_code,
            message=message,
            page_before=_page_before(scope),
            is_answer=True,
            pages=(),
            page_path=path,
            viewer=None,
            deployment=None,
            dagster_url="",
            query={},
            now=dt.datetime.now(dt.UTC),
        )
    )
    return Response(body, answer.status_code, {**HEADERS, **headers}, media_type="text/html; charset=utf-8")
