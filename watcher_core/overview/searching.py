"""What people look for by name: pipelines, addresses and alerts."""

from __future__ import annotations

from watcher_core import arguments, values
from watcher_core.database import OF_NAMES, Driver, pattern_of_names, taken_literally
from watcher_core.overview.pipelines import limit

MOST_HITS = 200
# Words beyond these are passed over: names are shorter.
MOST_WORDS = 10

# To look for each word's position, in a subquery, takes twice as long.
# PostgreSQL alone folds letters, of both: in a database of Turkish or of the locale C it does so otherwise than Python.
MATCHES = "lower({0}) LIKE ALL(ARRAY(SELECT lower(pattern) FROM unnest(CAST(%(patterns)s AS text[])) AS pattern))"


def _named(of: str) -> str:
    """What has a name with all words, or had one before."""
    return f"""
        SELECT id, name, name AS said FROM watcher.{of} WHERE {MATCHES.format("name")}
         UNION ALL
        SELECT {of}.id, {of}.name, alias.name
          FROM watcher.{of}_alias AS alias
          JOIN watcher.{of} ON {of}.id = alias.{of}_id
         WHERE {MATCHES.format("alias.name")}"""


SEARCH = f"""
    WITH named AS ({_named("pipeline")}
    ), place AS ({_named("address")}
    ), hit AS (
        SELECT 'pipeline' AS kind, named.id, named.name, said, type.name AS detail, named.name AS of_pipeline
          FROM named
          JOIN watcher.pipeline ON pipeline.id = named.id
          JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
         UNION ALL
        SELECT 'address', place.id, place.name, said, type.name, NULL
          FROM place
          JOIN watcher.address ON address.id = place.id
          JOIN watcher.address_type AS type ON type.id = address.address_type_id
         UNION ALL
        SELECT 'alert', alert.id, coalesce(pipeline.name, alert.facts ->> 'subject', 'Watcher'),
               coalesce(pipeline.name, alert.facts ->> 'subject', 'Watcher'),
               alert.kind || ', ' || alert.state, pipeline.name
          FROM watcher.alert
          LEFT JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id
         WHERE alert.state <> 'resolved'
           AND {MATCHES.format("coalesce(pipeline.name, alert.facts ->> 'subject', 'Watcher')")}
         UNION ALL
        SELECT 'alert', alert.id, coalesce(pipeline.name, alert.facts ->> 'subject', 'Watcher'), %(text)s,
               alert.kind || ', ' || alert.state, pipeline.name
          FROM watcher.alert
          LEFT JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id
         WHERE alert.id = %(number)s
    ), ranked AS (
        SELECT DISTINCT ON (kind, id) kind, id, name, detail,
               CASE WHEN lower(said) = lower(%(text)s) THEN 0
                    WHEN starts_with(lower(said), lower(%(text)s)) THEN 1
                    ELSE 2 END AS rank
          FROM hit
         WHERE CAST(%(names)s AS text) IS NULL
            OR of_pipeline IN (SELECT name FROM watcher.pipeline WHERE {OF_NAMES.format("id")})
         ORDER BY kind, id, rank
    )
    SELECT kind, id, name, detail
      FROM ranked
     ORDER BY rank, array_position(ARRAY['pipeline', 'address', 'alert'], kind), length(name), name, id
     LIMIT %(limit)s
"""


def search(connection: Driver, text: str, *, names: str | None = None, most: int) -> list[values.SearchHit]:
    """Return pipelines, addresses and alerts whose names contain all words of a text.

    Args:
        connection: The transaction.
        text: What to look for.
        names: Only pipelines that have such a name, and their alerts.
        most: At most so many.
    """
    most = limit(most, "limit", MOST_HITS)
    if not isinstance(text, str) or not text.strip():
        return []
    sought = arguments.text(text.strip(), "text")
    digits = sought.removeprefix("#")
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None
    patterns = [f"%{taken_literally(word)}%" for word in sought.split()[:MOST_WORDS]]
    given = {"text": sought, "patterns": patterns, "number": number, "names": pattern_of_names(names), "limit": most}
    return [
        values.SearchHit(kind=kind, id=found, name=name, detail=detail)
        for kind, found, name, detail in connection.execute(SEARCH, given)
    ]
