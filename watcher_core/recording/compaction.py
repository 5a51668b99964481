"""Metadata of executions that says what their identity says, as earlier versions stored it, shortened in place.

One page of the table a call, by primary key: whoever calls commits in between. What another transaction has locked is
passed over, so that neither waits for the other; the next call of all pages finds it.
"""

from __future__ import annotations

from dataclasses import dataclass

from watcher_core.database import Driver
from watcher_core.recording.identities import stored_metadata

# The queues of exports pass over what is rewritten and means the same.
REWRITING = "SET LOCAL watcher.is_rewriting = 'on'"

LAST_OF_PAGE = """
    SELECT max(id)
      FROM (SELECT id FROM watcher.pipeline_execution WHERE id > %(after)s ORDER BY id LIMIT %(size)s) AS page
"""

SHORTENED = stored_metadata("source", "external_id", "execution_metadata")

SHORTEN = f"""
    UPDATE watcher.pipeline_execution
       SET execution_metadata = {SHORTENED}
     WHERE id IN (SELECT id
                    FROM watcher.pipeline_execution
                   WHERE id > %(after)s
                     AND id <= %(last_id)s
                     AND execution_metadata <> {SHORTENED}
                     FOR UPDATE SKIP LOCKED)
"""


# The room of the rows as they were is free for those of the next pages, so that the table hardly grows. Only its owner
# may; for another role PostgreSQL does it itself, some time later.
FREE_ROOM = "VACUUM watcher.pipeline_execution"
TENTH = "SELECT coalesce(max(id), 0) / 10 FROM watcher.pipeline_execution"


@dataclass(frozen=True)
class CompactedPage:
    """A page that was looked at.

    Attributes:
        shortened: How many executions were rewritten.
        last_id: Where the next page begins; `None` where there is none.
    """

    shortened: int
    last_id: int | None


def tenth_of_executions(connection: Driver) -> int:
    """Return how many ids are a tenth of all: so many are rewritten before their room is freed."""
    row = connection.execute(TENTH).fetchone()
    return 0 if row is None else int(row[0])


def free_room(connection: Driver) -> None:
    """Free the room of rows that were rewritten; outside of a transaction."""
    connection.commit()  # behind a pooler, one has begun
    connection.execute(FREE_ROOM)


def compact_page(connection: Driver, *, after: int, size: int) -> CompactedPage:
    """Shorten the metadata of a page of executions, in a transaction of its own.

    Args:
        connection: The transaction.
        after: The id before the page.
        size: How many rows it has.
    """
    row = connection.execute(LAST_OF_PAGE, {"after": after, "size": size}).fetchone()
    last_id = None if row is None else row[0]
    if last_id is None:
        return CompactedPage(0, None)
    connection.execute(REWRITING)
    shortened = connection.execute(SHORTEN, {"after": after, "last_id": last_id}).rowcount
    return CompactedPage(shortened, int(last_id))
