"""What `watcher doctor` says of what is not sent now: quiet hours, maintenance, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from watcher_core import text as words
from watcher_core.cli import maintenance, times
from watcher_core.values import HealthFact

if TYPE_CHECKING:
    import datetime as dt

    from watcher_core.client import Watcher


def quiet_findings(watcher: Watcher, *, held: int, now: dt.datetime) -> Iterator[HealthFact]:
    """Say what is quiet now, until when, and how many alerts wait."""
    from watcher_core import alerts

    for route, destination, until in alerts.load_routes(watcher.settings).quiet_now(now):
        yield HealthFact("ok", "quiet", f"route {route} to {destination.described} is quiet until {times.clock(until)}")
    for window in watcher.maintenance(now=now):
        if window.active_until is not None:
            advice = f"end it sooner: watcher maintenance end {window.id}"
            yield HealthFact("ok", "quiet", maintenance.describe(window), advice)
    if held:
        yield HealthFact(
            "ok", "quiet", f"{words.plural(held, 'alert')} held until quiet hours, a digest or maintenance let it go"
        )
