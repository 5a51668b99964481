"""Everything that Watcher raises on purpose.

    WatcherError
    ├── ConfigurationError           a setting is missing or wrong
    ├── DatabaseError
    │   ├── DatabaseUnavailableError PostgreSQL cannot be reached, went away, or cannot do it now
    │   ├── AccessDeniedError        the database's user, or the token of a server, may not do that
    │   ├── EmbeddedPostgresError    the embedded server cannot be set up, started or stopped
    │   └── SchemaVersionError       the schema is missing, older or newer than this version of Watcher
    ├── DeliveryError                a message could not be delivered
    ├── InvalidValueError            a value breaks a rule; also a ValueError
    ├── NotFoundError                nothing has that name or id; also a LookupError
    ├── ExecutionEndedError          the execution has ended already, with other values
    └── PipelineInactiveError        the pipeline is switched off

Every message names the value and the rule that it breaks. Facts stand in attributes too, so that callers need not
read messages.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from typing import Any


class WatcherError(Exception):
    """Base of all errors of Watcher."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Process pools pickle what a worker raises. Python would call the class with the message alone.
        return _restored, (type(self), self.args, vars(self))


def _restored(kind: type[WatcherError], args: tuple[Any, ...], facts: Mapping[str, Any]) -> WatcherError:
    error = kind.__new__(kind, *args)
    vars(error).update(facts)
    return error


class ConfigurationError(WatcherError):
    """A setting is missing or wrong; the message names the variable and shows an example."""


class DatabaseError(WatcherError):
    """The database cannot do its part."""


class DatabaseUnavailableError(DatabaseError):
    """PostgreSQL cannot be reached, went away, or cannot do it now. The call may be tried again.

    Attributes:
        is_reached: Whether it has answered, and cannot do it now: it is full, a lock is held, or it takes too long.
        is_locked: Whether a lock is held that what is about other rows may not need.
    """

    def __init__(self, message: str, *, is_reached: bool = False, is_locked: bool = False) -> None:
        super().__init__(message)
        self.is_reached = is_reached
        self.is_locked = is_locked


class AccessDeniedError(DatabaseError):
    """The database's user, or the token of a server, may not do that; nor the like of it, until somebody changes it.

    Attributes:
        pipelines: The pipelines that the token does not cover; what is about others may be done. Empty: so is all else.
    """

    def __init__(self, message: str, *, pipelines: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.pipelines = frozenset(pipelines)


class EmbeddedPostgresError(DatabaseError):
    """The embedded PostgreSQL cannot be set up, started or stopped."""


class SchemaVersionError(DatabaseError):
    """The database's schema is not the one that this version of Watcher works with."""

    def __init__(self, message: str, *, found: str | None, expected: str) -> None:
        super().__init__(message)
        self.found = found
        self.expected = expected


class DeliveryError(WatcherError):
    """A message could not be delivered.

    Attributes:
        retry_after: Seconds to wait before anything else goes to the same place, where the place has said so.
        refused: Whether the message itself was refused, so that another one may go through.
        in_any_form: Whether a plainer form of a refused message would be refused, too.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, refused: bool = False, in_any_form: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.refused = refused
        self.in_any_form = in_any_form


class InvalidValueError(WatcherError, ValueError):
    """A value breaks a rule."""


class NotFoundError(WatcherError, LookupError):
    """Nothing of that kind has that name or id."""

    def __init__(self, kind: str, reference: int | str) -> None:
        super().__init__(f"no {kind} {'with id ' if isinstance(reference, int) else 'named '}{_shown(reference)}")
        self.kind = kind
        self.reference = reference


class ExecutionEndedError(WatcherError):
    """The execution has ended already, with other values than these."""

    def __init__(self, execution_id: int, differences: dict[str, tuple[object, object]]) -> None:
        differing = ", ".join(f"{name} is {_shown(was)}, not {_shown(now)}" for name, (was, now) in differences.items())
        super().__init__(f"execution {execution_id} has already ended with other values: {differing}")
        self.execution_id = execution_id
        self.differences = differences


def _shown(value: object) -> str:
    if isinstance(value, dt.datetime):
        return str(value)
    return repr(value.value if isinstance(value, enum.Enum) else value)


class PipelineInactiveError(WatcherError):
    """The pipeline is switched off, so that no execution of it may start."""

    def __init__(self, pipeline_name: str) -> None:
        super().__init__(
            f"pipeline {pipeline_name!r} is inactive; "
            f"switch it on with: watcher pipelines set {pipeline_name!r} --active"
        )
        self.pipeline_name = pipeline_name
