"""The board as one file, for an e-mail or a bucket: what is wrong now, the report, and what failed most."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

from markupsafe import Markup

from watcher_core.client import Watcher
from watcher_core.server.board import static
from watcher_core.server.board.environment import environment

WORST = 20


def report_file(watcher: Watcher, *, days: int = 30, by: str = "type") -> str:
    """Return the page: HTML that needs nothing but itself, and holds no script.

    Args:
        watcher: What to ask.
        days: How many days the report has.
        by: What it is grouped by: `type`, `owner` or `pipeline`.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    style = "".join(static.load(name).body.decode() for name in (static.TOKENS, "board.css"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    overview = watcher.now(limit=100)
    worst = watcher.report(days=days, by="pipeline", limit=WORST, now=overview.at)
    return (
        environment()
        .get_template("file.html")
        .render(
            # Nothing is loaded, and no script runs that a name has smuggled in.
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'",
            style=Markup(style),  # noqa: S704  # our own files
            overview=overview,
            found=watcher.report(days=days, by=by, now=overview.at),
            worst=replace(worst, groups=tuple(group for group in worst.groups if group.figures.failed)),
            days=days,
            deployment=watcher.settings.environment,
            board_url=(watcher.settings.board_url or "").rstrip("/"),
        )
    )
