"""What executions are part of: no execution is part of itself, and a parent may be recorded after its children."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeVar

from watcher_core.database import Driver
from watcher_core.enums import ExecutionSource
from watcher_core.recording.identities import is_identity

Key = TypeVar("Key")


def may_be_parent(parent: str, child_id: str) -> str:
    """Return the condition by which a row is no part of an execution, so that it may be its parent, all of SQL.

    In a circle each failure would count as that of what ran in it, and nobody would hear of one.

    Args:
        parent: The alias of the row.
        child_id: The id of the execution; NULL for one that is new, which has nothing in it yet.
    """
    return f"""(
               {child_id} IS NULL
            OR {parent}.id <> {child_id}
           AND NOT EXISTS (
                    WITH RECURSIVE around AS (
                        SELECT {parent}.parent_id AS id
                         UNION
                        SELECT (SELECT parent_id FROM watcher.pipeline_execution WHERE id = around.id)
                          FROM around
                         WHERE around.id IS NOT NULL
                    )
                    SELECT FROM around WHERE id = {child_id}))"""


# Those that have no parent yet, of those that were recorded before theirs.
ORPHANS = f"""
    SELECT child.id, parent.id
      FROM unnest(%(children)s::text[], %(parents)s::text[]) AS given (child, parent)
      JOIN watcher.pipeline_execution AS parent
        ON {is_identity("parent", "%(source)s::watcher.execution_source", "given.parent")}
      JOIN watcher.pipeline_execution AS child
        ON {is_identity("child", "%(source)s::watcher.execution_source", "given.child")}
     WHERE child.parent_id IS NULL
"""

ADOPT = f"""
    UPDATE watcher.pipeline_execution AS child
       SET parent_id = parent.id
      FROM watcher.pipeline_execution AS parent
     WHERE child.id = ANY(%(children)s)
       AND child.parent_id IS NULL
       AND parent.id = %(parent)s
       AND {may_be_parent("parent", "child.id")}
"""


LINK = f"""
    UPDATE watcher.pipeline_execution AS child
       SET parent_id = parent.id
      FROM watcher.pipeline_execution AS parent
     WHERE child.id = %(child_id)s
       AND child.parent_id IS NULL
       AND {is_identity("parent", "CAST(%(source)s AS watcher.execution_source)", "%(external_id)s")}
       AND {may_be_parent("parent", "child.id")}
"""


def link(connection: Driver, execution_id: int, parent: tuple[str, str]) -> None:
    """Let an execution be part of a parent that may have come after it; one that has a parent keeps it.

    Args:
        connection: The transaction.
        execution_id: Which one.
        parent: The parent's source and external id; nothing happens where it is not known.
    """
    source, external_id = parent
    connection.execute(LINK, {"child_id": execution_id, "source": str(source), "external_id": external_id})


def adopt(connection: Driver, *, source: ExecutionSource, parents: Mapping[str, str]) -> int:
    """Let executions be part of parents that have come after them; those that have a parent keep it.

    Args:
        connection: The transaction.
        source: The source of all of them.
        parents: The parent's external id, by that of the child.

    Returns:
        How many have got a parent.
    """
    given = {"source": source.value, "children": list(parents), "parents": list(parents.values())}
    children: defaultdict[int, list[int]] = defaultdict(list)
    for child_id, parent_id in connection.execute(ORPHANS, given):
        children[parent_id].append(child_id)
    # One parent after the other: a statement does not see the circle that it closes itself.
    return sum(
        connection.execute(ADOPT, {"parent": parent_id, "children": found}).rowcount
        for parent_id, found in sorted(children.items())
    )


def generations(parents: Mapping[Key, Key | None]) -> Iterator[list[Key]]:
    """Divide executions so that parents come before their children: a child looks up its parent's row.

    Args:
        parents: The parent of each execution, which need not be among them.
    """
    waiting = dict(parents)
    while waiting:
        ready = [each for each, parent in waiting.items() if parent not in waiting or parent == each]
        if not ready:  # in a circle, one is written before its parent
            ready = [_in_circle(waiting)]
        yield ready
        for each in ready:
            del waiting[each]


def _in_circle(parents: Mapping[Key, Key | None]) -> Key:
    """Return one of a circle, where each execution has its parent among these."""
    each = next(iter(parents))
    seen: set[Key] = set()
    while each not in seen:
        seen.add(each)
        each = parents[each]  # type: ignore[assignment]  # each has one
    return each
