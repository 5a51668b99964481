"""The message about the alerts of a parcel: they are read, put into words, and brought along as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from psycopg.rows import dict_row
from sqlalchemy.orm import Session

from watcher_core import catalog, database, text
from watcher_core.alerts import alerts, digest, incidents, messages, slack
from watcher_core.alerts.blocked import BLOCKED
from watcher_core.alerts.context import STALE_RUNS, SUCCESSES
from watcher_core.alerts.notification import Notification
from watcher_core.alerts.parcels import OVER, Parcel, destination_name
from watcher_core.alerts.quiet import Collection
from watcher_core.alerts.routes import Routes
from watcher_core.alerts.titles import is_louder
from watcher_core.enums import AlertEvent

# What a message has from the pipeline and its executions, as `messages.Notice` names it; and its owners.
CONTEXT = (
    "run_id", "ending_run_id", "is_asset", "is_removed", "runbook", "last_success_at", "last_success_scope",
    "usual_seconds", "blocked", "stale_runs",
)  # fmt: skip

# In which a message about several kinds lists what happened.
ORDER = [
    AlertEvent.OPENED,
    AlertEvent.REOPENED,
    AlertEvent.UPDATED,
    AlertEvent.REMINDED,
    AlertEvent.ACKNOWLEDGED,
    AlertEvent.SNOOZED,
    AlertEvent.RESOLVED,
    AlertEvent.MISSED,
]

NOTICES = f"""
    SELECT alert.*,
           watcher.full_metadata(execution.source, execution.external_id, execution.execution_metadata) ->> 'run_id'
           AS run_id,
           watcher.full_metadata(ending.source, ending.external_id, ending.execution_metadata) ->> 'run_id'
           AS ending_run_id,
           pipeline.pipeline_metadata -> 'owners' AS owners,
           {catalog.RUNBOOK} AS runbook,
           CASE WHEN alert.kind = 'failure' AND NOT {catalog.is_ad_hoc("execution")}
                THEN good.last_success_at END AS last_success_at,
           good.last_success_scope,
           CASE WHEN alert.kind = 'timeliness' THEN good.usual_seconds END AS usual_seconds,
           {BLOCKED} AS blocked,
           CASE WHEN alert.kind = 'freshness' AND alert.state <> 'resolved'
                THEN ({STALE_RUNS}) END AS stale_runs,
           coalesce(newest.is_asset, false) AS is_asset,
           pipeline.removed_at IS NOT NULL OR coalesce(gone.is_removed, false) AS is_removed
      FROM ({alerts.SELECT}
             WHERE alert.id = ANY(%(ids)s)
            OFFSET 0) AS alert -- these before all else, whatever statistics say
      LEFT JOIN watcher.pipeline ON pipeline.id = alert.pipeline_id
      LEFT JOIN watcher.pipeline_execution AS execution
        ON execution.id = alert.pipeline_execution_id
       AND execution.source = 'dagster'
      LEFT JOIN watcher.pipeline_execution AS ending
        ON ending.id = CAST(alert.resolution ->> 'execution_id' AS bigint)
       AND ending.source = 'dagster'
      LEFT JOIN LATERAL (
           SELECT pipeline_execution.source = 'dagster'
              AND (watcher.full_metadata(source, external_id, execution_metadata) ->> 'step_key' IS NOT NULL
                   OR starts_with(pipeline_execution.external_id, 'runless/')) AS is_asset
             FROM watcher.pipeline_execution
            WHERE pipeline_execution.pipeline_id = alert.pipeline_id
            ORDER BY pipeline_execution.start_date DESC
            LIMIT 1) AS newest ON true
     CROSS JOIN LATERAL (
           SELECT max(end_date) AS last_success_at,
                  (array_agg(scope ORDER BY end_date DESC))[1] AS last_success_scope,
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) AS usual_seconds
             FROM ({SUCCESSES}) AS success) AS good
      LEFT JOIN LATERAL (
           SELECT true AS is_removed
             FROM watcher.asset_check
            WHERE asset_check.pipeline_id = alert.pipeline_id
              AND alert.deduplication_key = 'asset_check/' || asset_check.id
              AND asset_check.removed_at IS NOT NULL) AS gone ON true
