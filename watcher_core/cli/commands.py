"""The commands by their names, each in a module that is loaded when the command is used.

`watcher --help` shows a line for each and loads none of them; a test holds the lines against what the commands say.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final, NamedTuple

import typer


class Command(NamedTuple):
    """A command, or a group of them.

    Attributes:
        help: The first line of its help.
        module: Where it is.
        function: What runs, for a command; a group has an `app`.
        examples: The name of its examples.
        settings: What its context is given.
    """

    help: str
    module: str
    function: str | None = None
    examples: str = "EXAMPLES"
    settings: dict[str, Any] | None = None

    def load(self, name: str) -> Any:
        """Make the command; this is what loads its module."""
        module = import_module(f"watcher_core.cli.{self.module}")
        of_one = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
        of_one.callback()(lambda: None)
        if self.function is None:
            of_one.add_typer(module.app, name=name)
        else:
            options = of_one.command(name, epilog=getattr(module, self.examples), context_settings=self.settings)
            options(getattr(module, self.function))
        return typer.main.get_group(of_one).commands[name]


COMMANDS: Final = {
    "dev": Command(
        "Run Dagster with Watcher on this host, until Ctrl-C.",
        "dev",
        "dev",
        "DEV_EXAMPLES",
        settings={"allow_extra_args": True},
    ),
    "demo": Command("Run the example project; show what Watcher has found.", "dev", "demo", "DEMO_EXAMPLES"),
    "run": Command("Run a command and record it as an execution of a pipeline.", "run", "run"),
    "discover": Command("List what cron and systemd run here, and how to record it.", "discover", "discover"),
    "status": Command("Show problems, pipelines, and what is not watched.", "status", "status"),
    "report": Command("Show runs, failures, rows and durations of the last days.", "report", "report"),
    "cleanup": Command("Delete old executions, logs and resolved alerts.", "cleanup", "cleanup"),
    "serve": Command("Serve the board, and the HTTP API.", "serve", "serve"),
    "doctor": Command("Look at all that Watcher needs, and say what to do.", "doctor", "doctor"),
    "pipelines": Command("Pipelines: their rules, and how far they have got.", "pipelines"),
    "executions": Command("Executions: what ran, and what it did.", "executions"),
    "check": Command("Checks: what is stale, late, failing, unusual or broken.", "check"),
    "asset-checks": Command("Asset checks of Dagster, and their results.", "asset_checks"),
    "alerts": Command("Alerts: what is open, and its delivery.", "alerts"),
    "maintenance": Command("Maintenance: times in which alerts are kept, but not sent.", "maintenance"),
    "anomalies": Command("Anomalies: rules, results, and why an execution is unusual.", "anomalies"),
    "lineage": Command("Lineage: where data comes from, where it goes, what breaks.", "lineage"),
    "export": Command("Export executions to monitoring systems.", "export"),
    "import": Command("Import the history of another system.", "imports"),
    "tokens": Command("Tokens of the HTTP API.", "tokens"),
    "db": Command("The database: the embedded server, the schema, psql.", "db"),
}


class Commands(dict[str, Any]):
    """The commands that are loaded, as a group asks for them; one that is not is loaded then."""

    def __missing__(self, name: str) -> Any:
        """Load a command."""
        self[name] = COMMANDS[name].load(name)
        return self[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a command, loaded."""
        return self[name] if name in COMMANDS else default

    def __contains__(self, name: object) -> bool:
        """Whether there is such a command."""
        return name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        """Give the names, in the order of the help."""
        return iter(COMMANDS)

    def __len__(self) -> int:
        """Count all commands."""
        return len(COMMANDS)

    def keys(self) -> Any:
        """Give the names."""
        return COMMANDS.keys()

    def items(self) -> Any:
        """Give all of them, loaded."""
        return {name: self[name] for name in COMMANDS}.items()

    def values(self) -> Any:
        """Give all of them, loaded."""
        return {name: self[name] for name in COMMANDS}.values()
