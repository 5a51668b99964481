"""`Watcher`'s methods that find stale data, late executions, failing pipelines and checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from watcher_core import alerts, arguments, catalog, checks, database, overview, recording, values
from watcher_core.client.connection import WITHOUT_COMPILER
from watcher_core.client.heartbeats import HeartbeatMethods
from watcher_core.enums import AlertKind, ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.health import Round

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# A hundred years; a longer one is a typing error, and reaches back beyond the dates that there are.
LONGEST_LOOKBACK_MINUTES = 100 * 366 * 24 * 60

# One check of a kind at a time: the later one has the newer findings, and so knows what to resolve.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('watcher.check/' || %(kind)s, 0))"

# Enough for what a check finds: with less, it is written to files, several times over.
MEMORY = """
    SELECT set_config('work_mem', '64MB', true)
     WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('64MB')
"""

# The checks that can be restricted to one pipeline.
OF_ONE_PIPELINE = (AlertKind.FRESHNESS, AlertKind.TIMELINESS)


class CheckMethods(HeartbeatMethods):
    """The checks, which open and resolve alerts."""

    def check_freshness(
        self, *, pipeline: int | str | None = None, now: dt.datetime | None = None, dry_run: bool = False
    ) -> list[values.Finding]:
        """Find the pipelines whose data is stale. Open an alert for each, and resolve the alerts of the others.

        Data is stale when its last insert, update or soft delete, or else the pipeline's creation, is longer ago than
        the pipeline's `freshness_number` of `freshness_datepart`, else its type's. Pipelines without a threshold,
        inactive ones, and those that are muted, themselves or by their type, are not checked.

        Args:
            pipeline: Check this pipeline only, by id or name; the alerts of all others stay as they are.
            now: The time at which age is measured, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            A finding for each stale pipeline, the longest overdue first; `new` where it was not found before.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
        """
        with self._begin_check(AlertKind.FRESHNESS, pipeline, now, dry_run=dry_run) as (session, moment, pipeline_id):
            opening = None if dry_run else _opening(session, AlertKind.FRESHNESS)
            found = checks.check_freshness(session, now=moment, pipeline_id=pipeline_id, opening=opening)
            if not dry_run:
                _resolve_others(session, AlertKind.FRESHNESS, found, moment, pipeline_id)
        return found

    def check_timeliness(
        self,
        *,
        pipeline: int | str | None = None,
        lookback_minutes: int = 60,
        since: dt.datetime | None = None,
        now: dt.datetime | None = None,
        dry_run: bool = False,
    ) -> list[values.Finding]:
        """Find the executions that take, or took, too long. Open an alert for each, and resolve those that are over.

        Thresholds are found as for `check_freshness`.

        Args:
            pipeline: Check executions of this pipeline only, by id or name; the alerts of all others stay as they are.
            lookback_minutes: Ended executions are checked if they ended within so many minutes before `since`, or
                later. Running ones are checked however old they are.
            since: The time of the last check, with time zone; by default of the last one of all pipelines that
                succeeded, so that none is missed however long ago that was.
            now: The time at which durations are measured, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            A finding for each late execution, oldest first; `new` where it was not found before, running or ended.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
        """
        minutes = arguments.count_within(lookback_minutes, "lookback_minutes", 1, LONGEST_LOOKBACK_MINUTES)
        last = None if since is None else arguments.instant(since, "since")
        with self._begin_check(AlertKind.TIMELINESS, pipeline, now, dry_run=dry_run) as (session, moment, pipeline_id):
            checked = last or checks.last_checked(session, kind=AlertKind.TIMELINESS) or moment
            begin = _before(min(checked, moment), minutes)
            opening = None if dry_run else _opening(session, AlertKind.TIMELINESS)
            found = checks.check_timeliness(session, since=begin, now=moment, pipeline_id=pipeline_id, opening=opening)
            if not dry_run:
                late = [finding for finding in found if not checks.late_is_over(finding)]
                _resolve_others(session, AlertKind.TIMELINESS, late, moment, pipeline_id)
        return found

    def check_stuck(self, *, now: dt.datetime | None = None, dry_run: bool = False) -> list[values.Finding]:
        """Find the executions that will not end. Open an alert for each, and resolve those of the others.

        That is, those outside Dagster of whose process no heartbeat came for 3 minutes, and all that have run for five
        times the 95th percentile of their pipeline's last 50 successes, and for an hour at least. The latter are not
        looked for where the pipeline has a rule for timeliness, or that is muted. Those whose process this host sees to
        be gone are ended as failed first.

        Args:
            now: The time at which durations are measured, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            A finding for each execution, oldest first; `new` where it has no open alert.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._begin_check(AlertKind.STUCK, None, now, dry_run=dry_run) as (session, moment, _):
            if not dry_run:
                connection = database.driver(session)
                recording.end_gone(connection, home=self.settings.home, now=database.clock(connection))
                recording.forget_ended(connection)
            found = checks.check_stuck(session, now=moment)
            if not dry_run:
                _update_alerts(session, AlertKind.STUCK, found, moment)
                recording.end_silent(connection, checks.silent_and_made_good(session, now=moment), now=moment)
        return found

    def check_missed(self, *, now: dt.datetime | None = None, dry_run: bool = False) -> list[values.Finding]:
        """Find the pipelines that usually run by now, and have not, and the assets that automation was to make.

        How often a pipeline runs is learned from its history, once a day; where that has no rhythm, or is shorter than
        three weeks, nothing is found. Pipelines with a rule for freshness, inactive ones, and those whose freshness is
        muted, themselves or by their type, are not checked. Alerts are opened where `WATCHER_LEARN_CADENCE` is `alert`;
        where it is `off`, nothing is learned.

        An asset with the automation condition `eager` whose upstream has been newer for 15 minutes, and one that was
        never made and that Dagster does not make by itself, has an alert whatever the setting says. The alerts of what
        has run are resolved.

        Args:
            now: The time by which runs should have come, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            A finding for each pipeline, the longest overdue first; `new` where it was not found before.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._begin_check(AlertKind.MISSED, None, now, dry_run=dry_run) as (session, moment, _):
            wanted = self.settings.learn_cadence
            learned = [] if wanted == "off" else checks.check_missed(session, now=moment, dry_run=dry_run)
            automated = checks.check_automation(session, now=moment, dry_run=dry_run)
            if not dry_run:
                found = [*automated, *(learned if wanted == "alert" else [])]
                # Who asks with another setting, as in a shell, ends no alert of what has not come yet.
                still = (
                    checks.missed_elsewhere(session, now=moment)
                    if wanted == "off"
                    else [finding.deduplication_key for finding in learned]
                )
                _update_alerts(session, AlertKind.MISSED, found, moment, still)
        return [*automated, *learned]

    def declare_automation(self, assets: Sequence[values.AutomatedAsset], *, location: str, instance_id: str) -> None:
        """Record which assets of a code location Dagster's automation is to make; it is what `check_missed` compares.

        Args:
            assets: All of that location whose condition is `eager` or `on_missing`, and whose sensor runs.
            location: The code location.
            instance_id: The Dagster instance that has loaded it.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        now = self._clock()
        with self._transaction() as (session, _):
            checks.declare_automation(session, assets=assets, location=location, instance_id=instance_id, now=now)

    def failed_partitions(self, pipelines: Collection[str], *, location: str, instance_id: str) -> dict[str, set[str]]:
        """Return the partitions that have failed, or an asset check of which has, and were not made good, by pipeline.

        Args:
            pipelines: The pipelines to look at, by name.
            location: The code location that has declared them, as `configure_pipelines` was given it; those that
                another one has declared are left out.
            instance_id: The Dagster instance that they failed in.
        """
        with self._driver_transaction() as (connection, _):
            return checks.failed_partitions(connection, pipelines=pipelines, location=location, instance_id=instance_id)

    def mark_removed_partitions(
        self, removed: Mapping[str, Collection[str]], *, pipelines: Collection[str], instance_id: str
    ) -> int:
        """Record which partitions that have failed are gone from the code: their failures and checks count no more.

        Args:
            removed: Those partitions, by the names of their pipelines. A partition that is back counts again.
            pipelines: The pipelines that were looked at, by name.
            instance_id: The Dagster instance that they failed in.

        Returns:
            How many failures and results of asset checks count no more, or count again.
        """
        with self._driver_transaction() as (connection, _):
            return checks.mark_removed_partitions(
                connection, removed=removed, pipelines=pipelines, instance_id=instance_id
            )

    def check_failures(self, *, now: dt.datetime | None = None, dry_run: bool = False) -> list[values.Finding]:
        """Find the pipelines that fail. Open an alert for each, and resolve those of pipelines that succeeded since.

        A pipeline fails when its last executions failed, as many in a row as its `failure_number` says, else its
        type's, else one. A run and its retries are one try; a failure belongs to the asset, not also to its run.

        Args:
            now: The time of the check, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            A finding for each pipeline, with its newest failed execution; `new` where that was not found before, or
            the failure of another of its partitions was not.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._begin_check(AlertKind.FAILURE, None, now, dry_run=dry_run) as (session, moment, _):
            found, unsaid = checks.check_failures(session, now=moment, dry_run=dry_run)
            if not dry_run:
                still = [*checks.standing_backfills(session), *(finding.deduplication_key for finding in found)]
                _update_alerts(session, AlertKind.FAILURE, unsaid, moment, still)
                # What was made good since, of what an alert lists.
                alerts.correct_alerts(
                    session,
                    [
                        finding
                        for finding in unsaid
                        if not finding.new and finding.execution_state is ExecutionState.FAILED
                    ],
                )
        return found

    def check_asset_checks(self, *, now: dt.datetime | None = None, dry_run: bool = False) -> list[values.Finding]:
        """Find Dagster's asset checks that do not pass. Open an alert for each, and resolve those of the others.

        A result counts until a later one of the same partition replaces it. The severity WARN is a warning, ERROR an
        error. Checks that gave no result, and those that have not run for long although their asset was materialized,
        are found, too; those of pipelines that are inactive or muted are not.

        Args:
            now: The time of the check, with time zone; the present by default.
            dry_run: Write nothing.

        Returns:
            A finding for each check; `new` where a result was not found before.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._begin_check(AlertKind.ASSET_CHECK, None, now, dry_run=dry_run) as (session, moment, _):
            found = checks.check_asset_checks(session, now=moment, dry_run=dry_run)
            if not dry_run:
                _update_alerts(session, AlertKind.ASSET_CHECK, found, moment)
                # Partitions that pass again are no news, and are not named any more.
                alerts.correct_alerts(session, {finding.deduplication_key: finding for finding in found}.values())
        return found

    def check_pipeline(
        self, pipeline: int | str, kind: AlertKind | str, *, now: dt.datetime | None = None
    ) -> values.PipelineCheck:
        """Check one pipeline and return the findings with all that explains them. Writes nothing.

        What is returned is read by one statement, so all of it is of one moment.

        Args:
            pipeline: Its id or name.
            kind: `freshness` or `timeliness`. Timeliness checks all executions that are running, the newest one, and
                those that ended after it, of the 100 that started last.
            now: The time at which age and duration are measured, with time zone; the present by default.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
        """
        asked = _of_one_pipeline(kind)
        moment = None if now is None else arguments.instant(now, "now")
        with self._driver_statements() as (connection, _):
            return overview.check_pipeline(connection, reference=pipeline, kind=asked, now=moment)

    def thresholds(self, *, pipeline: int | str | None = None) -> list[values.EffectiveThreshold]:
        """Return the thresholds that hold: for each pipeline and check its own, else its type's.

        Args:
            pipeline: Of this pipeline only, by id or name.

        Raises:
            NotFoundError: The pipeline is not known.
        """
        with self._driver_transaction() as (connection, _):
            ids = None if pipeline is None else [catalog.find_pipeline_id(connection, pipeline)]
            return list(checks.select_thresholds(connection, pipeline_ids=ids))

    def rule_coverage(self, kind: AlertKind | str) -> values.RuleCoverage:
        """Return how many pipelines have a rule for a check: nothing is found of those that have none.

        Args:
            kind: `freshness` or `timeliness`.

        Raises:
            InvalidValueError: It is another kind.
        """
        asked = _of_one_pipeline(kind)
        with self._transaction() as (session, _):
            return checks.count_rules(session, kind=asked)

    @contextmanager
    def _begin_check(
        self, kind: AlertKind, pipeline: int | str | None, now: dt.datetime | None, *, dry_run: bool
    ) -> Iterator[tuple[Session, dt.datetime, int | None]]:
        moment = None if now is None else arguments.instant(now, "now")
        with self._transaction() as (session, _):
            database.driver(session).execute(WITHOUT_COMPILER)
            database.driver(session).execute(MEMORY)
            pipeline_id = None if pipeline is None else catalog.get_pipeline(session, pipeline).id
            if not dry_run:
                database.driver(session).execute(LOCK, {"kind": kind.value})
            # After the wait for the lock, by the clock that executions are dated by.
            began = moment or database.clock(database.driver(session))
            yield session, began, pipeline_id
            if not dry_run and pipeline is None:
                checks.mark_checked(session, kind=kind, now=began)
        if not dry_run:
            with self._transaction() as (session, _):
                alerts.link_causes(session, now=began)
        if not dry_run and pipeline is None:
            self._end_round(Round.CHECKS)


