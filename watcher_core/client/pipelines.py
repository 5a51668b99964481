"""`Watcher`'s methods on pipelines and their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from watcher_core import catalog, recording, values
from watcher_core.client.connection import Connection
from watcher_core.enums import DatePart
from watcher_core.values import UNSET, Unset


class PipelineMethods(Connection):
    """Pipelines: their types, their configuration, their watermarks."""

    # Pipeline types

    def get_or_create_pipeline_type(
        self,
        name: str,
        *,
        freshness_number: int | Unset | None = UNSET,
        freshness_datepart: DatePart | str | Unset | None = UNSET,
        mute_freshness_check: bool | Unset | None = UNSET,
        timeliness_number: int | Unset | None = UNSET,
        timeliness_datepart: DatePart | str | Unset | None = UNSET,
        mute_timeliness_check: bool | Unset | None = UNSET,
        failure_number: int | Unset | None = UNSET,
        mute_failure_check: bool | Unset | None = UNSET,
    ) -> values.PipelineType:
        """Give the pipeline type of that name; make it, or bring its rules up to date, where that is needed.

        Args:
            name: As the type is to be called; only blanks around it go.
            freshness_number: Data of its pipelines that is older than this many dateparts is stale. `None` unsets.
            freshness_datepart: `minute`, `hour`, `day`, `week`, `month` or `year`; calendar units, in UTC.
            mute_freshness_check: Whether the freshness check passes over its pipelines.
            timeliness_number: Executions of its pipelines that take longer than this many dateparts are late.
            timeliness_datepart: As `freshness_datepart`.
            mute_timeliness_check: Whether the timeliness check passes over its pipelines.
            failure_number: So many failures in a row of one of its pipelines are worth an alert, from 1 to 100; without
                a rule the first is.
            mute_failure_check: Whether the failure check passes over its pipelines.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        fields = _fields(locals())
        with self._transaction() as (session, now):
            return catalog.get_or_create_pipeline_type(session, name=name, fields=fields, now=now)

    def pipeline_types(self) -> list[values.PipelineType]:
        """Give all pipeline types, by name."""
        with self._transaction() as (session, _):
            return catalog.list_pipeline_types(session)

    def update_pipeline_type(
        self,
        reference: int | str,
        *,
        freshness_number: int | Unset | None = UNSET,
        freshness_datepart: DatePart | str | Unset | None = UNSET,
        mute_freshness_check: bool | Unset | None = UNSET,
        timeliness_number: int | Unset | None = UNSET,
        timeliness_datepart: DatePart | str | Unset | None = UNSET,
        mute_timeliness_check: bool | Unset | None = UNSET,
        failure_number: int | Unset | None = UNSET,
        mute_failure_check: bool | Unset | None = UNSET,
    ) -> values.PipelineType:
        """Change a pipeline type by hand; only what is passed. Arguments as of `get_or_create_pipeline_type`.

        Raises:
            NotFoundError: No pipeline type has that id or name.
            InvalidValueError: A value breaks a rule.
        """
        fields = _fields(locals())
        with self._transaction() as (session, now):
            return catalog.update_pipeline_type(session, reference=reference, fields=fields, now=now)

    # Pipelines

    def get_or_create_pipeline(
        self,
        name: str,
        *,
        pipeline_type_name: str | Unset = UNSET,
        next_watermark: object = UNSET,
        pipeline_metadata: Mapping[str, Any] | Unset | None = UNSET,
        freshness_number: int | Unset | None = UNSET,
        freshness_datepart: DatePart | str | Unset | None = UNSET,
        mute_freshness_check: bool | Unset | None = UNSET,
        timeliness_number: int | Unset | None = UNSET,
        timeliness_datepart: DatePart | str | Unset | None = UNSET,
        mute_timeliness_check: bool | Unset | None = UNSET,
        failure_number: int | Unset | None = UNSET,
        mute_failure_check: bool | Unset | None = UNSET,
        load_lineage: bool | None = None,
    ) -> values.Pipeline:
        """Give the pipeline of that name; make it, or bring its configuration up to date, where that is needed.

        What is passed is the configuration as code declares it: it is written when it differs from what code declared
        last. What is not passed is left as it is, and so are the watermark and whether the pipeline is active.

        Args:
            name: As the pipeline is to be called; only blanks around it go.
            pipeline_type_name: Its class, whose rules hold where it has none; made where it is not known.
            next_watermark: How far its next execution is to get.
            pipeline_metadata: Arguments and configuration worth keeping.
            freshness_number: Its data is stale when older than this many dateparts. `None` unsets.
            freshness_datepart: `minute`, `hour`, `day`, `week`, `month` or `year`; calendar units, in UTC.
            mute_freshness_check: Whether the freshness check passes over it.
            timeliness_number: Its executions are late when they take longer than this many dateparts.
            timeliness_datepart: As `freshness_datepart`.
            mute_timeliness_check: Whether the timeliness check passes over it.
            failure_number: So many failures in a row are worth an alert, from 1 to 100; without a rule the first is.
            mute_failure_check: Whether the failure check passes over it.
            load_lineage: Whether its lineage is to be declared again; `None` leaves that.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        configuration = _fields(locals(), but=("next_watermark", "load_lineage"))
        with self._transaction() as (session, now):
            return catalog.get_or_create_pipeline(
                session,
                name=name,
                configuration=configuration,
                next_watermark=next_watermark,
                load_lineage=load_lineage,
                now=now,
            )

    def configure_pipelines(self, configurations: Iterable[values.PipelineConfiguration]) -> int:
        """Bring many pipelines up to date with what code declares, in one transaction.

        Returns:
            How many were new or changed.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        with self._transaction() as (session, now):
            return catalog.configure_pipelines(session, configurations=configurations, now=now)

    def pipeline(self, reference: int | str) -> values.Pipeline:
        """Give the pipeline with that id or name.

        Raises:
            NotFoundError: There is none.
        """
        with self._transaction() as (session, _):
            return catalog.get_pipeline(session, reference)

    def pipelines(self) -> list[values.Pipeline]:
        """Give all pipelines, by name."""
        with self._transaction() as (session, _):
            return catalog.list_pipelines(session)

    def update_pipeline(
        self,
        reference: int | str,
        *,
        active: bool | Unset = UNSET,
        pipeline_type_name: str | Unset = UNSET,
        next_watermark: object = UNSET,
        pipeline_metadata: Mapping[str, Any] | Unset | None = UNSET,
        freshness_number: int | Unset | None = UNSET,
        freshness_datepart: DatePart | str | Unset | None = UNSET,
        mute_freshness_check: bool | Unset | None = UNSET,
        timeliness_number: int | Unset | None = UNSET,
        timeliness_datepart: DatePart | str | Unset | None = UNSET,
        mute_timeliness_check: bool | Unset | None = UNSET,
        failure_number: int | Unset | None = UNSET,
        mute_failure_check: bool | Unset | None = UNSET,
        load_lineage: bool | Unset = UNSET,
    ) -> values.Pipeline:
        """Change a pipeline by hand; only what is passed. That stays until the configuration in code changes.

        Args:
            reference: Its id or name.
            active: Whether it may run and is checked.
            **others: As of `get_or_create_pipeline`.

        Raises:
            NotFoundError: No pipeline has that id or name.
            InvalidValueError: A value breaks a rule.
        """
        fields = _fields(locals())
        with self._transaction() as (session, now):
            return catalog.update_pipeline(session, reference=reference, fields=fields, now=now)

    def rewind_pipeline(self, reference: int | str, *, watermark: object) -> values.Pipeline:
        """Set a pipeline's watermark by hand, on record. `None` takes it away.

        Raises:
            NotFoundError: No pipeline has that id or name.
            InvalidValueError: The watermark is neither text, number, date nor UUID.
        """
        with self._transaction() as (session, now):
            return recording.rewind_watermark(session, reference=reference, watermark=watermark, now=now)

    def watermark_events(self, reference: int | str) -> list[values.WatermarkEvent]:
        """Give what is on record about a pipeline's watermark, newest first: conflicts, and changes by hand.

        Raises:
            NotFoundError: No pipeline has that id or name.
        """
        with self._transaction() as (session, _):
            return recording.watermark_events(session, reference=reference)


def _fields(arguments: Mapping[str, Any], *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The keyword arguments of a method that name fields of its row."""
    return {name: value for name, value in arguments.items() if name in catalog.PIPELINE_FIELDS and name not in but}
