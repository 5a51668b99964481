"""`Watcher`, through which every edge goes: it opens a transaction, calls services, and gives plain values back."""

from __future__ import annotations

import datetime as dt
import functools
import logging
import sys
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import addresses, database, executions, pipelines, progress, recorders, records, spool, values
from watcher_core.enums import DatePart, ExecutionSource, ExecutionState
from watcher_core.errors import (
    DatabaseError,
    DatabaseUnavailableError,
    ExecutionEndedError,
    NotFoundError,
    PipelineInactiveError,
)
from watcher_core.settings import Settings
from watcher_core.tracking import TrackedExecution
from watcher_core.values import UNSET, Unset

logger = logging.getLogger("watcher")

P = ParamSpec("P")
R = TypeVar("R")


class Watcher:
    """The memory of a data platform: pipelines, their executions, watermarks and addresses.

    Connects on first use. One object may be shared between threads, and is safe to use after a fork.

    Args:
        database_url: A PostgreSQL database, as in `postgresql://user:password@host/database`. Without it the settings
            decide: `WATCHER_DATABASE_URL`, else the embedded PostgreSQL.
        settings: What to use in place of the environment.
    """

    def __init__(self, database_url: str | None = None, *, settings: Settings | None = None) -> None:
        self.settings = settings or Settings.load()
        if database_url is None and self.settings.database_url is not None:
            database_url = self.settings.database_url.get_secret_value()
        self._url = None if database_url is None else database.normalize_url(database_url)
        self._embedded = self._url is None
        self._engine: sa.Engine | None = None
        self._checked = False
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Watcher({'embedded' if self._url is None else database.without_secrets(self._url)!r})"

    @property
    def url(self) -> sa.URL:
        """Where the database is; starts the embedded PostgreSQL where that is what is used."""
        return self._connect().url

    def close(self) -> None:
        """Close all connections. The next call opens them again."""
        if self._engine is not None:
            self._engine.dispose()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Schema

    def upgrade(self) -> None:
        """Apply the migrations that are missing. Several callers at once wait for each other.

        Raises:
            DatabaseUnavailableError: PostgreSQL cannot be reached.
        """
        database.upgrade(self._connect())

    def downgrade(self, revision: str) -> None:
        """Take the migrations after `revision` back; `base` takes all back, and all data with them."""
        database.downgrade(self._connect(), revision)
        self._checked = False

    def schema_version(self) -> str | None:
        """Give the schema's version; `None` where there is no schema yet."""
        return database.schema_version(self._connect())

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

        Raises:
            InvalidValueError: A value breaks a rule.
        """
        fields = _fields(locals())
        with self._transaction() as (session, now):
            return pipelines.get_or_create_type(session, name=name, fields=fields, now=now)

    def list_pipeline_types(self) -> list[values.PipelineType]:
        """Give all pipeline types, by name."""
        with self._transaction() as (session, _):
            return pipelines.list_types(session)

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
    ) -> values.PipelineType:
        """Change a pipeline type by hand; only what is passed. Arguments as of `get_or_create_pipeline_type`.

        Raises:
            NotFoundError: No pipeline type has that id or name.
            InvalidValueError: A value breaks a rule.
        """
        fields = _fields(locals())
        with self._transaction() as (session, now):
            return pipelines.update_type(session, reference=reference, fields=fields, now=now)

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
            load_lineage: Whether its lineage is to be declared again; `None` leaves that.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        configuration = _fields(locals(), but=("next_watermark", "load_lineage"))
        with self._transaction() as (session, now):
            return pipelines.get_or_create(
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
            return pipelines.configure(session, configurations=configurations, now=now)

    def pipeline(self, reference: int | str) -> values.Pipeline:
        """Give the pipeline with that id or name.

        Raises:
            NotFoundError: There is none.
        """
        with self._transaction() as (session, _):
            return pipelines.get(session, reference)

    def list_pipelines(self) -> list[values.Pipeline]:
        """Give all pipelines, by name."""
        with self._transaction() as (session, _):
            return pipelines.list_all(session)

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
        load_lineage: bool | Unset = UNSET,
    ) -> values.Pipeline:
        """Change a pipeline by hand; only what is passed. That stays until the configuration in code changes.

        Args:
            reference: Its id or name.
            active: Whether it may run and is checked.
            pipeline_type_name, next_watermark, pipeline_metadata, freshness_number, freshness_datepart,
                mute_freshness_check, timeliness_number, timeliness_datepart, mute_timeliness_check,
                load_lineage: As of `get_or_create_pipeline`.

        Raises:
            NotFoundError: No pipeline has that id or name.
            InvalidValueError: A value breaks a rule.
        """
        fields = _fields(locals())
        with self._transaction() as (session, now):
            return pipelines.update(session, reference=reference, fields=fields, now=now)

    def rewind_pipeline(self, reference: int | str, *, watermark: object) -> values.Pipeline:
        """Set a pipeline's watermark by hand, on record. `None` takes it away.

        Raises:
            NotFoundError: No pipeline has that id or name.
            InvalidValueError: The watermark is neither text, number, date nor UUID.
        """
        with self._transaction() as (session, now):
            return progress.rewind(session, reference=reference, watermark=watermark, now=now)

    def watermark_events(self, reference: int | str) -> list[values.WatermarkEvent]:
        """Give what is on record about a pipeline's watermark, newest first: conflicts, and changes by hand.

        Raises:
            NotFoundError: No pipeline has that id or name.
        """
        with self._transaction() as (session, _):
            return progress.watermark_events(session, reference=reference)

    # Addresses

    def get_or_create_address_type(self, name: str, *, group_name: str | None = None) -> values.AddressType:
        """Give the address type of that name; make it, or change its group, where that is needed.

        Raises:
            InvalidValueError: A value breaks a rule, or a new type comes without a group.
        """
        with self._transaction() as (session, now):
            return addresses.get_or_create_type(session, name=name, group_name=group_name, now=now)

    def list_address_types(self) -> list[values.AddressType]:
        """Give all address types, by name."""
        with self._transaction() as (session, _):
            return addresses.list_types(session)

    def update_address_type(
        self, reference: int | str, *, name: str | Unset = UNSET, group_name: str | Unset = UNSET
    ) -> values.AddressType:
        """Rename an address type, or move it to another group.

        Raises:
            NotFoundError: No address type has that id or name.
            InvalidValueError: A value breaks a rule, or another type has that name.
        """
        with self._transaction() as (session, now):
            return addresses.update_type(session, reference=reference, name=name, group_name=group_name, now=now)

    def get_or_create_address(
        self, name: str, *, address_type_name: str, address_type_group_name: str | None = None
    ) -> values.Address:
        """Give the address of that name; make it where it is not known.

        Raises:
            InvalidValueError: A value breaks a rule, or a new type comes without a group.
        """
        address = values.Address(name, address_type_name, address_type_group_name)
        with self._transaction() as (session, now):
            return addresses.get_or_create(session, address=address, now=now)

    def list_addresses(self) -> list[values.Address]:
        """Give all addresses, by name."""
        with self._transaction() as (session, _):
            return addresses.list_all(session)

    def update_address(
        self,
        reference: int | str,
        *,
        name: str | Unset = UNSET,
        address_type_name: str | Unset = UNSET,
        deprecated: bool | Unset = UNSET,
    ) -> values.Address:
        """Rename, re-type or deprecate an address; only what is passed.

        Raises:
            NotFoundError: No address has that id or name.
            InvalidValueError: A value breaks a rule, or another address has that name.
        """
        with self._transaction() as (session, now):
            return addresses.update(
                session,
                reference=reference,
                name=name,
                address_type_name=address_type_name,
                deprecated=deprecated,
                now=now,
            )

    # Executions

    @contextmanager
    def track(
        self,
        pipeline: str | values.PipelineConfiguration,
        *,
        next_watermark: object = None,
        parent_id: int | None = None,
        parent: values.ExecutionRecord | None = None,
        full_load: bool = False,
        execution_metadata: Mapping[str, Any] | None = None,
        source: ExecutionSource = ExecutionSource.PYTHON,
        external_id: str | None = None,
        logical_date: dt.datetime | None = None,
        attempt: int = 1,
        strict: bool = False,
        spool: bool = True,
    ) -> Iterator[TrackedExecution]:
        """Record the block as an execution of a pipeline, which is made where it is not known.

        The execution succeeds when the block ends, fails when it raises, and is canceled by Ctrl-C and the like; what
        was raised passes on. With the database away the block runs all the same: that is logged, and the execution
        waits in a spool file until this host reaches the database again.

        Args:
            pipeline: Its name, or all that code declares of it.
            next_watermark: How far the pipeline gets when this execution succeeds.
            parent_id: The execution that this one is part of.
            parent: That execution, told of in the same transaction, where its id is not known.
            full_load: Whether it loads everything anew.
            execution_metadata: Whatever else is worth keeping.
            source: The edge that records it.
            external_id: Its identity at the source; telling of it again meets the same row. A new one by default.
            logical_date: The time that its data is about, where that is not now.
            attempt: Which try of the same identity this is, from 1.
            strict: Raise where the database cannot do its part, in place of running on.
            spool: Keep what could not be written in a file.

        Raises:
            PipelineInactiveError: The pipeline is switched off.
            NotFoundError: The parent is not known.
            InvalidValueError: A value breaks a rule.
            DatabaseError: With `strict`, the database cannot do its part.
        """
        if isinstance(pipeline, str):
            pipeline = values.PipelineConfiguration(name=pipeline)
        tracked = TrackedExecution(
            self,
            configuration=pipeline,
            next_watermark=next_watermark,
            parent_id=parent_id,
            parent=parent,
            full_load=full_load,
            execution_metadata=execution_metadata,
            source=source,
            external_id=external_id or str(uuid.uuid4()),
            logical_date=logical_date,
            attempt=attempt,
            strict=strict,
            spool_directory=self._spool_directory if spool else None,
        )
        with tracked:
            yield tracked

    def tracked(self, pipeline: str, **options: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Record each call of the function as an execution; the options are those of `track`."""

        def decorate(function: Callable[P, R]) -> Callable[P, R]:
            @functools.wraps(function)
            def run(*args: P.args, **kwargs: P.kwargs) -> R:
                with self.track(pipeline, **options):
                    return function(*args, **kwargs)

            return run

        return decorate

    def begin_tracked(self, tracked: TrackedExecution) -> values.Execution:
        """Write the start of a tracked execution, after those that wait: it starts from where they have got to."""
        self._check()
        self._replay_spool()
        with self._transaction() as (session, now):
            parent_id = tracked.parent_id
            if tracked.parent is not None:
                parent_id = _record_parent(session, tracked.parent, now=now)
            configuration = {field: value for field, value in vars(tracked.configuration).items() if field != "name"}
            type_name = configuration["pipeline_type_name"] or None
            pipeline = pipelines.get_or_make(session, name=tracked.pipeline, type_name=type_name, now=now)
            if not pipeline.active:
                raise PipelineInactiveError(pipeline.name)
            execution = executions.start(
                database.driver(session),
                pipeline_id=pipeline.id,
                source=tracked.source,
                external_id=tracked.external_id,
                start_date=tracked.start_date,
                parent_id=parent_id,
                full_load=tracked.full_load,
                next_watermark=tracked.next_watermark,
                logical_date=tracked.logical_date,
                execution_metadata=tracked.execution_metadata,
                attempt=tracked.attempt,
                now=now,
            )
            # After the execution: whoever records it holds the two rows in this order too, so nobody waits in a circle.
            pipelines.bring_up_to_date(session, pipeline, configuration=configuration, now=now)
            return execution

    def finish_tracked(self, tracked: TrackedExecution, record: values.ExecutionRecord) -> None:
        """Write the end of a tracked execution; all of it, where its start could not be written.

        Somebody else may have told of its end: Dagster, of a run that it gave up on; or the same identity ran twice.
        The job has done its work all the same, so what is known of both is put together.
        """
        with self._transaction() as (session, now):
            if tracked.id is None:
                records.record(session, records=[record], now=now)
            else:
                self._end_tracked(session, tracked.id, record, now=now)
        self._catch_up()  # what was tracked inside of it may wait, and this may be the last call of its process

    def _end_tracked(
        self, session: Session, execution_id: int, record: values.ExecutionRecord, *, now: dt.datetime
    ) -> None:
        try:
            executions.end(
                database.driver(session),
                execution_id=execution_id,
                state=record.state,
                end_date=record.end_date,
                counts=vars(record),
                next_watermark=record.next_watermark,
                execution_metadata=record.execution_metadata,
                now=now,
            )
        except (ExecutionEndedError, NotFoundError):
            logger.info("execution %d of pipeline %r was ended by another", execution_id, record.pipeline_name)
            records.record(session, records=[record], now=now)

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
    ) -> values.Execution:
        """Start an execution, which takes the pipeline's watermark with it.

        The same `external_id` again gives the execution that is there; a higher `attempt` takes it up again. Whether
        the pipeline is active is for the caller to look at (`track` does).

        Args:
            pipeline_id: The pipeline's id or name.
            start_date: When it started, with time zone; now by default.
            parent_id, full_load, next_watermark, execution_metadata, source, external_id, logical_date, attempt: As of
                `track`.

        Raises:
            NotFoundError: The pipeline or the parent is not known.
            InvalidValueError: A value breaks a rule.
        """
        if isinstance(pipeline_id, str):
            pipeline_id = self.pipeline(pipeline_id).id
        with self._driver_statements() as (connection, now):
            return executions.start(
                connection,
                pipeline_id=pipeline_id,
                source=source,
                external_id=external_id or str(uuid.uuid4()),
                start_date=start_date or now,
                parent_id=parent_id,
                full_load=full_load,
                next_watermark=next_watermark,
                logical_date=logical_date,
                execution_metadata=execution_metadata,
                attempt=attempt,
                now=now,
            )

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
        """End an execution; a success moves the watermark and tells the pipeline what changed.

        The same values again change nothing.

        Args:
            execution_id: Which one.
            end_date: When it ended, with time zone, not before its start; now by default.
            completed_successfully: Whether it succeeded.
            inserts, updates, soft_deletes, total_rows: Rows, from 0.
            next_watermark: How far the pipeline gets, where that was not known at the start.
            execution_metadata: Added to what was told at the start.

        Raises:
            NotFoundError: The execution is not known.
            ExecutionEndedError: It has ended already, with other values.
            InvalidValueError: A value breaks a rule.
        """
        counts = {"inserts": inserts, "updates": updates, "soft_deletes": soft_deletes, "total_rows": total_rows}
        with self._driver_transaction() as (connection, now):
            return executions.end(
                connection,
                execution_id=execution_id,
                state=ExecutionState.SUCCEEDED if completed_successfully else ExecutionState.FAILED,
                end_date=end_date,
                counts=counts,
                next_watermark=UNSET if next_watermark is None else next_watermark,
                execution_metadata=execution_metadata,
                now=now,
            )

    def record(self, told: Iterable[values.ExecutionRecord]) -> int:
        """Write executions after the fact, in one transaction, in any order, as often as it takes.

        Returns:
            How many were written.

        Raises:
            InvalidValueError: A record breaks a rule; nothing is written.
        """
        with self._transaction() as (session, now):
            return records.record(session, records=told, now=now)

    def execution(self, execution_id: int) -> values.Execution:
        """Give the execution with that id.

        Raises:
            NotFoundError: There is none.
        """
        with self._driver_statements() as (connection, _):
            return executions.get(connection, execution_id)

    def executions(
        self,
        *,
        pipeline: int | str | None = None,
        state: ExecutionState | str | None = None,
        since: dt.datetime | None = None,
        limit: int = 100,
    ) -> list[values.Execution]:
        """Give executions, newest first.

        Args:
            pipeline: Of this pipeline only, by id or name.
            state: In this state only.
            since: Started at or after this time, with time zone.
            limit: At most so many.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
        """
        pipeline_id = None if pipeline is None else self.pipeline(pipeline).id
        with self._driver_statements() as (connection, _):
            return executions.list_newest(connection, pipeline_id=pipeline_id, state=state, since=since, limit=limit)

    def execution_tree(self, execution_id: int) -> values.ExecutionTree:
        """Give an execution with all that ran as part of it, oldest first.

        Raises:
            NotFoundError: There is none.
        """
        with self._driver_statements() as (connection, _):
            return executions.tree(connection, execution_id)

    # Recorders of Dagster instances

    @contextmanager
    def recorder(self, instance_id: str) -> Iterator[RecorderSession | None]:
        """Take the recorder of a Dagster instance; `None` where another process has it.

        Args:
            instance_id: The id of the instance's run storage.
        """
        self._check()
        with recorders.held(self._connect(), instance_id=instance_id) as is_ours:
            if not is_ours:
                yield None
                return
            with self._transaction() as (session, _):
                cursor = recorders.cursor(session, instance_id=instance_id)
            yield RecorderSession(self, instance_id, cursor)

    def recorder_states(self) -> list[values.RecorderState]:
        """Give how far the event log of each Dagster instance has been recorded."""
        with self._transaction() as (session, _):
            return recorders.list_all(session)

    # The spool

    def spooled(self) -> int:
        """Count the executions of this host that wait for the database."""
        return len(spool.pending(self._spool_directory))

    @property
    def _spool_directory(self) -> Any:
        return self.settings.home / "spool"

    def _catch_up(self) -> None:
        """Record what waits, where that is not what the caller asked for: it must not fail for it."""
        try:
            self._replay_spool()
        except DatabaseError as exc:
            logger.debug("executions of this host wait on: %s", exc)

    def _replay_spool(self) -> None:
        try:
            spool.replay(self._spool_directory, lambda record: self.record([record]))
        except OSError as exc:
            logger.warning("executions that wait in %s cannot be recorded: %s", self._spool_directory, exc)

    # The database

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Session, dt.datetime]]:
        self._check()
        with database.transaction(self._connect()) as session:
            yield session, dt.datetime.now(dt.UTC)

    @contextmanager
    def _driver_transaction(self) -> Iterator[tuple[database.Driver, dt.datetime]]:
        self._check()
        with database.driver_transaction(self._connect()) as connection:
            yield connection, dt.datetime.now(dt.UTC)

    @contextmanager
    def _driver_statements(self) -> Iterator[tuple[database.Driver, dt.datetime]]:
        self._check()
        with database.driver_statements(self._connect()) as connection:
            yield connection, dt.datetime.now(dt.UTC)

    def _connect(self) -> sa.Engine:
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    url = self._start_embedded() if self._url is None else self._url
                    self._engine = database.create_engine(url)
        return self._engine

    def _check(self) -> None:
        """Look at the schema's version, once; the embedded database is ours, and is brought up to date at once."""
        if self._checked:
            return
        engine = self._connect()
        try:
            if self._embedded and database.schema_version(engine) != database.SCHEMA_VERSION:
                database.upgrade(engine)
            database.check_schema_version(engine)
        except DatabaseUnavailableError:
            if self._embedded:
                self._engine = None  # it may come back on another port
            raise
        self._checked = True
        self._catch_up()

    def _start_embedded(self) -> sa.URL:
        from watcher_core.embedded import EmbeddedPostgres

        server = EmbeddedPostgres(self.settings.home / "postgres", bin_directory=self.settings.postgres_bin)
        if not server.status().running:
            print(
                f"watcher: no database is configured, so PostgreSQL is started in {server.directory}; "
                "set WATCHER_DATABASE_URL to use a server instead",
                file=sys.stderr,
            )
        return database.normalize_url(server.start())