"""


@dataclass(frozen=True)
class Composer:
    """Writes messages.

    Attributes:
        routes: Say what mentions an owner in a destination.
        dagster_url: Where links to Dagster lead.
        board_url: Where links to the board lead.
        environment: What the deployment is called.
    """

    routes: Routes
    dagster_url: str | None = None
    board_url: str | None = None
    environment: str | None = None

    def write(self, session: Session, parcels: Sequence[Parcel], *, now: dt.datetime) -> list[slack.SlackMessage]:
        """Write the messages about parcels, in their order. What they are about is read at once, not for each."""
        database.read_by_index(session)
        alone = [parcel for parcel in parcels if parcel.collection is None]
        shown = {alert_id for parcel in alone for alert_id in _shown(parcel)}
        causes = {parcel.cause_id for parcel in alone if parcel.cause_id is not None}
        read = self._notices(session, [*shown, *causes], now) if alone else {}
        behind = incidents.read_behind(session, list(shown)) if alone else {}
        return [
            self._message(parcel, read, behind, now=now)
            if parcel.collection is None
            else self._collected(session, parcel, parcel.collection, now=now)
            for parcel in parcels
        ]

    def _message(
        self,
        parcel: Parcel,
        read: Mapping[int, messages.Notice],
        behind: Mapping[int, incidents.Behind],
        *,
        now: dt.datetime,
    ) -> slack.SlackMessage:
        before = {
            each.id: each.level_before
            for each in parcel.alerts
            if each.level_before and each.id in read and is_louder(read[each.id].alert.level, each.level_before)
        }
        notices = [
            replace(self._of_parcel(parcel, read[alert_id]), level_before=before.get(alert_id))
            for alert_id in _shown(parcel)
            if alert_id in read
        ]
        cause = None if parcel.cause_id is None else read.get(parcel.cause_id)
        written = messages.message(
            notices[: messages.SHOWN],
            event=parcel.event,
            kind=parcel.kind,
            level=parcel.level,
            total=len(parcel.alerts),
            subjects=len({each.subject.pipeline_name or each.id for each in parcel.alerts}),
            now=now,
            dagster_url=self.dagster_url,
            board_url=self.board_url,
            environment=self.environment,
            behind=behind,
            cause=None if cause is None else self._of_parcel(parcel, cause),
            unlisted=[(each.subject.level, each.level_before) for each in parcel.alerts[messages.SHOWN :]],
        )
        about = Notification(
            event=parcel.event,
            alerts=tuple(notice.alert for notice in notices),
            sent_at=now,
            environment=self.environment,
            links={notice.alert.id: self._links(notice) for notice in notices},
            owners={notice.alert.id: notice.owners for notice in notices},
            blocked={notice.alert.id: notice.blocked for notice in notices},
            cause=None if cause is None else cause.alert,
            levels_before=before,
        )
        return replace(written, notification=about)

    def _collected(
        self, session: Session, parcel: Parcel, collection: Collection, *, now: dt.datetime
    ) -> slack.SlackMessage:
        place = destination_name(parcel.destination)
        before = {each.id: each.level_before for each in parcel.alerts if each.level_before is not None}
        by_event: dict[AlertEvent | None, list[int]] = {}
        for part in sorted(parcel.parts, key=lambda part: ORDER.index(part.event)):
            by_event.setdefault(part.event, []).extend(part.ids)
        totals = {event: len(ids) for event, ids in by_event.items()}
        if collection is Collection.DIGEST:
            by_event[None], totals[None] = digest.still_open(session, destination=place, besides=parcel.ids)
        parts = []
        for event, ids in by_event.items():
            read = self._notices(session, ids[: digest.SHOWN], now)
            if read:
                listed = [read[alert_id].alert for alert_id in ids if alert_id in read]
                parts.append(digest.Part(event, listed, totals[event]))
        passed = digest.came_and_went(session, destination=place, now=now)
        return digest.message(
            parts,
            behind=incidents.read_behind(session, [alert.id for part in parts for alert in part.alerts]),
            levels_before=before,
            collection=collection,
            passed=passed,
            now=now,
            board_url=self.board_url,
            environment=self.environment,
        )

    def _notices(self, session: Session, ids: Iterable[int], now: dt.datetime) -> dict[int, messages.Notice]:
        """What messages say of alerts, by the id of each that is there; whom they mention depends on the place."""
        found = {}
        given = {"ids": list(ids), "now": now}
        rows = database.driver(session).cursor(row_factory=dict_row).execute(NOTICES, given)
        for fields in rows:
            context = {name: fields.pop(name) for name in CONTEXT}
            owners = text.parse_owners(fields.pop("owners"))
            found[fields["id"]] = messages.Notice(alerts.from_row(fields), **context, owners=owners)
        return found

    def _of_parcel(self, parcel: Parcel, notice: messages.Notice) -> messages.Notice:
        """What a message says of an alert where it goes. That it is over leads to the run that has ended it."""
        run_id = notice.ending_run_id if parcel.event is AlertEvent.RESOLVED else None
        return replace(notice, mentions=self._mentions(parcel, notice.owners), run_id=run_id or notice.run_id)

    def _mentions(self, parcel: Parcel, owners: tuple[str, ...]) -> tuple[str, ...]:
        """What mentions the owners; nobody is called for what is over."""
        if parcel.destination is None or parcel.event in OVER:
            return ()
        mentions = (self.routes.mention(owner, parcel.destination) for owner in owners)
        return tuple(mention for mention in mentions if mention is not None)

    def _links(self, notice: messages.Notice) -> dict[str, str]:
        found = {}
        if self.board_url:
            found["alert"] = slack.page(self.board_url, "ui", "alerts", str(notice.alert.id))
        if self.dagster_url and notice.run_id:
            found["run"] = slack.page(self.dagster_url, "runs", notice.run_id)
        if self.dagster_url and notice.is_asset and notice.alert.pipeline_name is not None:
            found["asset"] = slack.page(self.dagster_url, "assets", *notice.alert.pipeline_name.split("/"))
        if page := slack.dagster_page(self.dagster_url, notice.alert.facts):
            found["dagster"] = page
        return found


def _shown(parcel: Parcel) -> list[int]:
    """The alerts that a message is about, as far as it lists them."""
    most = (parcel.destination and parcel.destination.most) or messages.SHOWN
    return parcel.ids[:most]
