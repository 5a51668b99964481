"""Errors as people read them, and failures that nobody has fixed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ErrorFrame:
    """One call on the way to an error.

    Attributes:
        file, line, function: Where it is.
        code: The line of code there; `None` where the stack does not have it.
        is_own: Whether it is code of the user, and not of a library.
    """

    file: str
    line: int
    function: str
    code: str | None
    is_own: bool


@dataclass(frozen=True, kw_only=True)
class ReadableError:
    """An error with the user's own code first.

    Attributes:
        error_class: Its class, as `ValueError`; `None` where it is not known.
        message: What it says; secrets are masked.
        own_frames: The frames in the user's code, the innermost first.
        library_frames: All others, the innermost first: to be folded.
        stack: The whole stack as it was recorded; empty where there is none.
    """

    error_class: str | None
    message: str
    own_frames: tuple[ErrorFrame, ...] = ()
    library_frames: tuple[ErrorFrame, ...] = ()
    stack: str = ""


@dataclass(frozen=True, kw_only=True)
class LastError:
    """The newest failure of a pipeline.

    Attributes:
        execution_id: The execution that failed.
        at: When it ended.
        scope: What of the pipeline it did.
        is_fixed: Whether an execution of the pipeline has succeeded since.
        error: The error; `None` where the execution says nothing of it.
    """

    execution_id: int
    at: dt.datetime
    scope: str | None
    is_fixed: bool
    error: ReadableError | None


@dataclass(frozen=True, kw_only=True)
class UnfixedPipeline:
    """A pipeline whose newest execution that succeeded or failed has failed.

    Attributes:
        pipeline_id, pipeline_name, pipeline_type_name, owners: The pipeline.
        execution_id: The execution.
        failed_at: When it failed.
        last_success_at: When the pipeline last succeeded; `None` where it never did.
        alert_id: Its alert about failures that is not resolved, or that of what failed as part of it; `None` where
            there is none.
        message: Its own error, in one line: numbers and names may differ from those of the others.
    """

    pipeline_id: int
    pipeline_name: str
    pipeline_type_name: str
    owners: tuple[str, ...]
    execution_id: int
    failed_at: dt.datetime
    last_success_at: dt.datetime | None
    alert_id: int | None
    message: str


@dataclass(frozen=True, kw_only=True)
class UnfixedError:
    """Pipelines that fail with the same error: the same class and first line, but for numbers and identifiers.

    Attributes:
        fingerprint: Identifies the error, the same from one call to the next.
        error_class: Its class; `None` where it is not known.
        message: The first line of the newest of them.
        first_at, last_at: When the first and the last of them failed.
        count: How many pipelines fail with it.
        pipelines: The first of them, the newest failure first.
    """

    fingerprint: str
    error_class: str | None
    message: str
    first_at: dt.datetime
    last_at: dt.datetime
    count: int
    pipelines: tuple[UnfixedPipeline, ...]
