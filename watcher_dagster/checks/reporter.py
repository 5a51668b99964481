"""Reports the findings of the check jobs to Dagster's UI, outside the runs of the assets.

An asset with our check gets an evaluation of it; any other asset gets an observation, which the UI shows among its
events. Only changes are reported: new findings, and those that are over. Candidates are the alerts that were opened or
resolved since the last check that reported; each is compared with the last verdict that Dagster has. So a job that died
before it reported is made up for, and nothing is reported twice.

Which assets have our check is known from the definitions of this code location; for other locations, from the event log
once the check has run there.
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import dagster as dg

from watcher_core import AlertKind, AlertState, Finding, Watcher, WatcherError
from watcher_dagster import compat
from watcher_dagster.checks.verdicts import (
    CHECK_KEY,
    FINDING_KEY,
    PASSED_KEY,
    Verdict,
    in_time,
    of_finding,
)
from watcher_dagster.identity import CHECK_NAMES, asset_pipeline_name, named_asset_key
from watcher_dagster.recorder import is_outage

log = logging.getLogger("watcher.dagster")

# Clocks of two hosts differ, and a check takes time. What is seen twice is reported once.
OVERLAP: Final = dt.timedelta(minutes=10)

# Alerts to compare; in a storm of more, the oldest are left out.
MOST_CHANGES: Final = 100_000

# SQLite takes no more than a thousand parameters in a query.
BATCH_KEYS: Final = 500

# How far to look back for our last observation of the same check; all newer ones are ours too.
OBSERVATIONS: Final = 20

UNRESOLVED: Final = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


def report_changes(
    instance: dg.DagsterInstance,
    watcher: Watcher,
    *,
    kind: AlertKind,
    found: Sequence[Finding],
    since: dt.datetime | None,
    repository: dg.RepositoryDefinition | None = None,
    now: dt.datetime | None = None,
) -> int:
    """Report the verdicts on assets whose verdict has changed.

    Args:
        instance: Where the assets are.
        watcher: Where the alerts are.
        kind: The check that ran.
        found: All its findings.
        since: When the last check that reported began; `None` where that is not known.
        repository: The code location that this runs in, where there is one.
        now: The time of the check.

    Returns:
        How many verdicts were reported.
    """
    findings = {finding.pipeline_name: finding for finding in found}  # the newest of each
    names = _changed(watcher, kind, found, since)
    keys = {named_asset_key(name): name for name in names}
    keys = {key: name for key, name in keys.items() if asset_pipeline_name(key) == name}
    assets = _Assets(instance, CHECK_NAMES[kind], repository, list(keys))
    now = now or watcher.clock()
    reported = 0
    for key, name in keys.items():
        if key not in assets.known:
            continue
        try:
            finding = findings.get(name)
            verdict = of_finding(finding) if finding else _recovery(watcher, kind, name, now)
            reported += assets.report(key, verdict)
        except Exception as error:
            if is_outage(error) or isinstance(error, WatcherError):
                raise
            # An event of one asset that cannot be read must not block the verdicts on all others.
            log.exception("the verdict on asset %s cannot be reported", key.to_user_string())
    return reported


def _changed(watcher: Watcher, kind: AlertKind, found: Iterable[Finding], since: dt.datetime | None) -> list[str]:
    """Return the names of the pipelines whose verdict may have changed, sorted."""
    if since is None:
        alerts = watcher.alerts(kind=kind, state=UNRESOLVED, limit=MOST_CHANGES)
    else:
        alerts = watcher.alerts(kind=kind, changed_since=since - OVERLAP, limit=MOST_CHANGES)
    names = {alert.pipeline_name for alert in alerts if alert.pipeline_name is not None}
    return sorted(names | {each.pipeline_name for each in found if each.new})


def _recovery(watcher: Watcher, kind: AlertKind, name: str, now: dt.datetime) -> Verdict:
    return in_time(watcher.check_pipeline(name, kind, now=now))


class _Assets:
    """Assets of a Dagster instance, with what it has recorded of one of our checks on them."""

    def __init__(
        self,
        instance: dg.DagsterInstance,
        check_name: str,
        repository: dg.RepositoryDefinition | None,
        keys: Sequence[dg.AssetKey],
    ) -> None:
        self._instance = instance
        self._check_name = check_name
        self._defined = set() if repository is None else set(repository.assets_defs_by_key)
        self._checked = set() if repository is None else _checked_keys(repository, check_name)
        batches = (keys[start : start + BATCH_KEYS] for start in range(0, len(keys), BATCH_KEYS))
        records = itertools.chain.from_iterable(map(instance.get_asset_records, batches))
        self.known = {record.asset_entry.asset_key for record in records} | (self._checked & set(keys))

    def report(self, key: dg.AssetKey, verdict: Verdict) -> bool:
        """Report a verdict, unless Dagster has it already."""
        is_known, last = compat.latest_check_evaluation(self._instance, dg.AssetCheckKey(key, self._check_name))
        if key in self._checked or (is_known and key not in self._defined):
            if not _has_changed(verdict, None if last is None else (last.passed, last.metadata)):
                return False
            self._instance.report_runless_asset_event(
                dg.AssetCheckEvaluation(
                    asset_key=key,
                    check_name=self._check_name,
                    passed=verdict.passed,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=verdict.description,
                    metadata=verdict.metadata,
                )
            )
            return True
        return self._observe(key, verdict)

    def _observe(self, key: dg.AssetKey, verdict: Verdict) -> bool:
        observations = [
            observation.metadata
            for record in self._instance.fetch_observations(key, limit=OBSERVATIONS).records
            if (observation := compat.observation(record.event_log_entry)) is not None
        ]
        if observations and CHECK_KEY not in observations[0]:
            # Something else observes this asset. Dagster reads its data version off the latest observation.
            return False
        ours = (each for each in observations if CHECK_KEY in each and each[CHECK_KEY].value == verdict.kind.value)
        last = next(ours, None)
        if not _has_changed(verdict, None if last is None else (bool(last[PASSED_KEY].value), last)):
            return False
        self._instance.report_runless_asset_event(
            dg.AssetObservation(
                asset_key=key,
                description=verdict.description,
                metadata={
                    CHECK_KEY: verdict.kind.value,
                    PASSED_KEY: verdict.passed,
                    **verdict.metadata,
                },
            )
        )
        return True


def _has_changed(verdict: Verdict, last: tuple[bool, Mapping[str, dg.MetadataValue[Any]]] | None) -> bool:
    """Whether a verdict differs from the last one. Without a last one, only a finding is reported."""
    if last is None:
        return not verdict.passed
    passed, metadata = last
    return passed != verdict.passed or metadata.get(FINDING_KEY) != verdict.metadata[FINDING_KEY]


def _checked_keys(repository: dg.RepositoryDefinition, check_name: str) -> set[dg.AssetKey]:
    return {key.asset_key for key in repository.asset_checks_defs_by_key if key.name == check_name}
