"""`Watcher`'s methods on pipelines, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from watcher_core import arguments, catalog, overview, remote, values
from watcher_core.client import http_connection
from watcher_core.client.http_connection import HttpConnection, of_pipeline, question
from watcher_core.client.pipelines import checked_thresholds
from watcher_core.enums import ExecutionState
from watcher_core.values import UNSET, Unset


class HttpPipelines(HttpConnection):
    """Pipelines: as of `Watcher`, by requests."""

    def pipeline(self, reference: int | str) -> values.Pipeline:
        """As of `Watcher`."""
        if isinstance(reference, str):
            return self._list(values.Pipeline, "/pipeline", {"name": arguments.text(reference.strip(), "name")})[0]
        answer = self._remote.send(f"/pipeline/{arguments.identifier(reference, 'id')}")
        return remote.value_of(values.Pipeline, answer)

    def pipelines(self, *, after: int | None = None, limit: int | None = None) -> list[values.Pipeline]:
        """As of `Watcher`; of a page, each 1,000 are a request."""
        return self._listing(values.Pipeline, "/pipeline", {}, after=after, limit=limit)

    list_pipelines = pipelines

    def pipeline_list(
        self,
        *,
        state: ExecutionState | str | None = None,
        owner: str | None = None,
        pipeline_type: str | None = None,
        group: str | None = None,
        search: str | None = None,
        active: bool | None = None,
        sort: str = "name",
        descending: bool = False,
        limit: int | None = 100,
        offset: int = 0,
    ) -> values.PipelineList:
        """As of `Watcher`; each 1,000 are a request, and counts are of those that the token covers."""
        asked = {
            "state": state,
            "owner": owner,
            "pipeline_type": pipeline_type,
            "group": group,
            "search": search,
            "active": active,
            "sort": sort,
            "descending": descending,
        }
        most, passed = arguments.count(limit, "limit"), arguments.count(offset, "offset") or 0
        rows: list[Any] = []
        while True:
            size = http_connection.PAGE if most is None else min(most - len(rows), http_connection.PAGE)
            path = question("/pipeline_list", {**asked, "limit": size, "offset": passed + len(rows)})
            page = self._remote.send(path)
            rows += page["pipelines"]
            if not page["pipelines"] or len(rows) == most or passed + len(rows) >= page["total"]:
                break
        counts = {
            None if name == overview.NEVER_RAN else ExecutionState(name): count
            for name, count in page["states"].items()
        }
        return remote.value_of(values.PipelineList, {**page, "pipelines": rows, "states": counts})

    def thresholds(self, *, pipeline: int | str | None = None) -> list[values.EffectiveThreshold]:
        """As of `Watcher`."""
        asked = of_pipeline(pipeline)
        return self._list(values.EffectiveThreshold, "/threshold", asked)

    def update_pipeline(
        self,
        reference: int | str,
        *,
        name: str | Unset = UNSET,
        active: bool | Unset = UNSET,
        pipeline_type_name: str | Unset = UNSET,
        next_watermark: object = UNSET,
        pipeline_metadata: Mapping[str, Any] | Unset | None = UNSET,
        load_lineage: bool | Unset = UNSET,
        **thresholds: Unpack[values.ThresholdArguments],
    ) -> values.Pipeline:
        """As of `Watcher`."""
        configuration = {
            **checked_thresholds(thresholds, "update_pipeline"),
            "pipeline_type_name": pipeline_type_name,
            "next_watermark": next_watermark,
            "pipeline_metadata": pipeline_metadata,
        }
        beside = {"name": name, "active": active, "load_lineage": load_lineage}
        body = {
            **catalog.clean_pipeline_fields(beside),
            "configuration": catalog.clean_pipeline_fields(configuration),
            "id": self._id_of(reference),
        }
        return remote.value_of(values.Pipeline, self._remote.send("/pipeline", body, method="PATCH"))

    def pipeline_types(self) -> list[values.PipelineType]:
        """As of `Watcher`."""
        return self._list(values.PipelineType, "/pipeline_type")

    list_pipeline_types = pipeline_types

    def pipeline_type(self, reference: int | str) -> values.PipelineType:
        """As of `Watcher`."""
        if isinstance(reference, str):
            asked = {"name": arguments.text(reference.strip(), "name")}
            return self._list(values.PipelineType, "/pipeline_type", asked)[0]
        answer = self._remote.send(f"/pipeline_type/{arguments.identifier(reference, 'id')}")
        return remote.value_of(values.PipelineType, answer)

    def update_pipeline_type(
        self, reference: int | str, *, name: str | Unset = UNSET, **thresholds: Unpack[values.ThresholdArguments]
    ) -> values.PipelineType:
        """As of `Watcher`."""
        configuration = checked_thresholds(thresholds, "update_pipeline_type")
        body = {
            **catalog.clean_pipeline_fields({"name": name}),
            "configuration": catalog.clean_pipeline_fields(configuration),
            "id": self.pipeline_type(reference).id
            if isinstance(reference, str)
            else arguments.identifier(reference, "id"),
        }
        return remote.value_of(values.PipelineType, self._remote.send("/pipeline_type", body, method="PATCH"))

    def rewind_pipeline(self, reference: int | str, *, watermark: object) -> values.Pipeline:
        """As of `Watcher`."""
        body = {"watermark": arguments.watermark(watermark, "watermark")}
        # Once: what was not answered may be on record.
        answer = self._remote.send(f"/pipeline/{self._id_of(reference)}/rewind", body, pauses=())
        return remote.value_of(values.Pipeline, answer)

    def watermark_events(self, reference: int | str) -> list[values.WatermarkEvent]:
        """As of `Watcher`."""
        return self._list(values.WatermarkEvent, f"/pipeline/{self._id_of(reference)}/watermark_events")

    def _id_of(self, reference: int | str) -> int:
        return self.pipeline(reference).id if isinstance(reference, str) else arguments.identifier(reference, "id")
