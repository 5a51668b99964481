"""`Watcher` on a host that cannot reach the database: it records over HTTP, by `watcher serve` on another host.

What is tracked behaves as with the database: the block runs whether or not the server can be reached, and what could
not be sent waits in the spool.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Unpack

from watcher_core import arguments, catalog, recording, remote, values
from watcher_core.client.http_alerts import HttpAlerts
from watcher_core.client.http_anomalies import HttpAnomalies
from watcher_core.client.http_anomaly_rules import HttpAnomalyRules
from watcher_core.client.http_asset_checks import HttpAssetChecks
from watcher_core.client.http_cleanup import HttpCleanup
from watcher_core.client.http_connection import MOST, instant, of_pipeline, place, question
from watcher_core.client.http_lineage import HttpLineage
from watcher_core.client.http_maintenance import HttpMaintenance
from watcher_core.client.http_overview import HttpOverview
from watcher_core.client.http_pipelines import HttpPipelines
from watcher_core.client.pipelines import checked_thresholds
from watcher_core.enclosing import part_of
from watcher_core.enums import ExecutionSource, ExecutionState
from watcher_core.values import UNSET, Unset

if TYPE_CHECKING:
    from pathlib import Path


class HttpWatcher(
    HttpAlerts,
    HttpAnomalies,
    HttpAnomalyRules,
    HttpAssetChecks,
    HttpCleanup,
    HttpLineage,
    HttpMaintenance,
    HttpOverview,
    HttpPipelines,
):
    """The part of `Watcher` that other hosts use, over HTTP. All else needs the database, and says so."""

    @property
    def spool_directories(self) -> list[Path]:
        """Where executions for this server wait on this host; the first place that can be written takes them."""
        return recording.spool_directories(self._remote.address, home=self.settings.home)

    # Recording

    def get_or_create_pipeline(
        self,
        name: str,
        *,
        pipeline_type_name: str | Unset = UNSET,
        next_watermark: object = UNSET,
        pipeline_metadata: Mapping[str, Any] | Unset | None = UNSET,
        load_lineage: bool | None = None,
        **thresholds: Unpack[values.ThresholdArguments],
    ) -> values.Pipeline:
        """As of `Watcher`."""
        configuration = {
            **checked_thresholds(thresholds, "get_or_create_pipeline"),
            "pipeline_type_name": pipeline_type_name,
            "pipeline_metadata": pipeline_metadata,
        }
        body = {
            "pipeline_name": arguments.name(name, "name"),
            "configuration": catalog.clean_pipeline_fields(configuration),
            **catalog.clean_pipeline_fields({"next_watermark": next_watermark}),
            "load_lineage": None if load_lineage is None else arguments.flag(load_lineage, "load_lineage"),
        }
        return remote.value_of(values.Pipeline, self._remote.send("/pipeline_declaration", body))

    def start_execution(
        self,
        *,
        pipeline_id: int | str,
        start_date: dt.datetime | None = None,
        parent_id: int | None = None,
        full_load: bool = False,
        next_watermark: object = None,
        execution_metadata: Mapping[str, Any] | None = None,
        source: ExecutionSource = ExecutionSource.PYTHON,
        external_id: str | None = None,
        logical_date: dt.datetime | None = None,
        attempt: int = 1,
        scope: str | None = None,
    ) -> values.Execution:
        """As of `Watcher`."""
        if isinstance(pipeline_id, str):
            pipeline: dict[str, object] = {"pipeline_name": pipeline_id}
        else:
            pipeline = {"pipeline_id": arguments.identifier(pipeline_id, "pipeline_id")}
        within = part_of() if parent_id is None and source is not ExecutionSource.DAGSTER else None
        body = {
            **pipeline,
            "must_exist": True,
            "start_date": instant(start_date, "start_date"),
            "parent_id": parent_id,
            "full_load": arguments.flag(full_load, "full_load"),
            "next_watermark": arguments.watermark(next_watermark, "next_watermark"),
            "execution_metadata": arguments.json_object(execution_metadata, "execution_metadata"),
            "source": source,
            "external_id": external_id or str(uuid.uuid4()),
            "logical_date": instant(logical_date, "logical_date"),
            "attempt": attempt,
            "scope": scope,
            "part_of": None if within is None else vars(within),
        }
        return remote.value_of(values.Execution, self._remote.send("/execution", body))

    def end_execution(
        self,
        execution_id: int,
        *,
        end_date: dt.datetime | None = None,
        completed_successfully: bool = True,
        inserts: int | None = None,
        updates: int | None = None,
        soft_deletes: int | None = None,
        total_rows: int | None = None,
        next_watermark: object = None,
        execution_metadata: Mapping[str, Any] | None = None,
    ) -> values.Execution:
        """As of `Watcher`."""
        counts = {"inserts": inserts, "updates": updates, "soft_deletes": soft_deletes, "total_rows": total_rows}
        body = {
            "id": arguments.identifier(execution_id, "execution_id"),
            "end_date": instant(end_date, "end_date"),
            "completed_successfully": completed_successfully,
            "next_watermark": arguments.watermark(next_watermark, "next_watermark"),
            "execution_metadata": arguments.json_object(execution_metadata, "execution_metadata"),
            **{name: arguments.count(value, name) for name, value in counts.items()},
        }
        prefer = {"Prefer": "handling=strict, return=representation"}
        return remote.value_of(values.Execution, self._remote.send("/end_pipeline_execution", body, headers=prefer))

    def close_execution(
        self, execution_id: int, *, state: ExecutionState | str = ExecutionState.FAILED, reason: str | None = None
    ) -> values.Execution:
        """As of `Watcher`."""
        identifier = arguments.identifier(execution_id, "execution_id")
        body = {"state": arguments.choice(state, ExecutionState, "state"), "reason": reason}
        return remote.value_of(values.Execution, self._remote.send(f"/execution/{identifier}/close", body))

    def _record_ping(
        self,
        pipeline: str,
        state: ExecutionState,
        counts: Mapping[str, int | None],
        execution_metadata: Mapping[str, Any] | None,
    ) -> int:
        body = {
            "pipeline_name": arguments.name(pipeline, "pipeline"),
            "state": state,
            **{name: arguments.count(value, name) for name, value in counts.items()},
            "execution_metadata": arguments.json_object(execution_metadata, "execution_metadata"),
        }
        # Once: what was not answered may be recorded, and has no identity.
        return int(self._remote.send("/ping", body, pauses=())["id"])

    def execution(self, execution_id: int) -> values.Execution:
        """As of `Watcher`."""
        identifier = arguments.identifier(execution_id, "execution_id")
        return remote.value_of(values.Execution, self._remote.send(f"/execution/{identifier}"))

    def executions(
        self,
        *,
        pipeline: int | str | None = None,
        scope: str | None = None,
        state: ExecutionState | str | None = None,
        since: dt.datetime | None = None,
        before: tuple[dt.datetime, int] | None = None,
        limit: int = 100,
    ) -> list[values.Execution]:
        """As of `Watcher`; each 1,000 are a request."""
        asked = {
            **of_pipeline(pipeline),
            "scope": scope,
            "state": None if state is None else arguments.choice(state, ExecutionState, "state").value,
            "since": instant(since, "since"),
            "cursor": place(before),
        }
        return self._pages(values.Execution, "/execution", asked, arguments.count(limit, "limit"))

    def execution_tree(
        self, execution_id: int, *, levels: int | None = None, limit: int | None = None
    ) -> values.ExecutionTree:
        """As of `Watcher`; of 10,000 executions at most, the nearest to it."""
        identifier = arguments.identifier(execution_id, "execution_id")
        most = None if limit is None else min(arguments.positive(limit, "limit") or MOST, MOST)
        path = question(f"/execution/{identifier}/tree", {"levels": levels, "limit": most})
        return remote.value_of(values.ExecutionTree, self._remote.send(path))

    def _record_all(self, records: Iterable[values.ExecutionRecord], *, in_passing: bool) -> int:
        """As of `Watcher`; each 10,000 are a transaction. Where there are none, the server is asked all the same."""
        return remote.record_executions(self._remote, records, in_passing=in_passing)

    def _start_tracked(self, request: recording.TrackRequest, start_date: dt.datetime) -> values.Execution:
        self._replay_spool(before=request.name)
        return remote.start_tracked(self._remote, request, start_date)

    def _end_tracked(
        self,
        _execution_id: int | None,
        record: values.ExecutionRecord,
        *,
        missing_parent: tuple[str, str] | None = None,  # noqa: ARG002 - the record names it
    ) -> None:
        # The whole record, whether or not its start arrived: the identity makes it one execution.
        self.record([record])
        self._catch_up()

    def _declare(self, request: recording.TrackRequest) -> None:
        remote.declare(self._remote, request)

    def _beat(self, execution_id: int, process: recording.Process) -> bool:
        return remote.beat(self._remote, execution_id, process)

    def clock(self) -> dt.datetime:
        """As of `Watcher`: the server answers by the database's clock."""
        return dt.datetime.fromisoformat(self._remote.send("/clock")["now"])
