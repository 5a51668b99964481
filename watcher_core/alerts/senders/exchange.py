"""What all senders share: their interface, how an HTTP request is sent, and how long a destination asks to wait.

No sender waits and sends again by itself: backing off is the outbox's business, which other destinations and a restart
share.
"""

from __future__ import annotations

import email.utils
import io
import math
import re
import time
import urllib.parse
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pydantic import SecretStr

from watcher_core.alerts.slack import SlackMessage
from watcher_core.errors import DeliveryError
from watcher_core.masking import MASK
from watcher_core.waiting import wait_within

if TYPE_CHECKING:
    from urllib.request import OpenerDirector, Request

TIMEOUT_SECONDS = 10.0
# Whatever a destination, or what stands before it, asks for.
SHORTEST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 3600.0
# How much of an answer is read, and how much of it an error of ours shows.
MAX_ANSWER_BYTES = 100_000
MAX_ANSWER = 200
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Parts of an address that are shorter than this are words, and no secrets.
SHORTEST_SECRET = 6


@runtime_checkable
class SlackSender(Protocol):
    """What delivers a message to one place, in Slack or elsewhere."""

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        """Send a message.

        Args:
            message: The message.
            thread: The thread to answer in, where the place has threads.

        Returns:
            The thread in which this message is answered; `None` where the place has no threads.

        Raises:
            DeliveryError: The message could not be delivered.
        """


def address_problem(url: SecretStr, *, example: str = "https://hooks.slack.com/services/…") -> str | None:
    """Return what is wrong with an address: it must be encrypted, but for a server on this host."""
    text = url.get_secret_value()
    try:
        parsed = urllib.parse.urlsplit(text)
        is_right = parsed.scheme == "https" or (parsed.scheme == "http" and parsed.hostname in LOOPBACK)
        is_right = is_right and bool(parsed.hostname) and text.isascii() and text.isprintable() and " " not in text
    except ValueError:
        is_right = False
    return None if is_right else f"the address is not one; it looks like {example}"


def require_address(url: SecretStr) -> None:
    """Raise where an address is none.

    Raises:
        DeliveryError: It is none; it is not shown.
    """
    problem = address_problem(url)
    if problem:
        raise DeliveryError(problem)


def open_request(request: Request, timeout: float) -> tuple[int, dict[str, str], str]:
    """Send a request, but follow no redirect: neither secrets nor messages may go somewhere else.

    Returns:
        The status, the headers and the body of the answer.

    Raises:
        TimeoutError: The answer is not there as a whole within `timeout` seconds.
        HTTPError: It is no success. Its body can be read.
    """
    return wait_within(timeout, lambda: _exchange(request, timeout))


def _exchange(request: Request, timeout: float) -> tuple[int, dict[str, str], str]:
    import urllib.error
    import urllib.request

    is_here = request.host.rpartition("@")[2].partition(":")[0] in LOOPBACK
    opener = _opener(() if is_here else tuple(sorted(urllib.request.getproxies().items())))
    try:
        with opener.open(request, timeout=timeout) as answer:
            body = answer.read(MAX_ANSWER_BYTES).decode("utf-8", "replace")
            return answer.status, dict(answer.headers.items()), body
    except urllib.error.HTTPError as error:
        with error:
            body_of_refusal = _ReadAnswer(error.read(MAX_ANSWER_BYTES))
        refusal = urllib.error.HTTPError(error.url, error.code, error.msg, error.headers, body_of_refusal)
        refusal.close()
        raise refusal from None


class _ReadAnswer(io.BytesIO):
    """What was read of an answer whose connection is closed; it can be read when it is closed, too.

    slack_sdk reads a refusal and closes none, of which Python warns since 3.14.
    """

    def close(self) -> None:
        """Close nothing."""


@lru_cache(maxsize=4)  # making one takes as long as half of a request
def _opener(proxies: tuple[tuple[str, str], ...]) -> OpenerDirector:
    """What sends requests through proxies, each given by the scheme that it is for."""
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    return urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler(dict(proxies)))


def moved(place: str, status: int, headers: Mapping[str, Any]) -> DeliveryError | None:
    """Return the error for an answer that redirects, which no sender follows; `None` for any other answer.

    Args:
        place: What the place is called in errors.
        status: Of the HTTP answer.
        headers: Of the HTTP answer. Of the new address only the host is shown: its path may be a secret.
    """
    if not 300 <= status < 400:
        return None
    try:
        target = urllib.parse.urlsplit(_header(headers, "location") or "")
        host = f"{target.hostname}:{target.port}" if target.port else target.hostname
    except ValueError:
        host = None
    to = f" to {host}" if host else ""
    return DeliveryError(f"{place} answers HTTP {status}, and has moved{to}; set its new address")


def is_page(body: str) -> bool:
    """Whether an answer is a page for people, as of a login, or of a proxy that lets nothing through."""
    return body.lstrip()[:15].lower().startswith(("<!doctype html", "<html"))


def _header(headers: Mapping[str, Any], name: str) -> str | None:
    """Return a header by its name in small letters; `None` where there is none."""
    try:
        value = {str(each).lower(): value for each, value in headers.items()}.get(name)
    except Exception:  # headers of a client that somebody else made
        return None
    given = value[0] if isinstance(value, list | tuple) and value else value
    return None if given is None else str(given)


def wait_of(headers: Mapping[str, Any]) -> float:
    """Return how many seconds `Retry-After` asks to wait, in either form of HTTP: a number, or a date."""
    return asked_wait(headers) or SHORTEST_WAIT_SECONDS


def asked_wait(headers: Mapping[str, Any]) -> float | None:
    """Return how many seconds `Retry-After` asks to wait; `None` where it does not, or in no form of HTTP."""
    given = _header(headers, "retry-after")
    if given is None:
        return None
    try:
        return bounded_wait(float(given))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(given)
        return bounded_wait(until.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def bounded_wait(seconds: float) -> float:
    """Return how long to wait where somebody else said it: at least a second, at most an hour."""
    return (
        SHORTEST_WAIT_SECONDS if math.isnan(seconds) else min(max(seconds, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
    )


def without_secret(text: str, secret: SecretStr) -> str:
    """Return what somebody else wrote without any part of a secret address in it."""
    value = secret.get_secret_value()
    pieces = {value, *re.split(r"[/:@?&=#,\s]+", value)}
    for piece in sorted({*pieces, *map(urllib.parse.unquote, pieces)}, key=len, reverse=True):
        if len(piece) >= SHORTEST_SECRET:
            text = text.replace(piece, MASK)
    return text
