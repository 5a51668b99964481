"""`watcher run`: a command as an execution of a pipeline.

Usually a connection of psycopg writes the start, and another the end; over HTTP, two requests do. All that `Watcher`
can do takes several times as long to load, and is used where that does not do: for executions that wait in the spool,
for the embedded PostgreSQL, by the database for a pipeline that is new or has another type, and wherever anything goes
wrong.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import resource
import shlex
import signal
import sys
import uuid
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from watcher_core import arguments, logs, recording, trace_context, waiting
from watcher_core.enclosing import VARIABLES, EnclosingExecution, enclosing_execution, part_of
from watcher_core.enums import ExecutionSource
from watcher_core.environment import variable
from watcher_core.errors import WatcherError
from watcher_core.shell import quick, thorough
from watcher_core.shell.failure import error_of, how_it_ended
from watcher_core.shell.metrics import make_metrics_file, read_metrics
from watcher_core.shell.output import keep_standard_descriptors
from watcher_core.shell.process import Ended, Signals, run_process

logger = logging.getLogger("watcher.run")


@dataclass(frozen=True, kw_only=True)
class CommandRequest:
    """What `watcher run` was asked for."""

    pipeline: str
    command: Sequence[str]
    pipeline_type: str | None = None
    next_watermark: str | None = None
    full_load: bool = False


def run_command(request: CommandRequest) -> int:
    """Run a command as an execution; return its exit status, or below zero the signal that ended it.

    Inside an execution of the same pipeline the command is part of that one; inside another it is a part below it.

    Raises:
        InvalidValueError: A value breaks a rule; the command has not run.
        PipelineInactiveError: The pipeline is switched off; the command has not run.
    """
    _log_to_standard_error()
    name = arguments.name(request.pipeline, "pipeline")
    watermark = arguments.watermark(request.next_watermark, "next_watermark")
    foreign = trace_context.foreign_traceparent()
    metadata = {"command": shlex.join(request.command), **({} if foreign is None else {"traceparent": foreign})}
    start = quick.Start(
        pipeline=name,
        pipeline_type=None if request.pipeline_type is None else arguments.name(request.pipeline_type, "type"),
        next_watermark=watermark,
        full_load=request.full_load,
        external_id=str(uuid.uuid4()),
        start_date=dt.datetime.now(dt.UTC),
        execution_metadata=arguments.json_object(metadata, "command"),
        part_of=part_of(),
    )
    around = enclosing_execution()
    if around is not None and around.is_of(name):
        return _run_inside(around, request)
    keep_standard_descriptors()
    with Signals() as signals:
        return _run_as_execution(start, request, signals, has_trace=foreign is not None)


def _run_as_execution(start: quick.Start, request: CommandRequest, signals: Signals, *, has_trace: bool) -> int:
    recorded = _start(start)
    file = make_metrics_file()
    execution = EnclosingExecution(
        id=recorded.id,
        external_id=start.external_id,
        pipeline=start.pipeline,
        watermark=recorded.watermark,
        next_watermark=recorded.next_watermark,
        metrics_file=file,
    )
    environment = {key: value for key, value in os.environ.items() if key not in VARIABLES} | execution.variables
    own = trace_context.own_context(ExecutionSource.CLI.value, start.external_id)
    if own is not None and not has_trace:  # whoever has a trace already keeps it
        environment = {**environment, trace_context.TRACEPARENT: own.traceparent}
        environment.pop(trace_context.TRACESTATE, None)
    heartbeat: list[object] = []
    try:
        ended = run_process(
            request.command,
            environment=environment,
            signals=signals,
            started=lambda: heartbeat.append(quick.begin_heartbeat(recorded)),
        )
        for token in heartbeat:
            recording.pulse.end(token)
        metrics = {} if file is None else read_metrics(file)
    finally:
        if file is not None:
            with suppress(OSError):  # the command has put something else there, or another user's file
                file.unlink()
    _say_problem(ended)
    _end(start, recorded, ended, metrics)
    return ended.status


def _run_inside(around: EnclosingExecution, request: CommandRequest) -> int:
    """Run a command whose execution is recorded by the process around this one."""
    if request.next_watermark is not None:
        try:
            around.report({"next_watermark": request.next_watermark})
        except OSError as exc:
            logger.warning("the next watermark is not recorded: %s", exc)
    keep_standard_descriptors()
    with Signals() as signals:
        ended = run_process(request.command, environment=os.environ, signals=signals)
    _say_problem(ended)
    return ended.status


def _start(start: quick.Start) -> quick.Started:
    """Record the start. Whatever goes wrong but a misuse, the command runs."""
    try:
        return quick.start(start) or thorough.start(start)
    except WatcherError:
        raise
    except Exception as exc:
        logger.error("pipeline %r goes on, and is not recorded: %s: %s", start.pipeline, type(exc).__name__, exc)
        return quick.Started(id=None, watermark=None, next_watermark=start.next_watermark)


def _end(start: quick.Start, recorded: quick.Started, ended: Ended, metrics: Mapping[str, Any]) -> None:
    """Record the end. Whatever goes wrong, the exit status is that of the command."""
    try:
        error = error_of(ended, os.environ)
        facts = {"exit_status": ended.status} if ended.status >= 0 else {"signal": how_it_ended(ended.status)}
        facts = {**metrics, "execution_metadata": {**metrics.get("execution_metadata", {}), **facts}}
        with nullcontext() if recorded.timeout is None else waiting.time_limit(recorded.timeout):
            if not quick.end(recorded, error, facts):
                thorough.end(start, recorded, error, facts)
    except Exception as exc:
        logger.error("this execution of pipeline %r is not recorded: %s", start.pipeline, exc)


def _say_problem(ended: Ended) -> None:
    if ended.problem is not None and sys.stderr is not None:  # without one, it would go to standard output
        print(f"watcher run: {ended.problem}", file=sys.stderr)


def _log_to_standard_error() -> None:
    """Log warnings as later, when the settings are known: without that, Python's last resort does not say of whom."""
    level, log_format = None, None
    with suppress(WatcherError):  # `.env` cannot be read, which the settings say
        level, log_format = variable("WATCHER_LOG_LEVEL"), variable("WATCHER_LOG_FORMAT")
    logs.begin(level=level, log_format=log_format)


def end_like(status: int) -> NoReturn:
    """End this process as the command ended: with its exit status, or by its signal."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    if status >= 0:
        os._exit(status)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))  # the command left one
    with suppress(OSError):  # of SIGKILL, and of signals that the C library keeps for itself
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
    os._exit(128 - status)  # a process that the kernel keeps from signals, as the first one of a container
