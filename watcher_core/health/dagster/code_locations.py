"""Code locations that do not load: none of their schedules and sensors tick, and no sensor of theirs says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from watcher_core import text as words
from watcher_core.health.dagster.graphql import Answer, part, root_cause
from watcher_core.values import HealthFact

FAMILY: Final = "code locations"

QUERY: Final = """
{
  workspaceOrError {
    __typename
    ... on Workspace {
      locationEntries {
        name
        updatedTimestamp
        locationOrLoadError {
          __typename
          ... on PythonError { message className errorChain { isExplicitLink error { message className } } }
        }
      }
    }
    ... on Error { message }
  }
}
"""


@dataclass(frozen=True)
class CodeLocations:
    """Those that load, or are about to, and the errors of those that do not.

    Attributes:
        loaded: The names of those that load.
        errors: Why others do not, by their names.
        loaded_at: When each was loaded last, by its name.
    """

    loaded: tuple[str, ...]
    errors: Mapping[str, str]
    loaded_at: Mapping[str, float]

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of those that do not load."""
        return tuple(self.errors)


def parse(data: Answer) -> CodeLocations:
    """Read the answer.

    Raises:
        DagsterError: The workspace cannot be read.
    """
    entries = part(data, "workspaceOrError")["locationEntries"]
    errors = {
        entry["name"]: root_cause(entry["locationOrLoadError"])
        for entry in entries
        if (entry["locationOrLoadError"] or {}).get("__typename") == "PythonError"
    }
    return CodeLocations(
        loaded=tuple(entry["name"] for entry in entries if entry["name"] not in errors),
        errors=errors,
        loaded_at={entry["name"]: entry["updatedTimestamp"] for entry in entries},
    )


def judge(found: CodeLocations, *, key: str) -> Iterator[HealthFact]:
    """Name those that do not load."""
    for name, error in found.errors.items():
        yield HealthFact(
            "problem",
            "code location",
            f"does not load: {error}",
            "mend it, then reload it in Dagster; until then none of its schedules and sensors tick",
            key=f"{key}{FAMILY}/{name}",
            subject=f"code location {name}",
            page=("deployment", "locations"),
        )
    if not found.errors:
        load = "loads" if len(found.loaded) == 1 else "load"
        yield HealthFact("ok", "code location", f"{words.plural(len(found.loaded), 'code location')} {load}")
