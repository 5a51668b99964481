"""Alerts by the ids that people type, who may have no more than the name of a pipeline at hand."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core import text
from watcher_core.arguments import MAX_BIGINT
from watcher_core.enums import AlertState
from watcher_core.errors import NotFoundError

if TYPE_CHECKING:
    from watcher_core.client import Watcher

UNRESOLVED = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)
# So many open alerts of a pipeline are counted.
COUNTED = 100

Id = Annotated[str, typer.Argument(metavar="ID", help="The alert's id.", show_default=False)]


def read_id(watcher: Watcher, typed: str) -> int:
    """Return the id that was typed.

    Raises:
        BadParameter: It is none; the error says where to find ids, and that of the alert that may be meant.
    """
    if typed.isdecimal() and 1 <= int(typed) <= MAX_BIGINT:
        return int(typed)
    try:
        of_it = watcher.alerts(pipeline=typed, state=UNRESOLVED, limit=COUNTED)
    except NotFoundError:
        said = f"{typed!r} is no alert's id; see: watcher alerts list"
    else:
        name = shlex.quote(typed)
        listed = f"watcher alerts list --pipeline {name}"
        if not of_it:
            said = f"{typed} is a pipeline, without an open alert; see: {listed} --all"
        elif len(of_it) == 1:
            said = f"{typed} is a pipeline; its one open alert is {of_it[0].id}"
        else:
            more = " or more" if len(of_it) == COUNTED else ""
            said = f"{typed} is a pipeline, with {text.plural(len(of_it), 'open alert')}{more}; see: {listed}"
    raise typer.BadParameter(said, param_hint="ID")
