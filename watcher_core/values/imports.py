"""What an import from another system has found and done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ImportedRows:
    """What became of one kind of rows.

    Attributes:
        kind: pipelines, executions and others.
        found: How many the other system has.
        created: How many were new here.
        changed: How many were here, and have changed.
        here: How many are here now, by count; `None` where that is not counted.
    """

    kind: str
    found: int
    created: int = 0
    changed: int = 0
    here: int | None = None


@dataclass(frozen=True, kw_only=True)
class ImportNote:
    """Something that a person should know of what was imported.

    Attributes:
        what: What it is about, as in "executions that run there".
        count: How many there are.
        message: What the import does with them.
        examples: Some of them, by name or by their id in the other system.
    """

    what: str
    count: int
    message: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """An import, or what one would do.

    Attributes:
        source: The name that the identities of its executions begin with.
        dry_run: Whether nothing was written.
        rows: What became of the rows, by kind.
        notes: What a person should know.
        differences: Where what is here is less than what the other system has; empty where all is here.
        seconds: How long it took.
    """

    source: str
    dry_run: bool
    rows: tuple[ImportedRows, ...]
    notes: tuple[ImportNote, ...]
    differences: tuple[str, ...]
    seconds: float

    @property
    def verified(self) -> bool:
        """Whether all that the other system has is here."""
        return not self.dry_run and not self.differences
