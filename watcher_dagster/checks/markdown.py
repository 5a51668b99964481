"""Markdown for Dagster's UI: tables, links, and text from users that is escaped so that it stays in its cell."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Sequence
from typing import Final

# A table shows so many rows, and then only the number of the others.
SHOWN: Final = 50
MAX_CELL: Final = 200

# The characters that have a meaning in Markdown, or in the HTML that it allows.
_MARKUP = re.compile(r"""([\\`*_{}\[\]<>()#+!|~&"'-])""")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, total: int, empty: str) -> str:
    """A table of its first rows.

    Args:
        head: The headings of the columns.
        rows: The cells, each Markdown already: see `text` and `link`. More rows than `SHOWN` are left out.
        total: How many rows there are in all.
        empty: The text in place of a table without rows.
    """
    shown = [f"| {' | '.join(row)} |" for row, _ in zip(rows, range(SHOWN), strict=False)]
    if not shown:
        return empty
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *shown]
    more = total - len(shown)
    return "\n".join([*lines, *(["", f"… and {more:,} more"] if more > 0 else [])])


def text(words: object) -> str:
    """Text from users as it is: on one line, not too long, without any markup."""
    line = " ".join("".join(each if each.isprintable() else " " for each in str(words)).split())
    line = line if len(line) <= MAX_CELL else f"{line[: MAX_CELL - 1]}…"
    return _MARKUP.sub(r"\\\1", line).replace("://", ":\\//").replace("www.", "www\\.")


def link(label: object, *path: str, base: str | None = None) -> str:
    """A link to another page of the same UI.

    Args:
        label: What to show; it is escaped.
        path: The parts of the page's path.
        base: The UI's address. Only its path is used: behind a proxy the UI may be served below one.
    """
    prefix = urllib.parse.urlsplit(base).path.rstrip("/") if base else ""
    quoted = "/".join(urllib.parse.quote(part, safe="") for part in path)
    return f"[{text(label)}]({prefix}/{quoted})"
