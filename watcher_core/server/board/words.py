"""Values in words and elements, as filters of the templates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from markupsafe import Markup, escape

from watcher_core import text
from watcher_core.enums import ExecutionState
from watcher_core.server.board import drawings
from watcher_core.values import Alert, ReportGroup

# Names come from everywhere and may have any length; the whole one is what the element's title says.
SHOWN_CHARACTERS = 160
TITLE_CHARACTERS = 2000

NOTHING = "–"

# Marks that turn text around until another one ends it. One that nothing ends would reach beyond its element.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def web_address(address: str | None) -> str | None:
    """The address, if a browser may be led there: people write anything into metadata."""
    return address if address is not None and address.strip().lower().startswith(("http://", "https://")) else None


def name(value: object) -> Markup:
    """A name: isolated and without marks of direction, so that it turns nothing around; cut where it is very long."""
    whole = _whole(value)
    if len(whole) <= SHOWN_CHARACTERS:
        return _element(f'<bdi class="name">{escape(whole)}</bdi>')
    cut = whole[:SHOWN_CHARACTERS] + "…"
    return _element(f'<bdi class="name" title="{escape(whole[:TITLE_CHARACTERS])}">{escape(cut)}</bdi>')


def sentence(value: object) -> Markup:
    """A line of ours, which begins with a name of any script: it runs from the left, and only the name as it does."""
    return _element(f'<bdi class="name" dir="ltr">{escape(_whole(value))}</bdi>')


def scope(value: str | None) -> Markup | str:
    """What part of its pipeline an execution is about; empty for all of it."""
    said = text.scope(value)
    return name(said) if said else ""


def _whole(value: object) -> str:
    return NOTHING if value is None or value == "" else TURNS.sub("·", str(value))


def plain(value: object, most: int = 80) -> str:
    """A name where there are no elements, as in the title of a page: cut, and without marks of direction."""
    whole = TURNS.sub("·", str(value))
    return whole if len(whole) <= most else whole[:most] + "…"


def badge(state: str, said: str | None = None) -> Markup:
    """The state of an execution, a check or an incident: a word, with its colour and its shape beside it."""
    return _element(f'<span class="badge {escape(state)}">{escape(said or state)}</span>')


def when(moment: dt.datetime | None, style: str = "clock") -> Markup:
    """An instant. A script writes it in the reader's zone, and keeps distances up to date; without, it is in UTC.

    Args:
        moment: The instant, with its zone.
        style: `clock` for date and time, `ago` for the distance from now, `day` for the date.
    """
    if moment is None:
        return escape(NOTHING)
    exact = moment.astimezone(dt.UTC).isoformat(timespec="seconds")
    day, time = (
        exact[:10],
        exact[11:19],
    )  # as text: each `strftime` takes as long as all of this, and pages have hundreds
    if style == "ago":  # as the script writes it, so that nothing moves on the page once it does
        shown = distance((dt.datetime.now(dt.UTC) - moment).total_seconds())
    else:
        shown = day if style == "day" else f"{day} {time[:5]} UTC"
    return _element(f'<time datetime="{exact}" title="{day} {time} UTC" data-style="{escape(style)}">{shown}</time>')


def _element(text: str) -> Markup:
    """An element whose parts are escaped; `Markup.format` takes ten times as long, and a page has hundreds."""
    return str.__new__(Markup, text)  # `Markup` itself would look for what a text cannot have


def distance(seconds: float) -> str:
    """How far away an instant is, as `7 h ago` or `in 3 d`."""
    size = abs(seconds)
    said = (
        f"{size:.0f} s"
        if size < 60
        else f"{size / 60:.0f} min"
        if size < 3600
        else f"{size / 3600:.0f} h"
        if size < 36 * 3600
        else f"{size / 86400:.0f} d"
    )
    return f"{said} ago" if seconds >= 0 else f"in {said}"


def duration(value: float | dt.timedelta | None) -> str:
    """A duration, as `4 min 12 s`."""
    return text.duration(value.total_seconds() if isinstance(value, dt.timedelta) else value, unknown=NOTHING)


def took(value: float | dt.timedelta | None, state: ExecutionState) -> str:
    """How long an execution took. One that was blocked has not begun, whatever its run took."""
    return NOTHING if state is ExecutionState.BLOCKED else duration(value)


def number(value: object) -> str:
    """A number with its thousands apart."""
    return NOTHING if value is None else text.number(value)


def compact(value: float | None) -> str:
    """A number in at most four characters and a unit: `1.2 M`."""
    if value is None:
        return NOTHING
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= size:
            scaled = value / size
            return f"{scaled:.1f} {unit}" if abs(scaled) < 10 else f"{scaled:.0f} {unit}"
    return f"{value:.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:.1f}"


def rate(value: float | None) -> str:
    """A share of 1, as a percentage with the decimals that small ones need."""
    if value is None:
        return NOTHING
    # What is nearly none, or nearly all, is neither.
    return f"{100 * value:.1f} %" if 0 < value < 0.1 or 0.99 <= value < 1 else f"{100 * value:.0f} %"


def size(value: float | None) -> str:
    """A number of bytes, as `1.2 MB`."""
    if value is None:
        return NOTHING
    for unit, bytes_of in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= bytes_of:
            return f"{value / bytes_of:.1f} {unit}" if value < 100 * bytes_of else f"{value / bytes_of:,.0f} {unit}"
    return f"{value:.0f} B"


def link(path: str, query: Mapping[str, Any] | None = None, **values: object) -> Markup:
    """Return an address with its query; what is `None` or empty is left out, what is named here wins."""
    merged = {**(query or {}), **values}
    said = [f"{quote_plus(key)}={quote_plus(str(value))}" for key, value in merged.items() if value not in (None, "")]
    return escape(f"{path}?{'&'.join(said)}" if said else path)


def _spark(group: ReportGroup) -> Markup:
    return drawings.spark(group.runs_by_day, group.failures_by_day)


def ending(alert: Alert) -> str:
    """How an alert ended; empty where that is not known, and where a person ended it, who stands beside it already."""
    return text.resolution(alert.resolution) if alert.resolved_at and not alert.resolved_by else ""


FILTERS = {
    "amount": text.amount,
    "compact": compact,
    "day_bars": drawings.day_bars,
    "duration": duration,
    "ending": ending,
    "pending": text.PENDING.__getitem__,
    "took": took,
    "metric": drawings.metric_title,
    "name": name,
    "number": number,
    "plain": plain,
    "plural": text.plural,
    "rate": rate,
    "run_title": drawings.run_title,
    "scope": scope,
    "sentence": sentence,
    "size": size,
    "spark": _spark,
    "when": when,
}
