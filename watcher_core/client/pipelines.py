"""`Watcher`'s methods on pipelines and their types."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from watcher_core import catalog, recording, values
from watcher_core.client.connection import Connection
from watcher_core.values import UNSET, ThresholdArguments, Unset


class PipelineMethods(Connection):
    """Pipelines: their types, their configuration, their watermarks."""

    # Pipeline types

    def get_or_create_pipeline_type(
        self,
        name: str,
        **thresholds: Unpack[ThresholdArguments],
    ) -> values.PipelineType:
        """Return the pipeline type of that name; create it, or update its thresholds, where needed.

        Args:
            name: The type's name; blanks around it are removed.
            **thresholds: See `ThresholdArguments`.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        fields = checked_thresholds(thresholds, "get_or_create_pipeline_type")
        with self._transaction() as (session, now):
            return catalog.get_or_create_pipeline_type(session, name=name, fields=fields, now=now)

    def pipeline_types(self) -> list[values.PipelineType]:
        """Return all pipeline types, by name."""
        with self._transaction() as (session, _):
            return catalog.list_pipeline_types(session)

    def pipeline_type(self, reference: int | str) -> values.PipelineType:
        """Return the pipeline type with that id or name.

        Raises:
            NotFoundError: There is none.
        """
        with self._transaction() as (session, _):
            return catalog.get_pipeline_type(session, reference)

    def update_pipeline_type(
        self,
        reference: int | str,
        *,
        name: str | Unset = UNSET,
        **thresholds: Unpack[ThresholdArguments],
    ) -> values.PipelineType:
        """Change a pipeline type by hand; only what is passed.

        Args:
            reference: Its id or name.
            name: A new name. The old one goes on to mean the type, so that code need not change at the same time.
            **thresholds: See `ThresholdArguments`.

        Raises:
            NotFoundError: No pipeline type has that id or name.
            InvalidValueError: A value breaks a rule, or another type has the new name.
        """
        fields = {**checked_thresholds(thresholds, "update_pipeline_type"), "name": name}
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
        load_lineage: bool | None = None,
        **thresholds: Unpack[ThresholdArguments],
    ) -> values.Pipeline:
        """Return the pipeline of that name; create it, or update its configuration, where needed.

        What is passed is the configuration as code declares it: it is written when it differs from what code declared
        last. What is not passed is left as it is, and so are the watermark and whether the pipeline is active.

        Args:
            name: The pipeline's name; blanks around it are removed.
            pipeline_type_name: Its type, whose thresholds hold where it has none; created where it is not known.
            next_watermark: The watermark after its next execution.
            pipeline_metadata: Arguments and configuration to keep.
            load_lineage: Whether its lineage is to be declared again; `None` leaves that as it is.
            **thresholds: See `ThresholdArguments`.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        configuration = {
            **checked_thresholds(thresholds, "get_or_create_pipeline"),
            "pipeline_type_name": pipeline_type_name,
            "pipeline_metadata": pipeline_metadata,
        }
        with self._transaction() as (session, now):
            return catalog.get_or_create_pipeline(
                session,
                name=name,
                configuration=configuration,
                next_watermark=next_watermark,
                load_lineage=load_lineage,
                now=now,
            )

    def configure_pipelines(
        self,
        configurations: Iterable[values.PipelineConfiguration],
        *,
        location: str | None = None,
        jobs: Iterable[str] = (),
    ) -> int:
        """Declare the configuration of many pipelines, in one transaction.

        Args:
            configurations: The configurations.
            location: The code location of which these are all pipelines. What it declared before, and does no more, is
                gone from the code: no check looks at it until a code location declares it again.
            jobs: The pipelines of its jobs, and of what it observes, of which code may declare nothing. Those that are
                not known are not made.

        Returns:
            How many were new or changed.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        with self._transaction() as (session, now):
            return catalog.configure_pipelines(
                session, configurations=configurations, location=location, jobs=jobs, now=now
            )

    def pipeline_address(self, pipeline_name: str) -> str | None:
        """Return the address of a pipeline's page on the board; `None` where WATCHER_BOARD_URL is not set.

        Args:
            pipeline_name: Its name; whether there is one is not asked.
        """
        base = self.settings.board_url
        if not base:
            return None
        return f"{base.rstrip('/')}/ui/pipeline?{urllib.parse.urlencode({'name': pipeline_name})}"

    def pipeline(self, reference: int | str) -> values.Pipeline:
        """Return the pipeline with that id or name.

        Raises:
            NotFoundError: There is none.
        """
        with self._transaction() as (session, _):
            return catalog.get_pipeline(session, reference)

    def pipelines(self, *, after: int | None = None, limit: int | None = None) -> list[values.Pipeline]:
        """Return all pipelines, by name; or, with one of the arguments, a page of them, in the order of their ids.

        Args:
            after: The id of the last one of the page before.
            limit: At most so many.

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        with self._driver_statements() as (connection, _):
            return catalog.list_pipelines(connection, after=after, limit=limit)

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
        **thresholds: Unpack[ThresholdArguments],
    ) -> values.Pipeline:
        """Change a pipeline by hand; only what is passed. A change stays until the configuration in code changes.

        Args:
            reference: Its id or name.
            name: A new name. The old one goes on to mean the pipeline, so that what runs under it, and what Dagster
                names by it, is recorded here.
            active: Whether it may run and is checked.
            pipeline_type_name, next_watermark, pipeline_metadata, load_lineage: As of `get_or_create_pipeline`.
            **thresholds: See `ThresholdArguments`.

        Raises:
            NotFoundError: No pipeline has that id or name.
            InvalidValueError: A value breaks a rule, or another pipeline has the new name.
        """
        fields = {
            **checked_thresholds(thresholds, "update_pipeline"),
            "name": name,
            "active": active,
            "pipeline_type_name": pipeline_type_name,
            "next_watermark": next_watermark,
            "pipeline_metadata": pipeline_metadata,
            "load_lineage": load_lineage,
        }
        with self._transaction() as (session, now):
            return catalog.update_pipeline(session, reference=reference, fields=fields, now=now)

    def rewind_pipeline(self, reference: int | str, *, watermark: object) -> values.Pipeline:
        """Set a pipeline's watermark by hand, and record that. `None` removes it.

        Raises:
            NotFoundError: No pipeline has that id or name.
            InvalidValueError: The watermark is neither text, number, date nor UUID.
        """
        with self._transaction() as (session, now):
            return recording.rewind_watermark(session, reference=reference, watermark=watermark, now=now)

    def watermark_events(self, reference: int | str) -> list[values.WatermarkEvent]:
        """Return the recorded events of a pipeline's watermark, newest first: conflicts, and changes by hand.

        Raises:
            NotFoundError: No pipeline has that id or name.
        """
        with self._driver_transaction() as (connection, _):
            pipeline_id = catalog.find_pipeline_id(connection, reference)
            return list(recording.select_watermark_events(connection, pipeline_id=pipeline_id))


def checked_thresholds(thresholds: ThresholdArguments, method: str) -> Mapping[str, Any]:
    """Return the thresholds; refuse other keywords, as Python does for a method that names its own."""
    for name in thresholds:
        if name not in ThresholdArguments.__annotations__:
            raise TypeError(f"Watcher.{method}() got an unexpected keyword argument {name!r}")
    return thresholds