def _opening(session: Session, kind: AlertKind) -> checks.Opening:
    """Let a check open its alerts itself; before it reads which are open, no other may write them."""
    alerts.lock_alerts(session, [kind])
    return checks.Opening(alerts.OPENING, alerts.OPENING_GIVEN)


def _update_alerts(
    session: Session,
    kind: AlertKind,
    found: list[values.Finding],
    now: dt.datetime,
    standing: Sequence[str] = (),
) -> None:
    database.read_by_index(session)
    alerts.open_alerts(session, found, now=now)
    _resolve_others(session, kind, found, now, None, standing)


def _resolve_others(
    session: Session,
    kind: AlertKind,
    found: list[values.Finding],
    now: dt.datetime,
    pipeline_id: int | None,
    standing: Sequence[str] = (),
) -> None:
    database.read_by_index(session)
    still = [*standing, *(finding.deduplication_key for finding in found)]
    alerts.resolve_gone_alerts(session, kind=kind, still=still, now=now, pipeline_id=pipeline_id)


def _of_one_pipeline(kind: AlertKind | str) -> AlertKind:
    asked = arguments.choice(kind, AlertKind, "kind")
    if asked not in OF_ONE_PIPELINE:
        raise InvalidValueError(
            f"kind is {asked.value!r}; it must be {' or '.join(repr(each.value) for each in OF_ONE_PIPELINE)}"
        )
    return asked


def _before(moment: dt.datetime, minutes: int) -> dt.datetime:
    try:
        return moment - dt.timedelta(minutes=minutes)
    except OverflowError:  # before the year 1
        return dt.datetime.min.replace(tzinfo=dt.UTC)
