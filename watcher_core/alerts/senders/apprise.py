"""All places that Apprise reaches: e-mail, Microsoft Teams, Discord, Opsgenie, ntfy and a hundred more.

One address of Apprise is one destination. Apprise says only whether all of its recipients got a message, so an address
of several is refused: after a failure of one, the others would get it again.

Apprise and what it uses log addresses. What they log while they send for Watcher goes to no handler: a warning says why
a message was not taken, and stands in the error, without any part of the address. Why a mail server takes nothing
Apprise says only for debugging: of a wrong password and of a server that is away it warns alike.
"""

from __future__ import annotations

import logging
import re
import urllib.parse
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from watcher_core.alerts import formats
from watcher_core.alerts.senders.exchange import MAX_ANSWER, without_secret
from watcher_core.alerts.slack import INVISIBLE, SlackMessage, cut
from watcher_core.enums import AlertEvent, AlertLevel
from watcher_core.errors import DeliveryError
from watcher_core.waiting import wait_within

if TYPE_CHECKING:
    from apprise import NotifyBase

INSTALL = "Apprise is not installed; install it with: pip install 'watcher-dagster[notify]'"
LOGGERS = ("apprise", "urllib3.connectionpool", "urllib3.util.retry", "requests")
OVER = (AlertEvent.RESOLVED, AlertEvent.MISSED)
# For all that Apprise sends for a message, as to a mail server; its own limits are for each read.
SECONDS = 30.0
# Apprise may write a title above the text.
ROOM_FOR_TITLE = 20
# What of a title Apprise would take for HTML, as Telegram's: it is the words of an error.
TAG = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
# What Apprise calls e-mail, and how the line begins that says what its server answered.
EMAIL = "E-Mail"
ANSWERED = "Socket Exception: "
# A line of a mail has 998 bytes at most, and servers refuse longer ones. Apprise writes a subject as one, with three
# characters for each byte.
MOST_OF_A_SUBJECT = 320
# How it says that a server took a message, but not for this recipient.
PARTLY_REFUSED = "SMTP recipient "

logger = logging.getLogger("watcher.alerts")

# What was logged of the message that is being sent.
_logged: ContextVar[list[str] | None] = ContextVar("_logged", default=None)


class AppriseSender:
    """A place that Apprise reaches.

    Args:
        url: Its address in Apprise, which is a secret.
    """

    def __init__(self, url: SecretStr) -> None:
        self._url = url

    def send(self, message: SlackMessage, *, thread: str | None) -> None:  # noqa: ARG002 - of the protocol
        """Send a message; see `SlackSender`."""
        with _silenced() as logged:
            place = _place(self._url)
            title, body, written_as = _fitted(place, message)
            import apprise

            both = apprise.Apprise()
            both.add(place)
            try:
                answer: Any = wait_within(
                    SECONDS,
                    lambda: both.notify(body=body, title=title, notify_type=_type(message), body_format=written_as),
                )
            except TimeoutError:
                logged.append(f"it does not answer within {SECONDS:g} s")
                answer = None
            except Exception as exc:
                logged.append(f"Apprise fails with {type(exc).__name__}")
                answer = None
        # Its answer is an object of its own, or `None` where nothing was sent: neither is equal to True or False.
        if not answer:
            reason = cut(" ".join(without_secret(_reason(place, logged), self._url).split()), MAX_ANSWER)
            if _is_with_others(logged) and not _is_test(message):
                logger.warning("%s took an alert, but not for all: %s", place.service_name, reason)
                return
            raise DeliveryError(f"{place.service_name} did not take it: {reason}")


def apprise_problem(url: SecretStr) -> str | None:
    """Return what is wrong with an address of Apprise."""
    try:
        with _silenced():
            _place(url)
    except DeliveryError as exc:
        return str(exc)
    return None


def _place(url: SecretStr) -> NotifyBase:
    with warnings.catch_warnings():  # its modules warn of what they import, as of `imghdr`
        warnings.simplefilter("ignore")
        try:
            import apprise
        except ImportError:
            raise DeliveryError(INSTALL) from None
        _guard_logs()
        # It follows a redirect with a request that has no message in it, and counts that as delivered.
        place = apprise.Apprise.instantiate(url.get_secret_value(), asset=apprise.AppriseAsset(http_redirects=False))
    if place is None:
        raise DeliveryError("Apprise knows no such address; see https://github.com/caronc/apprise/wiki")
    place.retry = 0  # backing off is the outbox's business
    place.optional = False  # a failure would count as a success
    if len(place) > 1:
        raise DeliveryError(
            f"the address names {len(place)} recipients; give each a variable of its own, so that a failure of one is "
            "not sent again to all (of an e-mail, all but one may be in cc)"
        )
    return place


