"""Slack: messages within its limits, text that nobody can turn into markup, and the sending.

Limits of Slack: a message has at most 50 blocks, a section 3,000 characters of text, a header 150; the plain text
beside the blocks is what notifications show, and is cut beyond 40,000. About one message a second may go to one place.
"""

from __future__ import annotations

import math
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import SecretStr

from watcher_core.errors import DeliveryError

if TYPE_CHECKING:
    from slack_sdk import WebClient

MAX_BLOCKS = 50
MAX_SECTION = 3_000
MAX_HEADER = 150
# Far below Slack's 40,000: more is no notification.
MAX_TEXT = 3_500

API = "https://slack.com/api"
TIMEOUT_SECONDS = 10.0
# What an answer may say in an error of ours.
MAX_ANSWER = 200

# Answers that are about the message, not about the place: a plainer message may go through.
REFUSALS = (
    "cannot_reply_to_message",
    "invalid_blocks",
    "invalid_payload",
    "invalid_thread_ts",
    "msg_blocks_too_long",
    "msg_too_long",
    "thread_not_found",
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")

INVISIBLE = "\N{WORD JOINER}"
# Where Slack would begin or end bold, italic or struck text, code, an emoji, or call people.
MARKUP = re.compile(
    r"(?<![^\W_])[*_~] | [*_~](?![^\W_]) | (?<=:)(?=[\w+-]+:) | (?<=@)(?=channel|here|everyone)",
    re.IGNORECASE | re.VERBOSE,
)


# Text


def escape(text: str, *, limit: int = 200) -> str:
    """Write text from users so that Slack shows it as it is: on one line, not too long, without any markup."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    line = cut(line, limit).replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}")
    line = MARKUP.sub(lambda found: f"{INVISIBLE}{found[0]}", line)
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Write what is meant for Slack for a terminal: links as their labels, and nothing escaped."""
    text = re.sub(r"<[^|>]*\|([^>]*)>", r"\1", text).replace(INVISIBLE, "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def cut(text: str, limit: int) -> str:
    """Cut text that is too long, and show that it was cut."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def link(label: str, base: str | None, *path: str) -> str:
    """Link a label, which is escaped already, to a page below `base`; without a base it is just the label."""
    if not base:
        return label
    quoted = "/".join(urllib.parse.quote(part, safe="") for part in path)
    return f"<{urllib.parse.quote(base.rstrip('/'), safe=':/?#[]@!$&()*+,;=%')}/{quoted}|{label}>"


# Messages


@dataclass(frozen=True)
class SlackMessage:
    """A message: blocks for people who look at Slack, and text for notifications and terminals."""

    text: str
    blocks: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The message as Slack takes it."""
        body: dict[str, Any] = {"text": self.text, "unfurl_links": False, "unfurl_media": False}
        return {**body, "blocks": list(self.blocks)} if self.blocks else body

    def plain(self) -> SlackMessage:
        """The same without blocks, for when Slack refuses those."""
        return SlackMessage(self.text)

    def bare(self) -> SlackMessage:
        """Only the lines that hold no text from users, for when Slack refuses that."""
        return SlackMessage("\n".join([*self.text.splitlines()[:3], "for details: watcher alerts list"]))


def compose(*, header: str, headline: str, context: str, lines: Sequence[str], rest: str, footer: str) -> SlackMessage:
    """Lay a message out.

    Args:
        header: A line of our own, without markup.
        headline: What has happened.
        context: What stands below it.
        lines: One for each thing that it tells of.
        rest: Says how many more there are; empty where there are none.
        footer: Small print.
    """
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(header, MAX_HEADER), "emoji": True}},
        section(f"*{headline}*\n{context}"),
        *(section(text) for text in list(_sections(lines))[: MAX_BLOCKS - 4]),
        *([section(rest)] if rest else []),
        {"type": "context", "elements": [_markup(footer)]},
    ]
    return SlackMessage(_text([header, headline, context, *lines], rest), tuple(blocks))


def section(text: str) -> dict[str, Any]:
    """A block of text with Slack's markup."""
    return {"type": "section", "text": _markup(text)}


def _markup(text: str) -> dict[str, Any]:
    # Verbatim: what looks like a channel or a name of somebody is left alone.
    return {"type": "mrkdwn", "text": cut(text, MAX_SECTION), "verbatim": True}


def _sections(lines: Iterable[str]) -> Iterator[str]:
    """Put lines together into as few sections as they fit."""
    together: list[str] = []
    size = 0
    for line in lines:
        if together and size + len(line) + 1 > MAX_SECTION:
            yield "\n".join(together)
            together, size = [], 0
        together.append(line)
        size += len(line) + 1
    if together:
        yield "\n".join(together)


def _text(lines: Sequence[str], rest: str) -> str:
    """The plain text: whole lines as far as they fit, since half of an escape or a link would be broken markup."""
    kept: list[str] = []
    room = MAX_TEXT - len(rest) - 40
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            kept.append(f"… {len(lines) - number} more lines")
            break
        kept.append(line)
    return "\n".join([*kept, *([rest] if rest else [])])


