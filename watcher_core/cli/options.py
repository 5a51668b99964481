"""The options and arguments that several commands share."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from watcher_core.cli import times

if TYPE_CHECKING:
    from watcher_core.client import Watcher

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Limit = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, max=1_000_000, help="At most so many.")]
OfPipeline = Annotated[
    str | None, typer.Option("--pipeline", "-p", metavar="NAME", help="Of this pipeline only, by name or id.")
]
PipelineName = Annotated[
    str, typer.Argument(metavar="NAME", help="The pipeline's name, or its id.", show_default=False)
]
Since = Annotated[
    str | None, typer.Option(metavar="TIME", help=f"Started at or after this time, {times.SINCE_EXAMPLES}.")
]

# What an execution starts with.
StartedPipeline = Annotated[
    str,
    typer.Option("--pipeline", "-p", metavar="NAME", help="The pipeline; new names are created.", show_default=False),
]
StartedType = Annotated[
    str | None, typer.Option("--type", metavar="TYPE", help="Its class, whose rules hold where it has none.")
]
NextWatermark = Annotated[
    str | None, typer.Option(metavar="WATERMARK", help="How far it has got, if this execution succeeds.")
]
FullLoad = Annotated[bool, typer.Option("--full-load", help="All data is loaded again.")]


def read_since(typed: str | None, watcher: Watcher) -> dt.datetime | None:
    """Read the value of `Since`, by the clock that stored times go by, and say where that is in the future.

    A value that is no time is the user's mistake, and ends the command.
    """
    if typed is None:
        return None
    now = watcher.clock()
    try:
        since = times.read_since(typed, now=now)
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint="--since") from None
    if since > now:
        typer.echo(f"--since {typed!r} is in the future: {times.clock_and_ago(since)}", err=True)
    return since


def unless_none(typed: str) -> str | None:
    """Read the value of an option whose value may be taken away: with the word none."""
    return None if typed.strip().lower() == "none" else typed
