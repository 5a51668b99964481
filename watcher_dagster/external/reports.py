"""Reports the successes of outside pipelines as materializations of their external assets, each once.

Watcher knows what has succeeded, and Dagster what was reported: each materialization carries the id of its execution.
Before one is reported, the newest materializations of the asset are read. So a tick that dies between its report and
its cursor reports nothing twice, nor do two code locations with the same asset.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import dagster as dg

from watcher_core import Execution, ExecutionsSince, Watcher, text
from watcher_dagster import compat
from watcher_dagster import metadata as keys
from watcher_dagster.external.cursor import CLOCKS_DIFFER, ExternalCursor
from watcher_dagster.external.followers import Followers

# The daemon gives up on a tick after 60 seconds.
TICK_SECONDS: Final = 30.0

PAGE: Final = 1_000


def report_tick(
    instance: dg.DagsterInstance,
    watcher: Watcher,
    repository: dg.RepositoryDefinition,
    *,
    kept: str | None,
    location: str | None = None,
) -> tuple[str, str | None]:
    """Report what has succeeded since the last tick; return what was done, and the next cursor.

    Args:
        instance: Where to report.
        watcher: What has succeeded.
        repository: The definitions of the code location, whose external assets are reported.
        kept: The cursor of the last tick; `None` at the first, which reports nothing.
        location: The name of the code location.

    Raises:
        DatabaseUnavailableError: Watcher's database does not answer; nothing is lost.
    """
    assets = external_assets(repository)
    known = ExternalCursor.read(kept)
    if not assets and known is None:
        return "there are no external assets whose pipelines are known", None
    now = watcher.clock()
    cursor = known or ExternalCursor(since=now.timestamp())
    with watcher.lease(f"external/{compat.run_storage_id(instance)}") as is_ours:
        if not is_ours:
            return "another code location reports now", kept
        found = watcher.executions_since(assets, after=cursor.after, also=cursor.also, known=cursor.pipelines)
        if known is None:
            return "successes from now on are reported", cursor.moved(found, waiting=(), now=now).to_json()
        wanted = [execution for execution in found.executions if cursor.is_wanted(execution)]
        report = _Report(instance, Followers(instance, repository, location), began=time.monotonic())
        for execution, specs in _by_execution(wanted, assets, found):
            report.add(execution, specs)
        return report.message, cursor.moved(found, waiting=report.waiting, now=now).to_json()


def external_assets(repository: dg.RepositoryDefinition) -> dict[str, list[dg.AssetSpec]]:
    """Return the external assets of a code location by the names of the pipelines that write them."""
    materializable = compat.materializable_keys(repository)
    found: dict[str, list[dg.AssetSpec]] = defaultdict(list)
    for key, spec in compat.asset_specs(repository).items():
        names = spec.metadata.get(keys.PIPELINES_KEY)
        if names is not None and key not in materializable:
            for name in _names(names):
                found[name].append(spec)
    return dict(found)


def _names(declared: object) -> list[str]:
    plain = declared.value if isinstance(declared, dg.MetadataValue) else declared
    if isinstance(plain, str):
        return [plain]
    return [name for name in plain if isinstance(name, str)] if isinstance(plain, list | tuple) else []


def _by_execution(
    executions: Iterable[Execution], assets: Mapping[str, list[dg.AssetSpec]], found: ExecutionsSince
) -> Iterable[tuple[Execution, list[dg.AssetSpec]]]:
    specs: dict[int, dict[dg.AssetKey, dg.AssetSpec]] = defaultdict(dict)
    for name, pipeline_id in found.pipeline_ids.items():
        specs[pipeline_id] |= {spec.key: spec for spec in assets[name]}
    return ((execution, list(specs[execution.pipeline_id].values())) for execution in executions)


class _Report:
    """The report of one tick.

    Attributes:
        waiting: The executions that are left to a later tick.
    """

    def __init__(self, instance: dg.DagsterInstance, followers: Followers, *, began: float) -> None:
        self._instance = instance
        self._followers = followers
        self._began = began
        self._reported: dict[dg.AssetKey, tuple[dt.datetime, set[int]]] = {}
        self._count = 0
        self._reasons: dict[str, None] = {}
        self._held: set[dg.AssetKey] = set()
        self.waiting: list[int] = []

    def add(self, execution: Execution, specs: Iterable[dg.AssetSpec]) -> None:
        """Report a success to the assets that do not know of it yet."""
        for spec in specs:
            if self._is_known(spec.key, execution):
                continue
            if not self._may(spec.key, execution):
                self.waiting.append(execution.id)
                continue
            self._instance.report_runless_asset_event(_materialization(spec, execution))
            self._count += 1

    @property
    def message(self) -> str:
        """What was done."""
        parts = [f"reported {text.plural(self._count, 'success', 'successes')}"] if self._count else []
        if self.waiting:
            count = len(set(self.waiting))
            waits = "waits" if count == 1 else "wait"
            parts.append(f"{text.plural(count, 'success', 'successes')} {waits}: {'; '.join(self._reasons)}")
        return "; ".join(parts) or "nothing to report"

    def _may(self, key: dg.AssetKey, execution: Execution) -> bool:
        if key in self._held:
            return False  # in the order of their ends
        reason = self._followers.reason_to_wait(key, execution.end_date or execution.updated_at)
        if reason is None and time.monotonic() - self._began > TICK_SECONDS:
            reason = "the next tick goes on"
        if reason is not None:
            self._held.add(key)
            self._reasons[reason] = None
        return reason is None

    def _is_known(self, key: dg.AssetKey, execution: Execution) -> bool:
        since = execution.created_at - CLOCKS_DIFFER
        if key not in self._reported or since < self._reported[key][0]:
            self._reported[key] = since, _reported_executions(self._instance, key, since)
        return execution.id in self._reported[key][1]


def _reported_executions(instance: dg.DagsterInstance, key: dg.AssetKey, since: dt.datetime) -> set[int]:
    """Return the executions that an asset has been given since as its materializations."""
    found: set[int] = set()
    position: str | None = None
    wanted = dg.AssetRecordsFilter(asset_key=key, after_timestamp=since.timestamp())
    while True:
        page = instance.fetch_materializations(wanted, limit=PAGE, cursor=position)
        for record in page.records:
            materialization = record.asset_materialization
            reported = ((materialization and materialization.tags) or {}).get(keys.EXECUTION_ID_KEY, "")
            if reported.isdecimal():
                found.add(int(reported))
        if not page.has_more:
            return found
        position = page.cursor


def _materialization(spec: dg.AssetSpec, execution: Execution) -> dg.AssetMaterialization:
    counts = {key: getattr(execution, name) for name, key in keys.COUNT_KEYS.items()}
    metadata: dict[str, Any] = {
        keys.EXECUTION_ID_KEY: execution.id,
        "watcher/pipeline": execution.pipeline_name,
        "watcher/started_at": dg.MetadataValue.timestamp(execution.start_date),
        "watcher/ended_at": execution.end_date and dg.MetadataValue.timestamp(execution.end_date),
        "watcher/duration_seconds": execution.duration_seconds,
        "watcher/scope": execution.scope,
        keys.NEXT_WATERMARK_KEY: execution.next_watermark,
        keys.ROW_COUNT_KEY: execution.total_rows,
        **counts,
    }
    return dg.AssetMaterialization(
        spec.key,
        description=f"{execution.pipeline_name} succeeded outside Dagster, as execution {execution.id} of Watcher.",
        metadata={key: value for key, value in metadata.items() if value is not None},
        partition=execution.scope if spec.partitions_def is not None else None,
        tags={keys.EXECUTION_ID_KEY: str(execution.id)},
    )
