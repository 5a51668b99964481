"""A self-contained HTML page on the metrics of a pipeline: a picture and the verdicts of each."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Sequence
from dataclasses import dataclass

from watcher_core.web import tokens

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """
body { max-width: 62rem; margin: 0 auto; padding: 1.5rem; font: 15px/1.5 var(--font); }
body { color: var(--text); background: var(--ground); }
h1 { font-size: 1.3rem; margin: 0; }
header p, footer { color: var(--muted); margin: .2rem 0 1.2rem; }
section { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; }
section { padding: 1rem 1.2rem; margin: 0 0 1rem; }
section.unusual { border-left: 5px solid var(--downstream); }
h2 { font-size: 1.05rem; margin: 0; }
section p { margin: .3rem 0 .6rem; }
svg { width: 100%; height: auto; background: #fff; border-radius: 8px; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; padding: .15rem 1rem .15rem 0; font-weight: normal; white-space: nowrap; }
th { color: var(--muted); }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


@dataclass(frozen=True, kw_only=True)
class PageSection:
    """The section of one metric.

    Attributes:
        heading: The metric.
        text: The verdict.
        picture: A picture, as SVG; `None` for no picture.
        unusual: Whether the section is marked as unusual.
        columns, rows: The table below; empty for none.
    """

    heading: str
    text: str
    picture: bytes | None
    unusual: bool
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def render_page(sections: Sequence[PageSection], *, title: str, summary: str, generated_at: dt.datetime) -> str:
    """Return the page.

    Args:
        sections: One for each metric.
        title: The title.
        summary: The line below the title.
        generated_at: The time, with time zone.
    """
    made = f"{generated_at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    body = "\n".join(_section(section) for section in sections) or "<section><p>No rule has judged it.</p></section>"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>{tokens()}{STYLE}</style>
</head>
<body>
<header><h1>{html.escape(title)}</h1><p>{html.escape(summary)}</p></header>
{body}
<footer>Watcher, {made}</footer>
</body>
</html>
"""


def _section(section: PageSection) -> str:
    drawn = "" if section.picture is None else _inline(section.picture)
    return (
        f'<section class="{"unusual" if section.unusual else "usual"}">'
        f"<h2>{html.escape(section.heading)}</h2><p>{html.escape(section.text)}</p>{drawn}{_table(section)}</section>"
    )


def _inline(picture: bytes) -> str:
    """Return an SVG picture without the header of the file."""
    text = picture.decode("utf-8")
    return text[text.index("<svg") :]


def _table(section: PageSection) -> str:
    if not section.rows:
        return ""
    head = "".join(f"<th>{html.escape(column)}</th>" for column in section.columns)
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in section.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(text: str) -> str:
    kind = ' class="number"' if text[:1].isdigit() else ""
    return f"<td{kind}>{html.escape(text)}</td>"
