"""`watcher export`: what Watcher knows, for monitoring systems."""

from __future__ import annotations

import datetime as dt
import time
from typing import Annotated

import typer

from watcher_core.cli import output
from watcher_core.cli.edge import open_watcher
from watcher_core.errors import ConfigurationError, WatcherError

app = typer.Typer(help="Export executions to monitoring systems.", no_args_is_help=True, rich_markup_mode=None)

EXAMPLES = output.examples(
    "watcher export traces                      # from cron, every minute",
    "watcher export traces --every 10           # as a service",
    "watcher export traces --since 2026-01-01   # history, too",
    "watcher export traces --stop               # no more",
)


@app.command("traces", epilog=EXAMPLES)
def traces(
    *,
    every: Annotated[
        int | None,
        typer.Option(metavar="SECONDS", min=1, max=86_400, help="Go on, and export so often.", show_default=False),
    ] = None,
    since: Annotated[
        dt.datetime | None,
        typer.Option(help="Export what has ended since then once more, too; in UTC.", show_default=False),
    ] = None,
    stop: Annotated[
        bool, typer.Option("--stop", help="Export nothing; let executions wait for no export any more.")
    ] = False,
) -> None:
    """Export executions that have ended as traces, over OTLP.

    The standard variables say where to: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS and others. A run is a
    trace, what ran in it are its spans. The first export begins with what ends from then on. What cannot be sent waits
    for the next export.
    """
    after = None if since is None else since.replace(tzinfo=dt.UTC)
    with open_watcher() as watcher:
        if stop:
            output.print_text(f"exports are stopped; {watcher.stop_traces():,} waited")
            return
        while True:
            began = time.monotonic()
            try:
                exported = watcher.export_traces(since=after)
                after = None
                if every is None or exported:
                    print(f"{_now()} exported {exported:,}" if every else f"exported {exported:,}", flush=True)
            except WatcherError as exc:
                if every is None or isinstance(exc, ConfigurationError):
                    raise
                typer.echo(f"{_now()} error: {exc}", err=True)  # a service goes on
            if every is None:
                break
            time.sleep(max(0.0, every - (time.monotonic() - began)))


def _now() -> str:
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
