"""What is behind an alert, in words: how much, whose, and which pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import catalog, text

# Pipelines and owners that are named; of the rest there is the number.
NAMED_PIPELINES = 10
NAMED_OWNERS = 3

BEHIND = sa.text(f"""
    WITH behind AS (
        -- One that fails is stale as well: it is counted once.
        SELECT DISTINCT ON (other.cause_alert_id, pipeline.id)
               other.cause_alert_id AS cause_id, pipeline.id, pipeline.name, other.kind = 'failure' AS is_failure,
               coalesce(other.facts ->> 'backfill' = cause.facts ->> 'backfill', false) AS is_of_backfill,
               {catalog.OWNERS} AS owners
          FROM (SELECT * FROM watcher.alert WHERE cause_alert_id = ANY(:ids) OFFSET 0) AS other
         -- By their ids, whatever statistics say.
         CROSS JOIN LATERAL (SELECT facts, pipeline_id
                               FROM watcher.alert
                              WHERE alert.id = other.cause_alert_id
                             OFFSET 0) AS cause
         CROSS JOIN LATERAL (SELECT id, name, pipeline_metadata
                               FROM watcher.pipeline
                              WHERE pipeline.id = other.pipeline_id
                             OFFSET 0) AS pipeline
         WHERE other.state IN ('open', 'acknowledged', 'snoozed')
           AND other.pipeline_id <> cause.pipeline_id
         ORDER BY other.cause_alert_id, pipeline.id, other.kind <> 'failure', other.id
    )
    SELECT cause_id, is_failure, count(*) AS pipelines, bool_and(is_of_backfill) AS are_of_backfill,
           (array_agg(name ORDER BY name))[1 : {NAMED_PIPELINES}] AS names,
           (SELECT array_agg(DISTINCT owner ORDER BY owner)
              FROM behind AS each
             CROSS JOIN LATERAL jsonb_array_elements_text(each.owners) AS owner
             WHERE each.cause_id = behind.cause_id
               AND each.is_failure = behind.is_failure) AS owners
      FROM behind
     GROUP BY cause_id, is_failure
""")


@dataclass(frozen=True, kw_only=True)
class Group:
    """Pipelines behind an alert.

    Attributes:
        count: How many.
        names: The first of them.
        owners: Who owns them.
    """

    count: int = 0
    names: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    def listed(self) -> str:
        """Their names, as in `a, b and 5 more`."""
        more = self.count - len(self.names)
        return ", ".join(self.names) + (f" and {more:,} more" if more > 0 else "")


@dataclass(frozen=True, kw_only=True)
class Behind:
    """What is behind an alert, and not resolved.

    Attributes:
        held_up: Pipelines downstream, whose data is stale, late or missing.
        alike: Pipelines that fail with the same error, or in the same backfill.
        is_backfill: Whether all of those fail in the same backfill.
    """

    held_up: Group = field(default_factory=Group)
    alike: Group = field(default_factory=Group)
    is_backfill: bool = False

    def in_words(self, *, is_over: bool = False) -> str:
        """As in `, and 59 others with the same error, and 7 behind it, of sales and finance`; empty for nothing.

        Args:
            is_over: Whether the alert itself is over.
        """
        still = " still failing" if is_over else f" {'in' if self.is_backfill else 'with'} the {self._same}"
        alike = f", and {text.plural(self.alike.count, 'other')}{still}" if self.alike.count else ""
        if not self.held_up.count:
            return alike
        wait = " not good again yet" if is_over else " behind it"
        return f"{alike}, and {self.held_up.count:,}{wait}{_of_owners(self.held_up.owners)}"

    def lines(self, *, is_over: bool = False) -> list[str]:
        """A line for each kind, with names."""
        words = ("Still failing", "Not good again yet") if is_over else (self._same.capitalize(), "Behind it")
        groups = zip(words, (self.alike, self.held_up), strict=True)
        return [f"{word}: {group.listed()}" for word, group in groups if group.count]

    @property
    def _same(self) -> str:
        return "same backfill" if self.is_backfill else "same error"


NOTHING = Behind()


def read_behind(session: Session, ids: Sequence[int]) -> dict[int, Behind]:
    """Return what is behind alerts, by the id of each that has something behind it."""
    found: dict[int, Behind] = {}
    for row in session.execute(BEHIND, {"ids": list(ids)}):
        group = Group(count=row.pipelines, names=tuple(row.names), owners=tuple(row.owners or ()))
        known = found.get(row.cause_id, NOTHING)
        found[row.cause_id] = (
            replace(known, alike=group, is_backfill=row.are_of_backfill)
            if row.is_failure
            else replace(known, held_up=group)
        )
    return found


def _of_owners(owners: Sequence[str]) -> str:
    """As in `, of sales and finance`, without what Dagster writes before the name of a team."""
    if not owners:
        return ""
    names = [owner.removeprefix("team:") for owner in owners[:NAMED_OWNERS]]
    if more := len(owners) - len(names):
        names.append(f"{more:,} more")
    return f", of {', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else f", of {names[0]}"
