"""`watcher export`: what Watcher knows, for monitoring systems."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Annotated

import typer

from watcher_core.cli import output, times
from watcher_core.cli.edge import open_watcher
from watcher_core.cli.options import read_since
from watcher_core.errors import ConfigurationError, WatcherError

app = typer.Typer(help="Export executions to monitoring systems.", no_args_is_help=True, rich_markup_mode=None)

Every = Annotated[
    int | None,
    typer.Option(metavar="SECONDS", min=1, max=86_400, help="Go on, and export so often.", show_default=False),
]
Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help=f"Export what has ended since then once more, too, {times.SINCE_EXAMPLES}."),
]
Stop = Annotated[bool, typer.Option("--stop", help="Export nothing; let executions wait for no export any more.")]

EXAMPLES = output.examples(
    "watcher export traces                      # from cron, every minute",
    "watcher export traces --every 10           # as a service",
    "watcher export traces --since 2026-01-01   # history, too",
    "watcher export traces --stop               # no more",
)


OPENLINEAGE_EXAMPLES = output.examples(
    "watcher export openlineage                      # from cron, every minute",
    "watcher export openlineage --every 10           # as a service",
    "watcher export openlineage --since 2026-01-01   # history, too",
    "watcher export openlineage --stop               # no more",
)


@app.command("traces", epilog=EXAMPLES)
def traces(*, every: Every = None, since: Since = None, stop: Stop = False) -> None:
    """Export executions that have ended as traces, over OTLP.

    The standard variables say where to: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS and others. A run is a
    trace, what ran in it are its spans. The first export begins with what ends from then on. What cannot be sent waits
    for the next export.
    """
    with open_watcher() as watcher:
        if stop:
            output.print_text(f"exports are stopped; {watcher.stop_traces():,} waited")
        else:
            _export(watcher.export_traces, every=every, since=read_since(since, watcher))


@app.command("openlineage", epilog=OPENLINEAGE_EXAMPLES)
def openlineage(*, every: Every = None, since: Since = None, stop: Stop = False) -> None:
    """Send executions that have ended as events of OpenLineage.

    The variables and the file of OpenLineage's client say where to: OPENLINEAGE_URL, OPENLINEAGE_API_KEY,
    OPENLINEAGE_CONFIG and others; OPENLINEAGE_NAMESPACE is the namespace of the jobs. The first export begins with what
    ends from then on. What cannot be sent waits for the next export.
    """
    with open_watcher() as watcher:
        if stop:
            output.print_text(f"exports are stopped; {watcher.stop_openlineage():,} waited")
        else:
            _export(watcher.send_openlineage, every=every, since=read_since(since, watcher))


def _export(export: Callable[..., int], *, every: int | None, since: dt.datetime | None) -> None:
    while True:
        began = time.monotonic()
        try:
            exported = export(since=since)
            since = None
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
