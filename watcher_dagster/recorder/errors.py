"""Why a step or a run failed: the cause below its wrappers, and of a process's output the line that says why.

The person who gets the alert reads the beginning of a message. What went wrong stands there, not that a retry policy
was used up, nor which command was run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from watcher_core import masking, text
from watcher_dagster import compat

MAX_MESSAGE_CHARACTERS: Final = 2_000
MAX_STACK_CHARACTERS: Final = 2_000

# Exceptions that only say that another one happened, besides all of Dagster's own: of retries that are used up, of dlt,
# which wraps one around each stage, and of tenacity.
WRAPPERS: Final = frozenset(
    {"RetryRequested", "RetryRequestedFromPolicy", "PipelineStepFailed", "ResourceExtractionError", "RetryError"}
)
# What an integration raises when its process failed; it knows the exit code alone.
PROCESS_FAILURES: Final = frozenset({"DagsterPipesExecutionError", "CalledProcessError"})

# What Dagster raises at the end of a step in which a blocking check did not pass.
BLOCKING_ERROR: Final = "DagsterAssetCheckFailedError"
# dagster-dlt, where it is to fetch row counts and a load had no rows: it has loaded by then.
LOADED: Final = "Missing jobs metadata to retrieve row count"

# A message about a process: that it failed, with its command or its exit code.
_PROCESS: Final = re.compile(
    r"\bprocess with command\b|\b(?:exit|exited|return(?:ed)?|error)(?: with)?(?: non-zero)?[ -]?(?:code|status)\b"
    r"|\bnon-zero exit\b|\bcommand failed\b|\bfailed with code \d",
    re.IGNORECASE,
)
# A command that names all of its models, so that no room is left for what it reported.
MAX_COMMAND_CHARACTERS: Final = 200
_LONG_COMMAND: Final = re.compile(rf"^`[^`\n]{{{MAX_COMMAND_CHARACTERS},}}`$", re.MULTILINE)
_BELOW: Final = "Errors parsed from dbt logs:"
_EXCEPTION_LINE: Final = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Failure|Exit|Interrupt)\b(?::.*)?")
_REASON: Final = re.compile(
    r"\b(?:fatal|error|exception|fail(?:ed|ure)?|denied|refused|cannot|could not|not found|no such|invalid|missing)\b",
    re.IGNORECASE,
)
_DBT_FAILURE: Final = re.compile(r"Failure in .*")
_DBT_ERROR: Final = re.compile(r"(?:[A-Z]\w+ )+Error(?: in .*)?")
# What a log says in passing, as Sling's "4:28PM INF execution failed" above the line that says why.
_LOGGED: Final = re.compile(r"\S+ (?:INF|DBG) .*")
_SLING: Final = "Sling command failed"
_SLING_HEADING: Final = re.compile(r"failure running replication\b.*", re.IGNORECASE)
_SLING_STREAM: Final = re.compile(r"-{3,} (?P<name>.+) -{3,}")
_DBT_PROGRESS: Final = re.compile(r"\d+ of \d+ [A-Z]+ .*")  # "5 of 9 ERROR creating sql table model main.orders ..."


def error_facts(info: Any, message: str | None) -> dict[str, str]:
    """Return class, message and stack of an error as Dagster keeps it; of none, what the event says."""
    if info is None:
        return {"message": masking.beginning(message or "no reason given", MAX_MESSAGE_CHARACTERS)}
    info = _innermost(info)
    said = text.without_colors(info.message.strip())
    if info.cls_name:
        _, found, after = said.partition(f"{info.cls_name}: ")
        said = after if found else said
    said = _LONG_COMMAND.sub(lambda found: f"{masking.beginning(found[0], MAX_COMMAND_CHARACTERS)}…`", said)
    return {
        "class": info.cls_name or "",
        "message": masking.beginning(reason_first(said), MAX_MESSAGE_CHARACTERS),
        "stack": masking.end(text.without_colors("".join(info.stack)), MAX_STACK_CHARACTERS),
    }


def with_external_cause(error: dict[str, str], cause: dict[str, str] | None) -> dict[str, str]:
    """Return the error that a process reported before it failed, in place of one that knows its exit code alone."""
    if cause is None or error.get("class") not in PROCESS_FAILURES:
        return error
    return cause | {"message": f"{cause['message']}\n\n{error['message']}"[:MAX_MESSAGE_CHARACTERS]}


def is_interruption(info: Any) -> bool:
    """Return whether an error, or a cause of it, is that Dagster interrupts the step."""
    while info is not None:
        if info.cls_name == compat.INTERRUPTION:
            return True
        info = info.cause
    return False


def reason_first(message: str) -> str:
    """Return a message with the line first that says why, where it is about a process and begins with other things."""
    if not _PROCESS.search(message):
        return message
    reason = _dbt_reason(message) or _sling_reason(message) or _reason(message)
    return message if reason is None or message.startswith(reason) else f"{reason}\n\n{message}"


def _innermost(info: Any) -> Any:
    while True:
        name = info.cls_name or ""
        inner = info.cause
        if inner is None and name in WRAPPERS:
            inner = getattr(info, "context", None)  # raised in an `except` block, without `from`
        if inner is None or not (name in WRAPPERS or name.startswith("Dagster")):
            return info
        info = inner


def _dbt_reason(message: str) -> str | None:
    """dbt's error has its kind and model in one line, perhaps below a heading, and what is wrong in the next."""
    _, _, below = message.partition(_BELOW)
    lines = [line.strip() for line in below.splitlines()]
    lines = [line for line in lines if line and not line.endswith(":") and not _DBT_PROGRESS.fullmatch(line)]
    match lines:
        case [first, second, *others] if _DBT_FAILURE.fullmatch(first) and _DBT_ERROR.fullmatch(second):
            return ": ".join([second, *others[:1]])
        case [first, second, *_] if _DBT_FAILURE.fullmatch(first) or _DBT_ERROR.fullmatch(first):
            return f"{first}: {second}"
        case [first, *_]:
            return first
    return None


def _sling_reason(message: str) -> str | None:
    """Sling's last words name the first stream that failed, what it could not do, and in the next line why."""
    _, found, below = message.rpartition("\nfatal:\n")
    if _SLING not in message or not found:
        return None
    where, said = "fatal", list[str]()
    for line in below.splitlines():
        stripped = line.strip().removeprefix("~ ")
        stream = _SLING_STREAM.fullmatch(stripped)
        if said and (stream or not stripped):
            break
        if stream:
            where = stream["name"]
        elif stripped and not _SLING_HEADING.fullmatch(stripped):
            said.append(stripped)
    return ": ".join([where, *said[:2]]) if said else None


def _reason(message: str) -> str | None:
    lines = list(_lines(message))
    for line in reversed(lines):
        if _EXCEPTION_LINE.fullmatch(line):
            return line  # a traceback ends with it
    for number, line in enumerate(lines):
        if _REASON.search(line) and not _PROCESS.search(line):
            heading = line.endswith(":") and number + 1 < len(lines)
            return f"{line} {lines[number + 1]}" if heading else line
    return None


def _lines(message: str) -> Iterator[str]:
    """The lines of a process's output, without the commands that the message quotes."""
    for line in message.splitlines():
        stripped = line.strip().removeprefix("~ ")
        is_quoted = stripped.startswith("`") and stripped.endswith("`")
        if stripped and not is_quoted and not stripped.startswith("File ") and not _LOGGED.fullmatch(stripped):
            yield stripped
