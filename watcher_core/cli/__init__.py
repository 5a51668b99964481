"""`watcher …`, the command line. Each command translates what a person typed into calls of the core.

What is loaded here is loaded by each command and by `watcher --help`; what a command needs waits for it.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from watcher_core import shell
from watcher_core.cli.commands import COMMANDS, Commands
from watcher_core.cli.words import examples
from watcher_core.errors import DatabaseUnavailableError, NotFoundError, WatcherError

INTERRUPTED = 130  # what a shell reports for a command that Ctrl-C ended


class Group(TyperGroup):
    """The commands, each loaded when it is used; an error is printed as one line."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{**arguments, "commands": {}})
        self.commands = Commands()

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # as `invoke`
        """List the commands, without loading them."""
        stubs = TyperGroup(commands={name: TyperCommand(name, help=each.help) for name, each in COMMANDS.items()})
        stubs.format_commands(ctx, formatter)

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # Typer narrows it
        """Run a command; what Watcher raises on purpose becomes a line and exit code 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as exc:
            for note in getattr(exc, "__notes__", ()):
                typer.echo(f"interrupted: {note}", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except WatcherError as exc:
            message = "; ".join(filter(None, [str(exc), *(getattr(exc, "__notes__", None) or [_advice(exc)])]))
        except OSError as exc:
            if isinstance(exc, BrokenPipeError):
                raise
            message = f"{exc.filename}: {exc.strerror}" if exc.filename and exc.strerror else str(exc)
        typer.echo(f"error: {message}", err=True)
        raise typer.Exit(1)


app = typer.Typer(
    name="watcher",
    cls=Group,
    help="The memory of a Dagster deployment: what ran, what it did, how far it got.",
    epilog=examples(
        "watcher demo                            # see it at work",
        "watcher dev -m my_project.definitions   # run a project of yours with it",
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


# Where to find what there is of a kind.
LISTED_BY: Final = {
    "pipeline": "watcher pipelines list",
    "pipeline type": "watcher pipelines list",
    "execution": "watcher executions list",
    "alert": "watcher alerts list --all",
    "maintenance window": "watcher maintenance list",
    "token": "watcher tokens list",
    "address": "watcher lineage addresses",
}


def _advice(error: WatcherError) -> str | None:
    """What a person can do about an error that does not say it."""
    if isinstance(error, NotFoundError) and error.kind in LISTED_BY:
        return f"see them all with: {LISTED_BY[error.kind]}"
    # PostgreSQL's own word says enough: it has no free connection, or does not know the user.
    if isinstance(error, DatabaseUnavailableError) and not error.is_reached and "FATAL:" not in str(error):
        return "is the server up, and the address right? See: watcher doctor"
    return None


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
    shell.keep_standard_descriptors()
    # Who closes a stream wants nothing of what goes there. Python has none for it.
    sys.stdout, sys.stderr = (stream or open(os.devnull, "w") for stream in (sys.stdout, sys.stderr))  # noqa: PTH123, SIM115 - to the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Unicode is no reason to fail
    _command()(None if arguments is None else list(arguments), prog_name="watcher")


@functools.cache
def _command() -> Any:
    """Our functions as commands. Typer makes them anew at each call, which takes longer than what most commands do."""
    return typer.main.get_command(app)
