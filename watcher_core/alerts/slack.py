"""Slack messages: within Slack's limits, and without markup from text that users wrote.

Limits of Slack: a message has at most 50 blocks, a section 3,000 characters of text, a header 150; the plain text
beside the blocks is what notifications show, and is cut beyond 40,000. About one message a second may go to one place.
"""

from __future__ import annotations

import datetime as dt
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from watcher_core.alerts.notification import Notification

MAX_BLOCKS = 50
MAX_SECTION = 3_000
MAX_HEADER = 150
# The first line where Slack does not cut it.
MAX_TITLE = 300
# Far below Slack's 40,000: more is no notification.
MAX_TEXT = 3_500

INVISIBLE = "\N{WORD JOINER}"
# Where Slack would begin or end bold, italic or struck text, code, an emoji (none is called as minutes are), or call
# people.
MARKUP = re.compile(
    r"(?<![^\W_])[*_~] | [*_~](?![^\W_]) | (?<=:)(?!\d\d:)(?=[\w+-]+:) | (?<=@)(?=channel|here|everyone)",
    re.IGNORECASE | re.VERBOSE,
)
# A time as `text.clock` writes it, outside of links.
TIME = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC\b(?![^<>]*>)")


# Text


def escape(text: str, *, limit: int = 200) -> str:
    """Write text from users so that Slack shows it as it is: on one line, not too long, without any markup."""
    line = cut(_one_line(text), limit).replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}")
    line = MARKUP.sub(lambda found: f"{INVISIBLE}{found[0]}", line)
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _one_line(text: str) -> str:
    shown = text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text)
    return " ".join(shown.split())


def cut(text: str, limit: int) -> str:
    """Cut text that is too long, and show that it was cut."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def link(label: str, base: str | None, *path: str) -> str:
    """Link a label, which is escaped already, to a page below `base`; without a base it is just the label."""
    return f"<{page(base, *path)}|{label}>" if base else label


def page(base: str, *path: str) -> str:
    """The address of a page below `base`."""
    quoted = "/".join(urllib.parse.quote(part, safe="") for part in path)
    return f"{urllib.parse.quote(base.rstrip('/'), safe=':/?#[]@!$&()*+,;=%')}/{quoted}"


def dagster_page(base: str | None, facts: Mapping[str, Any]) -> str | None:
    """The address of the page of Dagster's UI that an alert's facts name, where both are known.

    Dagster does not find what has `%40` in place of the at sign.
    """
    path = facts.get("page")
    return page(base, *path).replace("%40", "@") if base and path else None


def alert(alert_id: int, board_url: str | None) -> str:
    """How a line names its alert: by its number, which leads to its page where there is a board."""
    return f"[{link(f'alert {alert_id}', board_url, 'ui', 'alerts', str(alert_id))}]"


def mention(name: str) -> str:
    """What mentions somebody in a place other than Slack, which gets it as it is."""
    return f"<mention|{name.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}>"


def local_times(text: str) -> str:
    """Let Slack show the times in a text in the time zone of whoever reads it."""

    def as_date(found: re.Match[str]) -> str:
        try:
            moment = dt.datetime.fromisoformat(found[1]).replace(tzinfo=dt.UTC)
        except ValueError:  # a text that looks like a time
            return found[0]
        return f"<!date^{moment.timestamp():.0f}^{{date_short_pretty}} {{time}}|{found[0]}>"

    return TIME.sub(as_date, text)


# Messages


@dataclass(frozen=True)
class SlackMessage:
    """A message: blocks for people who look at Slack, and text for notifications and terminals.

    Attributes:
        text: The message with Slack's markup: links, mentions, and what is escaped.
        blocks: The same, laid out for Slack.
        notification: What it is about, as data, for places other than Slack.
        summary: What of it holds no text from users.
    """

    text: str
    blocks: tuple[dict[str, Any], ...] = ()
    notification: Notification | None = None
    summary: str = ""

    def as_json(self) -> dict[str, Any]:
        """The message as Slack takes it."""
        body: dict[str, Any] = {"text": self.text, "unfurl_links": False, "unfurl_media": False}
        return {**body, "blocks": list(self.blocks)} if self.blocks else body

    def plain(self) -> SlackMessage:
        """The same without blocks, for when Slack refuses those."""
        return replace(self, blocks=())

    def bare(self) -> SlackMessage:
        """Only the lines that hold no text from users, for when Slack refuses that."""
        lines = [*self.summary.splitlines(), "for details: watcher alerts list"]
        return replace(self, text="\n".join(lines), blocks=())


def compose(
    *,
    header: str,
    headline: str,
    context: str,
    lines: Sequence[str],
    rest: str,
    footer: str,
    title: str | None = None,
) -> SlackMessage:
    """Lay out a message.

    Args:
        header: A line of our own, without markup.
        headline: What happened, where no title says it.
        context: The line below that.
        lines: One for each alert, and what else there is to know.
        rest: How many more there are; empty where there are none.
        footer: Small print.
        title: The first line, as plain text with text from users; the header without one.
    """
    first = header if title is None else title
    said = [headline] if title is None else []
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _title(first), "emoji": True}},
        section("\n".join([*(f"*{line}*" for line in said), local_times(context)])),
        *(section(text) for text in list(_sections(map(local_times, lines)))[: MAX_BLOCKS - 4]),
        *([section(rest)] if rest else []),
        {"type": "context", "elements": [_markup(footer)]},
    ]
    text = _text([escape(first, limit=MAX_TITLE), *said, context, *lines], rest)
    return SlackMessage(text, tuple(blocks), summary="\n".join([header, headline, context]))


def _title(text: str) -> str:
    """Text for a header, which Slack shows as it is, but for emoji; nobody is called either way."""
    line = re.sub(r"<(?=[!@#])", f"<{INVISIBLE}", _one_line(text).replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}"))
    return cut(MARKUP.sub(lambda found: f"{INVISIBLE}{found[0]}", line), MAX_HEADER)


def section(text: str) -> dict[str, Any]:
    """A block of text with Slack's markup."""
    return {"type": "section", "text": _markup(text)}


def _markup(text: str) -> dict[str, Any]:
    # Verbatim: Slack does not turn what looks like a channel or a user into a link.
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
