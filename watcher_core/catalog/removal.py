"""Pipelines that are gone from the code of their location, so that no check looks at them, and those that are back.

A location knows what is in its own code. What it had may have moved to a location that declares nothing, or to a job
outside Dagster: an execution that begins later shows it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import text
from watcher_core.database import Driver

logger = logging.getLogger("watcher")

# How many pipelines a message names.
SHOWN_NAMES = 10

# What a code location declares is in its code, wherever it was before.
DECLARE = sa.text("""
    UPDATE watcher.pipeline
       SET declared_by = :location, removed_at = NULL
     WHERE name = ANY(CAST(:names AS text[]))
       AND (declared_by IS DISTINCT FROM :location OR removed_at IS NOT NULL)
""")

REMOVE = sa.text("""
    UPDATE watcher.pipeline
       SET removed_at = now()
     WHERE declared_by = :location
       AND removed_at IS NULL
       AND NOT EXISTS (SELECT FROM unnest(CAST(:names AS text[])) AS declared (name)
                        WHERE declared.name = pipeline.name)
    RETURNING name
""")

# Who has it now is known of the runs of jobs alone; what is in no code by its name is never gone.
RESTORE = """
    UPDATE watcher.pipeline
       SET declared_by = seen.location, removed_at = NULL
      FROM unnest(CAST(%(names)s AS text[]), CAST(%(locations)s AS text[]), CAST(%(begun)s AS timestamptz[]))
               AS seen (name, location, begun)
     WHERE pipeline.name = seen.name
       AND pipeline.removed_at < seen.begun
"""


def declare_all(session: Session, *, names: Sequence[str], location: str) -> None:
    """Write that these are in the code of a location, and that what it had before, and has no more, is gone."""
    given = {"names": list(names), "location": location}
    session.execute(DECLARE, given)
    removed = session.scalars(REMOVE, given).all()
    if removed:
        shown = ", ".join(sorted(removed)[:SHOWN_NAMES]) + ("" if len(removed) <= SHOWN_NAMES else ", …")
        logger.warning(
            "%s gone from the code of %s, and no check looks at them: %s",
            text.plural(len(removed), "pipeline is", "pipelines are"),
            location,
            shown,
        )


def restore(connection: Driver, begun: Mapping[str, tuple[dt.datetime, str | None]]) -> None:
    """Write that pipelines which were gone are back, because work has begun in them since.

    Args:
        connection: The transaction.
        begun: When, and the code location whose job it was a run of, if any, by the pipeline.
    """
    names = sorted(begun)
    connection.execute(
        RESTORE,
        {
            "names": names,
            "begun": [begun[name][0] for name in names],
            "locations": [begun[name][1] for name in names],
        },
    )
