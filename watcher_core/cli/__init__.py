"""`watcher …`, the command line. Each command translates what a person typed into calls of the core.

What is loaded here is loaded by each command and by `watcher --help`; what a command needs waits for it.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from watcher_core import interrupts, shell
from watcher_core.cli.commands import COMMANDS, Commands
from watcher_core.cli.words import examples
from watcher_core.errors import DatabaseUnavailableError, NotFoundError, WatcherError
from watcher_core.input_errors import broken_rule


class Group(TyperGroup):
    """The commands, each loaded when it is used; an error is printed as one line."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{**arguments, "commands": {}})
        self.commands = Commands()

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # as `invoke`
        """List the commands, without loading them."""
        stubs = TyperGroup(commands={name: TyperCommand(name, help=each.help) for name, each in COMMANDS.items()})
        stubs.format_commands(ctx, formatter)

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # as `invoke`
        """Load the command. From here on, Ctrl-C is for the command to handle."""
        found = super().resolve_command(ctx, args)
        interrupts.raise_again()
        return found

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # Typer narrows it
        """Run a command; what Watcher raises on purpose becomes a line and exit code 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as exc:
            for note in getattr(exc, "__notes__", ()):
                typer.echo(f"interrupted: {note}", err=True)
            raise typer.Exit(interrupts.EXIT_CODE) from None
        except typer.BadParameter as exc:
            exc.message = _own_words(exc)
            raise
        except WatcherError as exc:
            message = "; ".join(filter(None, [str(exc), *(getattr(exc, "__notes__", None) or [_advice(exc)])]))
            typer.echo(f"error: {message}", err=True)
            raise typer.Exit(1) from None


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
    "anomaly of execution": "watcher anomalies results",
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


def _own_words(error: typer.BadParameter) -> str:
    """What is wrong with an argument or an option; Typer says it as the library does that it asks."""
    found = getattr(error.__cause__, "errors", None)
    if found is None:
        return error.message
    first = found()[0]
    said = broken_rule(first)
    return said if first["type"] == "value_error" else f"{first['input']!r}; {said}"


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
    try:
        try:
            _command()(None if arguments is None else list(arguments), prog_name="watcher")
        finally:
            sys.stdout.flush()  # Python's own, at its end, has words and an exit code that are no help
    except OSError as exc:
        _end_on(exc)


def _end_on(error: OSError) -> NoReturn:
    """Say what the system does not do, and end. Who has closed the pipe, as `head` does, has read enough."""
    with suppress(OSError):
        if not isinstance(error, BrokenPipeError):
            typer.echo(f"error: {': '.join(filter(None, [error.filename, error.strerror])) or error}", err=True)
    with suppress(OSError, ValueError):  # what could not be written there would be tried once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)


@functools.cache
def _command() -> Any:
    """Our functions as commands. Typer makes them anew at each call, which takes longer than what most commands do."""
    return typer.main.get_command(app)
