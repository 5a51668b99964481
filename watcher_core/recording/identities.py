"""How an execution is found by its identity, `(source, external_id)`.

An identity in Dagster has 120 bytes and more, which would be half of all indexes. The unique index has two hashes of
64 bits in its place. Whoever looks an identity up compares it too, so that two whose hashes are equal never become one.
"""

from __future__ import annotations

# As the index has it.
KEY = "source, hashtextextended(external_id, 0), hashtextextended(external_id, 1)"


def is_identity(alias: str, source: str, external_id: str) -> str:
    """Return the condition by which a row of executions has an identity, all of SQL."""
    return f"""(
               {alias}.source = {source}
           AND hashtextextended({alias}.external_id, 0) = hashtextextended({external_id}, 0)
           AND hashtextextended({alias}.external_id, 1) = hashtextextended({external_id}, 1)
           AND {alias}.external_id = {external_id})"""


def full_metadata(alias: str) -> str:
    """Return the metadata of a row with what its identity says, all of SQL: that is not stored twice."""
    return f"watcher.full_metadata({alias}.source, {alias}.external_id, {alias}.execution_metadata)"


def stored_metadata(source: str, external_id: str, metadata: str) -> str:
    """Return metadata without what an identity says, all of SQL."""
    return f"watcher.stored_metadata({source}, {external_id}, {metadata})"
