"""Forms: what a page sends to change something, taken only from our own pages.

A browser sends its cookies along with a form of any page. So a form carries a random value that the browser has as a
cookie, too; another page can neither read nor set it. What browsers say of where a request comes from is asked as well.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from watcher_core.server.errors import RefusedError
from watcher_core.server.guard import cookie

FORM_COOKIE = "watcher_form"
FORM_FIELD = "form_token"
MAX_FIELDS = 50


def form_token(request: Request) -> str:
    """Return the value that forms of this browser carry; the same for all of them."""
    known: str | None = getattr(request.state, "form_token", None)
    if known is None:
        given = cookie(dict(request.scope["headers"]), FORM_COOKIE)
        known = given if given and len(given) == 43 and given.isascii() else secrets.token_urlsafe(32)
        request.state.form_token = known
    return known


async def form(request: Request) -> dict[str, str]:
    """Read a form.

    Raises:
        RefusedError: It does not come from one of our pages.
    """
    headers = dict(request.scope["headers"])
    if not _same_site(request):
        raise RefusedError(403, "the form was sent by a page of another site")
    body = (await request.body()).decode("utf-8", "replace")
    try:
        fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise RefusedError(400, f"the form has more than {MAX_FIELDS} fields") from None
    expected = cookie(headers, FORM_COOKIE) or ""
    given = fields.pop(FORM_FIELD, "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise RefusedError(403, "the form is too old, or cookies are off: go back, load the page again, and try again")
    return fields


def lead_back(fields: Mapping[str, str], path: str) -> Response:
    """Return the answer to a form: the page that it names, if that is one of ours, else this one."""
    back = fields.get("back", "")
    return RedirectResponse(back if back.startswith("/ui/") else path, status_code=303)


def _same_site(request: Request) -> bool:
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        return fetched_from in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    hosts = (request.headers.get("host"), request.headers.get("x-forwarded-host"))
    return urlsplit(origin).netloc in hosts


def is_secure(request: Request) -> bool:
    """Whether the browser speaks HTTPS, to us or to the proxy in front."""
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
