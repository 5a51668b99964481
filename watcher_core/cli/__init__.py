"""`watcher …`, the command line. Each command translates what a person typed into calls of the core.

What is loaded here is loaded by `watcher --help` too; the core, and SQLAlchemy with it, waits for a command that needs
it.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from watcher_core.cli import (
    alerts,
    anomalies,
    asset_checks,
    check,
    cleanup,
    db,
    dev,
    discover,
    doctor,
    executions,
    export,
    lineage,
    maintenance,
    output,
    pipelines,
    report,
    run,
    serve,
    status,
    tokens,
)
from watcher_core.errors import WatcherError

INTERRUPTED = 130  # what a shell reports for a command that Ctrl-C ended


class Group(TyperGroup):
    """The commands; an error is printed as one line."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # Typer narrows it
        """Run a command; what Watcher raises on purpose becomes a line and exit code 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except WatcherError as exc:
            message = "; ".join([str(exc), *getattr(exc, "__notes__", [])])
        except OSError as exc:
            if isinstance(exc, BrokenPipeError):
                raise
            message = str(exc)
        typer.echo(f"error: {message}", err=True)
        raise typer.Exit(1)


app = typer.Typer(
    name="watcher",
    cls=Group,
    help="The memory of a Dagster deployment: what ran, what it did, how far it got.",
    epilog=output.examples(
        "watcher demo                            # see it at work",
        "watcher dev -m my_project.definitions   # run a project of yours with it",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("dev", epilog=dev.DEV_EXAMPLES, context_settings={"allow_extra_args": True})(dev.dev)
app.command("demo", epilog=dev.DEMO_EXAMPLES)(dev.demo)
app.command("run", epilog=run.EXAMPLES)(run.run)
app.command("discover", epilog=discover.EXAMPLES)(discover.discover)
app.command("status", epilog=status.EXAMPLES)(status.status)
app.command("report", epilog=report.EXAMPLES)(report.report)
app.add_typer(pipelines.app, name="pipelines")
app.add_typer(executions.app, name="executions")
app.add_typer(check.app, name="check")
app.add_typer(asset_checks.app, name="asset-checks")
app.add_typer(alerts.app, name="alerts")
app.add_typer(maintenance.app, name="maintenance")
app.add_typer(anomalies.app, name="anomalies")
app.command("cleanup", epilog=cleanup.EXAMPLES)(cleanup.cleanup)
app.add_typer(lineage.app, name="lineage")
app.add_typer(export.app, name="export")
app.command("serve", epilog=serve.EXAMPLES)(serve.serve)
app.add_typer(tokens.app, name="tokens")
app.add_typer(db.app, name="db")
app.command("doctor", epilog=doctor.EXAMPLES)(doctor.doctor)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"watcher {version('watcher-dagster')}")
        raise typer.Exit


@app.callback()
def watcher(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """The memory of a Dagster deployment: what ran, what it did, how far it got."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Unicode is no reason to fail
    _command()(None if arguments is None else list(arguments), prog_name="watcher")


@functools.cache
def _command() -> Any:
    """Our functions as commands. Typer makes them anew at each call, which takes longer than what most commands do."""
    return typer.main.get_command(app)