def _fitted(place: NotifyBase, message: SlackMessage) -> tuple[str, str, str]:
    """The title and the text of a message, in the place's format, with as many lines as it takes."""
    lines = message.text.splitlines()
    title = formats.as_text(lines[0], with_links=False)
    if place.title_maxlen > 0:
        title = cut(title, place.title_maxlen)
    if place.service_name == EMAIL:
        title = _subject(title)
    # Also where Apprise knows a title, as of Discord, it may be part of the text.
    room = place.body_maxlen - len(title) - ROOM_FOR_TITLE
    written_as = _format(place)
    if written_as == "html" and place.service_name != EMAIL:
        title = TAG.sub(f"<{INVISIBLE}", title)
    shown = lines[1:]
    page = _page(place, message, written_as)
    for left in range(len(shown), -1, -1):
        more = len(shown) - left
        kept = [*shown[:left], *([f"… {more} more lines"] if more else []), *page]
        body = _written(kept, written_as)
        if len(body) <= room:
            break
    return title, body or title, written_as


def _subject(title: str) -> str:
    kept = len(title)
    while len(cut(title, kept).encode()) > MOST_OF_A_SUBJECT:
        kept -= 1
    return cut(title, kept)


def _page(place: NotifyBase, message: SlackMessage, written_as: str) -> list[str]:
    """The line with the address to go to, for e-mail: Apprise makes its plain text of the HTML, without any address."""
    if place.service_name != EMAIL or written_as != "html" or message.notification is None:
        return []
    pages = [links["alert"] for links in message.notification.links.values() if "alert" in links]
    if not pages:
        return []
    url = pages[0] if len(pages) == 1 else urllib.parse.urljoin(pages[0], "../")
    return [f"Watcher: <{url}|{url}>"]


def _format(place: NotifyBase) -> str:
    """The format that the place, or its address, asks for."""
    found: Any = place.resolve_format()
    return str(getattr(found, "value", found))


def _written(lines: Sequence[str], written_as: str) -> str:
    if written_as == "html":
        return formats.as_html(lines)
    return formats.as_markdown(lines) if written_as == "markdown" else formats.as_text("\n".join(lines))


def _is_with_others(logged: Sequence[str]) -> bool:
    """Whether a mail server took a message for some of its recipients: sent again, these would get it again."""
    return any(line.startswith(PARTLY_REFUSED) for line in logged)


def _is_test(message: SlackMessage) -> bool:
    return message.notification is not None and message.notification.event is None


def _reason(place: NotifyBase, logged: Sequence[str]) -> str:
    refused = [line for line in logged if line.startswith(PARTLY_REFUSED)]
    if refused:
        return "; ".join(refused)
    if place.service_name == EMAIL:
        answers = [line.removeprefix(ANSWERED) for line in logged if line.startswith(ANSWERED)]
        if answers:
            return f"the mail server: {answers[-1]}"
    warnings = [line for line in logged if not line.startswith(ANSWERED)]
    return warnings[-1] if warnings else "Apprise gives no reason"


def _type(message: SlackMessage) -> Any:
    from apprise import NotifyType

    about = message.notification
    if about is None or about.event is None or not about.alerts:
        return NotifyType.INFO
    if about.event in OVER:
        return NotifyType.SUCCESS
    level = about.alerts[0].level
    return {AlertLevel.INFO: NotifyType.INFO, AlertLevel.WARNING: NotifyType.WARNING}.get(level, NotifyType.FAILURE)


# What is logged


@contextmanager
def _silenced() -> Iterator[list[str]]:
    """Keep what is logged from all handlers; return the warnings, and what mail servers answered."""
    logged: list[str] = []
    before = _logged.set(logged)
    try:
        yield logged
    finally:
        _logged.reset(before)


@cache
def _guard_logs() -> None:
    """Once a process: nothing that is logged while Watcher sends reaches a handler."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_is_for_others)
    apprise = logging.getLogger(LOGGERS[0])
    own_level = apprise.level

    def is_wanted(record: logging.LogRecord) -> bool:
        """Whether others, who send by Apprise too, asked for it: for them the level is as it was."""
        return _logged.get() is not None or record.levelno >= (own_level or logging.getLogger().level)

    apprise.addFilter(is_wanted)
    apprise.setLevel(logging.DEBUG)


def _is_for_others(record: logging.LogRecord) -> bool:
    logged = _logged.get()
    if logged is None:
        return True
    text = record.getMessage()
    if record.levelno >= logging.WARNING or text.startswith(ANSWERED):
        logged.append(text)
    return False