class RecorderSession:
    """The recorder of one Dagster instance, held by this process."""

    def __init__(self, watcher: Watcher, instance_id: str, cursor: dict[str, Any]) -> None:
        self._watcher = watcher
        self.instance_id = instance_id
        self.cursor = cursor

    def record(
        self,
        told: Iterable[values.ExecutionRecord],
        *,
        cursor: Mapping[str, Any],
        lag_seconds: float | None = None,
        message: str | None = None,
    ) -> int:
        """Write executions and the cursor behind them in one transaction.

        Args:
            told: The executions.
            cursor: How far recording has got with them; JSON.
            lag_seconds: Age of the oldest event that is not yet recorded.
            message: What there is to tell of it.

        Returns:
            How many executions were written.
        """
        with self._watcher._transaction() as (session, now):
            written = records.record(session, records=told, now=now)
            recorders.move_cursor(
                session,
                instance_id=self.instance_id,
                cursor=cursor,
                lag_seconds=lag_seconds,
                message=message,
                now=now,
            )
        self.cursor = dict(cursor)
        return written


def _record_parent(session: Session, parent: values.ExecutionRecord, *, now: dt.datetime) -> int | None:
    """Give the id of an execution that runs. All but the first of its children find it on record already."""
    identity: dict[str, Any] = {"source": parent.source, "external_id": parent.external_id}
    known = executions.find_id(database.driver(session), **identity)
    if known is None:
        records.record(session, records=[parent], now=now)
        known = executions.find_id(database.driver(session), **identity)
    return known


def _fields(arguments: Mapping[str, Any], *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The keyword arguments of a method that name fields of its row."""
    return {name: value for name, value in arguments.items() if name in pipelines.CLEANERS and name not in but}
