"""Markdown as Dagster's UI shows it: tables of what was found, in which no name can break out of its cell."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Sequence
from typing import Final

# A table is looked at, not searched; what there is beyond it is a number.
SHOWN: Final = 50
MAX_CELL: Final = 200

# What Markdown, or the HTML that it lets through, would make something of.
_MARKUP = re.compile(r"""([\\`*_{}\[\]<>()#+!|~&"'-])""")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, total: int, empty: str) -> str:
    """A table of its first rows.

    Args:
        head: What stands above the columns.
        rows: The cells, each Markdown already: see `text` and `link`. More rows than `SHOWN` are left out.
        total: How many rows there are in all.
        empty: What to say where there are none.
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
        base: Where the UI is reached, of which the path counts: behind a proxy it is served below one.
    """
    prefix = urllib.parse.urlsplit(base).path.rstrip("/") if base else ""
    quoted = "/".join(urllib.parse.quote(part, safe="") for part in path)
    return f"[{text(label)}]({prefix}/{quoted})"
