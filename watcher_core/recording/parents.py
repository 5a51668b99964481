"""Parents that are recorded after what ran as part of them."""

from __future__ import annotations

from collections.abc import Mapping

from watcher_core.database import Driver
from watcher_core.enums import ExecutionSource
from watcher_core.recording.identities import is_identity

ADOPT = f"""
    UPDATE watcher.pipeline_execution AS child
       SET parent_id = parent.id
      FROM unnest(%(children)s::text[], %(parents)s::text[]) AS given (child, parent)
      JOIN watcher.pipeline_execution AS parent
        ON {is_identity("parent", "%(source)s::watcher.execution_source", "given.parent")}
     WHERE {is_identity("child", "%(source)s::watcher.execution_source", "given.child")}
       AND child.parent_id IS NULL
       AND child.id <> parent.id
"""


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
    return connection.execute(ADOPT, given).rowcount
