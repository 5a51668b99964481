"""Slack: messages within its limits, text that nobody can turn into markup, and the sending.

Limits of Slack: a message has at most 50 blocks, a section 3,000 characters of text, a header 150; the plain text
beside the blocks is what notifications show, and is cut beyond 40,000. About one message a second may go to one place.
"""

from __future__ import annotations

import json
import math
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import SecretStr

from watcher_core.errors import DeliveryError

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
        _check(_post(self._url, message.as_json(), timeout=self._timeout))


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
        self._url = SecretStr(f"{api}/chat.postMessage")
        self._timeout = timeout

    def send(self, message: SlackMessage, *, thread: str | None) -> str | None:
        """Send a message; see `SlackSender`."""
        body = {**message.as_json(), "channel": self._channel, "parse": "none", "link_names": False}
        if thread:
            body["thread_ts"] = thread
        answer = _post(self._url, body, timeout=self._timeout, token=self._token)
        _check(answer)
        said = answer.json()
        if not said.get("ok"):
            raise self.failure(answer.status, said.get("error"), retry_after=answer.retry_after)
        return thread or said.get("ts")

    @staticmethod
    def failure(status: int, code: object, *, retry_after: float | None = None) -> DeliveryError:
        """Say what an answer of Slack that is not "ok" comes to, for those too that post with a client of their own.

        Args:
            status: Of the HTTP answer.
            code: Slack's word for what is wrong; `None` for an answer that is no JSON.
            retry_after: Seconds, as the answer's header says.
        """
        answer = Answer(status, str(code), retry_after)
        if status == 429:
            return _too_fast(answer)
        return _refusal("an answer that is no JSON" if code is None else answer.body, answer)


@dataclass(frozen=True)
class Answer:
    """What Slack answered."""

    status: int
    body: str
    retry_after: float | None

    def json(self) -> dict[str, Any]:
        """The body as an object; empty where it is none."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


def _check(answer: Answer) -> None:
    if answer.status == 200:
        return
    if answer.status == 429:
        raise _too_fast(answer)
    raise _refusal(answer.body, answer)


def _too_fast(answer: Answer) -> DeliveryError:
    wait = 1.0 if answer.retry_after is None else max(1.0, answer.retry_after)
    return DeliveryError(f"Slack asks to wait for {wait:.0f} s", retry_after=wait)


def _refusal(code: str, answer: Answer) -> DeliveryError:
    said = escape(code, limit=MAX_ANSWER) or "nothing"
    refused = any(code.strip().startswith(refusal) for refusal in REFUSALS)
    wait = max(1.0, answer.retry_after or 1.0) if code in ("ratelimited", "rate_limited") else None
    return DeliveryError(f"Slack answers HTTP {answer.status}: {said}", refused=refused, retry_after=wait)


def _post(url: SecretStr, body: dict[str, Any], *, timeout: float, token: SecretStr | None = None) -> Answer:
    """Post JSON. Nothing that is raised names the address: it is a secret."""
    import http.client
    import urllib.error
    import urllib.request

    problem = address_problem(url)
    if problem:
        raise DeliveryError(problem)
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "watcher-dagster"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token.get_secret_value()}"
    try:
        request = urllib.request.Request(  # noqa: S310 - see address_problem
            url.get_secret_value(), json.dumps(body).encode(), headers
        )
        with _opener(request.host).open(request, timeout=timeout) as answer:
            return Answer(answer.status, _read(answer), _seconds(answer.headers))
    except urllib.error.HTTPError as exc:
        with exc:
            return Answer(exc.code, _read(exc), _seconds(exc.headers))
    except TimeoutError:
        failure = f"Slack does not answer within {timeout:g} s"
    except urllib.error.URLError as exc:
        late = isinstance(exc.reason, TimeoutError)
        failure = f"Slack does not answer within {timeout:g} s" if late else f"Slack cannot be reached: {exc.reason}"
    except (OSError, http.client.HTTPException, ValueError) as exc:
        failure = f"Slack cannot be reached: {type(exc).__name__}"
    raise DeliveryError(failure)


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


def _opener(host: str) -> Any:
    """What sends: by the proxies of the environment, with certificates verified, and never on to somewhere else."""
    import urllib.request

    is_here = host.partition(":")[0] in LOOPBACK

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    return urllib.request.build_opener(NoRedirect, *([urllib.request.ProxyHandler({})] if is_here else []))


def _read(answer: Any) -> str:
    try:
        return bytes(answer.read(100_000)).decode("utf-8", "replace")
    except OSError:
        return ""


def _seconds(headers: Any) -> float | None:
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
