"""`watcher run`: any command as an execution."""

from __future__ import annotations

from typing import Annotated

import typer

from watcher_core.cli import output
from watcher_core.cli.options import FullLoad, NextWatermark, StartedPipeline, StartedType

EXAMPLES = output.examples(
    "watcher run --pipeline nightly-load -- python load.py",
    'watcher run -p sales --next-watermark "$(date +%F)" -- ./load.sh --full',
)


def run(
    command: Annotated[
        list[str], typer.Argument(metavar="-- COMMAND", help="The command with its arguments.", show_default=False)
    ],
    *,
    pipeline: StartedPipeline,
    pipeline_type: StartedType = None,
    next_watermark: NextWatermark = None,
    full_load: FullLoad = False,
) -> None:
    """Run a command and record it as an execution of a pipeline.

    Ends as the command ends: with its exit status, or by its signal. The command finds WATCHER_EXECUTION_ID,
    WATCHER_WATERMARK and WATCHER_NEXT_WATERMARK in its environment, and may write JSON to WATCHER_METRICS_FILE, as in
    {"inserts": 3, "total_rows": 3}. Runs the command all the same where the database cannot be used.
    """
    from watcher_core import shell

    request = shell.CommandRequest(
        pipeline=pipeline,
        command=tuple(command),
        pipeline_type=pipeline_type,
        next_watermark=next_watermark,
        full_load=full_load,
    )
    shell.end_like(shell.run_command(request))
