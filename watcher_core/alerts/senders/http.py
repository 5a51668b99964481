"""A JSON body sent to an address, and what an answer means: sent, wait, try again, or refused."""

from __future__ import annotations

import urllib.error
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from watcher_core.alerts.senders.exchange import MAX_ANSWER, asked_wait, moved, open_request, wait_of, without_secret
from watcher_core.alerts.slack import cut
from watcher_core.errors import DeliveryError

# Answers that are about the message, not about the place; what would make it plainer is not in the JSON.
ABOUT_THE_MESSAGE = (400, 413, 422)


def post_json(url: SecretStr, body: bytes, *, place: str, headers: Mapping[str, str], timeout: float) -> str:
    """Send a body of JSON; return the body of the answer.

    Args:
        url: Where to; no part of it is ever shown.
        body: The JSON.
        place: What the place is called in errors.
        headers: Further headers.
        timeout: Seconds to wait for an answer.

    Raises:
        DeliveryError: The answer is not a success, or there is none.
    """
    import urllib.request
    from http.client import HTTPException

    given = {"Content-Type": "application/json", "User-Agent": "Watcher", **headers}
    problem: DeliveryError
    try:
        request = urllib.request.Request(  # noqa: S310 - senders require http or https
            url.get_secret_value(), data=body, headers=given, method="POST"
        )
        status, answered, text = open_request(request, timeout)
        if 200 <= status < 300:
            return text
        problem = _refusal(place, status, text, answered, url)
    except urllib.error.HTTPError as error:
        with error:
            text = error.read(MAX_ANSWER * 4).decode("utf-8", "replace")
        problem = _refusal(place, error.code, text, dict(error.headers.items()), url)
    except (OSError, HTTPException, ValueError) as error:
        problem = _unreachable(place, error, timeout, url)
    raise problem  # outside of the handlers: their errors may hold the address


def _refusal(place: str, status: int, answer: str, headers: Mapping[str, Any], url: SecretStr) -> DeliveryError:
    if status == 429:
        wait = wait_of(headers)
        return DeliveryError(f"{place} asks to wait for {wait:.0f} s", retry_after=wait)
    if redirect := moved(place, status, headers):
        return redirect
    shown = cut(" ".join(without_secret(answer, url).split()), MAX_ANSWER) or "nothing"
    is_refused = status in ABOUT_THE_MESSAGE
    return DeliveryError(
        f"{place} answers HTTP {status}: {shown}",
        retry_after=asked_wait(headers),
        refused=is_refused,
        in_any_form=is_refused,
    )


def _unreachable(place: str, error: Exception, timeout: float, url: SecretStr) -> DeliveryError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return DeliveryError(f"{place} does not answer within {timeout:g} s")
    shown = str(reason) if isinstance(error, urllib.error.URLError) else type(error).__name__
    return DeliveryError(f"{place} cannot be reached: {without_secret(shown, url)}")