# Sending


class SlackSender(Protocol):
    """What delivers a message to one place."""

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        """Send a message.

        Args:
            message: The message.
            thread: The thread to answer in, where the place knows threads.

        Returns:
            The thread that an answer to this message would be in; `None` where the place knows no threads.

        Raises:
            DeliveryError: It could not be delivered.
        """


class SlackWebhook:
    """An incoming webhook of Slack. It knows no threads.

    Args:
        url: Its address, which is a secret.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, url: SecretStr, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url = url
        self._timeout = timeout

    def send(self, message: SlackMessage, *, thread: str | None) -> None:  # noqa: ARG002 - of the protocol
        """Send a message; see `SlackSender`."""
        _check_address(self._url)
        from watcher_core.alerts import slack_clients

        with translated_errors(self._timeout):
            answer = slack_clients.webhook(self._url, timeout=self._timeout).send_dict(message.as_json())
        if answer.status_code != 200:
            raise _failure(answer.status_code, answer.body, answer.headers)


class SlackChannel:
    """A channel, reached with a bot's token. Answers go into threads.

    Args:
        channel: Its name or id.
        token: The token.
        api: Where Slack's Web API is.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, channel: str, token: SecretStr, *, api: str = API, timeout: float = TIMEOUT_SECONDS) -> None:
        self._channel = channel
        self._token = token
        self._api = api
        self._timeout = timeout

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        """Send a message; see `SlackSender`."""
        _check_address(SecretStr(self._api))
        from watcher_core.alerts import slack_clients

        client = slack_clients.web(self._token, api=self._api, timeout=self._timeout)
        return self.post(client, self._channel, message, thread=thread)

    @staticmethod
    def post(client: WebClient, channel: str, message: SlackMessage, *, thread: str | None) -> str | None:
        """Post a message with a client of slack_sdk, whose retries are switched off: the outbox tries again.

        Returns:
            The thread that an answer to this message would be in.

        Raises:
            DeliveryError: It could not be delivered.
        """
        client.retry_handlers = []
        body: dict[str, Any] = {"channel": channel, "parse": "none", "link_names": False, "thread_ts": thread}
        with translated_errors(client.timeout):
            answer = client.chat_postMessage(**message.as_json(), **body)
        posted: str | None = answer.get("ts")
        return thread or posted


@contextmanager
def translated_errors(timeout: float) -> Iterator[None]:
    """Raise a `DeliveryError` for each error of slack_sdk. It names neither an address nor a token.

    Args:
        timeout: The seconds that the client waits for an answer.
    """
    import http.client
    import urllib.error

    from slack_sdk.errors import SlackApiError, SlackClientError

    try:
        yield
        return
    except SlackApiError as exc:
        answer: Any = exc.response
        said = answer.data if isinstance(answer.data, dict) else {}
        code = said.get("error")
        failure = _failure(
            answer.status_code, "an answer that is no JSON" if code is None else str(code), answer.headers
        )
    except SlackClientError as exc:
        failure = DeliveryError(f"slack_sdk cannot send the message: {type(exc).__name__}")
    except (OSError, http.client.HTTPException, ValueError) as exc:
        reason = exc.reason if isinstance(exc, urllib.error.URLError) else exc
        if isinstance(reason, TimeoutError):
            failure = DeliveryError(f"Slack does not answer within {timeout:g} s")
        else:
            why = reason if isinstance(exc, urllib.error.URLError) else type(exc).__name__
            failure = DeliveryError(f"Slack cannot be reached: {why}")
    # Outside of the handlers, so that the error does not carry the client's own, which may name the address.
    raise failure


def _failure(status: int, code: str, headers: Mapping[str, str]) -> DeliveryError:
    """What an answer means that is not a success."""
    asked = _retry_after(headers)
    wait = max(1.0, asked or 1.0)
    if status == 429:
        return DeliveryError(f"Slack asks to wait for {wait:.0f} s", retry_after=wait)
    return DeliveryError(
        f"Slack answers HTTP {status}: {escape(code, limit=MAX_ANSWER) or 'nothing'}",
        refused=code.strip().startswith(REFUSALS),
        retry_after=wait if code in ("ratelimited", "rate_limited") else None,
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of the header `Retry-After`; `None` where it has none."""
    found = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    try:
        seconds = float(found)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _check_address(url: SecretStr) -> None:
    problem = address_problem(url)
    if problem:
        raise DeliveryError(problem)


def address_problem(url: SecretStr) -> str | None:
    """Say what is wrong with an address: it must be encrypted, but for a server on this host."""
    text = url.get_secret_value()
    try:
        parsed = urllib.parse.urlsplit(text)
        is_right = parsed.scheme == "https" or (parsed.scheme == "http" and parsed.hostname in LOOPBACK)
        is_right = is_right and bool(parsed.hostname) and text.isascii() and text.isprintable() and " " not in text
    except ValueError:
        is_right = False
    return None if is_right else "the address is not one; it looks like https://hooks.slack.com/services/…"
