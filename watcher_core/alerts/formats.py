"""A message for places other than Slack: the same lines, as plain text, as Markdown or as HTML.

Text from users stays text: what would be markup there is escaped anew for each format.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence

from watcher_core.alerts.slack import INVISIBLE

# A link, as messages have it; its label is escaped.
LINK = re.compile(r"<(?P<url>https?://[^|>]*|mention)\|(?P<label>[^>]*)>")
# In place of an address: the label mentions somebody, in the place's own markup.
MENTION = "mention"
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#+!|~])")
# Where a link cannot be followed, those in brackets say nothing.
ASIDE = re.compile(r" \(<https?://[^|>]*\|[^>]*>(, <https?://[^|>]*\|[^>]*>)*\)")
# Places that are not Slack call everyone by these words, too, or somebody by what begins so.
CALLS = re.compile(r"@(?=channel|here|everyone)|<(?=[@#!&])", re.IGNORECASE)

Format = Callable[[str, str | None], str]


def as_text(text: str, *, with_links: bool = True) -> str:
    """The message as plain text; links follow their labels."""

    def written(label: str, url: str | None) -> str:
        return f"{label} ({url})" if url not in (None, label, MENTION) and with_links else label

    shown = text if with_links else ASIDE.sub("", text)
    return "\n".join(_line(line, written) for line in shown.splitlines())


def as_markdown(lines: Sequence[str]) -> str:
    """Lines of a message as Markdown: a list of its alerts, with links."""

    def written(label: str, url: str | None) -> str:
        if url == MENTION:
            return label
        escaped = MARKDOWN.sub(r"\\\1", label)
        return f"[{escaped}](<{url}>)" if url else escaped

    found = [_line(line, written) for line in lines]
    return "\n".join(
        f"- {line.removeprefix('• ')}" if line.startswith("• ") else f"\n{line}\n" for line in found
    ).strip()


def as_html(lines: Sequence[str]) -> str:
    """Lines of a message as HTML: a list of its alerts, with links."""

    def written(label: str, url: str | None) -> str:
        escaped = html.escape(label)
        return f'<a href="{html.escape(url)}">{escaped}</a>' if url and url != MENTION else escaped

    found = [_line(line, written) for line in lines]
    blocks: list[str] = []
    for line in found:
        item = f"<li>{line.removeprefix('• ')}</li>"
        if not line.startswith("• "):
            blocks.append(f"<p>{line}</p>")
        elif blocks and blocks[-1].endswith("</ul>"):
            blocks[-1] = f"{blocks[-1].removesuffix('</ul>')}{item}</ul>"
        else:
            blocks.append(f"<ul>{item}</ul>")
    return "\n".join(blocks)


def _line(line: str, written: Format) -> str:
    return "".join(written(label, url) for label, url in _parts(line))


def _parts(line: str) -> Iterator[tuple[str, str | None]]:
    """The texts and links of a line, as they are read."""
    end = 0
    for found in LINK.finditer(line):
        yield _read(line[end : found.start()]), None
        label = found["label"]
        yield (_unescaped(label) if found["url"] == MENTION else _read(label)), found["url"]
        end = found.end()
    yield _read(line[end:]), None


def _read(text: str) -> str:
    """Text from users: it calls nobody."""
    return CALLS.sub(lambda found: f"{found[0]}{INVISIBLE}", _unescaped(text.replace(INVISIBLE, "")))


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
