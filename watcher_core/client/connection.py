"""How `Watcher` reaches the database: one engine, one transaction a call, and the spool for when it cannot."""

from __future__ import annotations

import datetime as dt
import logging
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

from watcher_core import anomalies, arguments, database, recording, values
from watcher_core.client import argument_types
from watcher_core.errors import ConfigurationError, DatabaseError, DatabaseUnavailableError
from watcher_core.settings import Settings
from watcher_core.waiting import LOCK_SECONDS

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy.orm import Session

logger = logging.getLogger("watcher")


# It takes longer to compile the statements of checks than to run them.
WITHOUT_COMPILER = "SET LOCAL jit = off"


@argument_types.checked
class Connection:
    """What all methods of `Watcher` stand on. Connects on first use.

    Attributes:
        pool_size: Connections that stay open where nothing goes on; read at the first use.
        pool_overflow: Connections at most beside those; also read then.
        lock_seconds: How long a lock is waited for that others hold, where no time limit says less; also read then.
    """

    pool_size = 5
    pool_overflow = 20
    lock_seconds = LOCK_SECONDS

    # A pipeline's name, or the beginning of names and `*`; `None` is all pipelines.
    _names: str | None = None

    def __init__(
        self,
        database_url: str | None = None,
        *,
        settings: Settings | None = None,
        token: str | None = None,
        _server: bool = False,
    ) -> None:
        self.settings = settings or Settings.load()
        if database_url is not None:
            arguments.text(database_url, "database_url")
        if token is not None:
            raise ConfigurationError("a token goes with the URL of a server, as in https://watcher.example.com")
        if database_url is None and self.settings.database_url is not None and not _server:
            database_url = self.settings.database_url.get_secret_value()
        self._url = None if database_url is None else database.normalize_url(database_url)
        self._embedded = self._url is None and not _server
        self._engine: sa.Engine | None = None
        self._checked = False
        self._lock = threading.Lock()
        self._next_heartbeats: dict[str, float] = {}  # by round, on the clock that only goes forward

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.__module__.startswith("watcher_core."):
            argument_types.checked(cls)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'embedded' if self._url is None else database.without_secrets(self._url)!r})"

    def __getstate__(self) -> NoReturn:
        """Refuse to be handed to another process: connections cannot be, and the password is not to be written."""
        raise TypeError(f"{self!r} cannot be handed to another process; make a Watcher there, as in Watcher()")

    @property
    def url(self) -> sa.URL:
        """Where the database is; starts the embedded PostgreSQL where that is what is used."""
        return self._connect().url

    def close(self) -> None:
        """Close all connections. The next call opens them again."""
        if self._engine is not None:
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _limited_to(self, names: str | None) -> Self:
        """Return this Watcher, on the same connections, as a token of some pipelines has it.

        What `alerts`, `anomaly_results`, `asset_checks`, `asset_check_results`, `delivery_health`, `executions`,
        `report`, `search`, `undelivered_alerts`, `unjudged_executions` and `unwatched_pipelines` return is of these
        pipelines alone, and so is what `alert` counts as behind one. Who calls another method for such a token leaves
        out what it does not cover.

        Args:
            names: A pipeline's name, or the beginning of names and `*`; `None` is all pipelines.
        """
        if names is None:
            return self
        limited = object.__new__(type(self))
        vars(limited).update(vars(self), _names=names)
        return limited

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
        """Return the schema's version; `None` where there is no schema yet."""
        return database.schema_version(self._connect())

    def grant(
        self,
        *,
        owner: str | None = None,
        writers: Sequence[str] = (),
        readers: Sequence[str] = (),
        dry_run: bool = False,
    ) -> list[str]:
        """Give roles of PostgreSQL their rights in the schema, all or none; what else they could do there is revoked.

        Args:
            owner: May change the schema and make tokens. Who owned it before has no rights any more.
            writers: May read and write all data and use tokens: record, check, deliver, serve and clean up.
            readers: May read all but tokens.
            dry_run: Only return the statements.

        Returns:
            The statements of SQL, in their order.

        Raises:
            NotFoundError: There is no such role.
            ConfigurationError: There is no schema yet; a role has more rights than these, or is named twice.
            DatabaseError: The user of this connection may not do that.
        """
        with database.driver_transaction(self._connect()) as connection:
            # What waits for a lock on a table holds up all who come after it.
            connection.execute("SET LOCAL lock_timeout = '5s'")
            statements = database.statements_to_grant(connection, owner=owner, writers=writers, readers=readers)
            for statement in [] if dry_run else statements:
                connection.execute(statement.encode())
        return statements

    def compact(self, *, batch_size: int = 2_000) -> int:
        """Shorten the executions that earlier versions have stored at greater length; what is read of them is the same.

        It goes on beside recording, a transaction for each batch, and may be stopped and called again. No file shrinks:
        that of the table grows by a tenth and its indexes by a third, and new executions use the room that gets free.

        Args:
            batch_size: Rows that a transaction looks at.

        Returns:
            How many executions were shortened.

        Raises:
            InvalidValueError: The batch size is not from 1 to 1,000,000.
        """
        size = recording.clean_batch_size(batch_size)
        shortened, last_id, freed_at = 0, 0, 0
        with self._driver_statements() as (connection, _):
            tenth = recording.tenth_of_executions(connection)
        while True:
            with self._driver_transaction() as (connection, _):
                page = recording.compact_page(connection, after=last_id, size=size)
            if page.last_id is None:
                return shortened
            shortened, last_id = shortened + page.shortened, page.last_id
            if page.shortened and last_id - freed_at > tenth:
                freed_at = last_id
                with self._driver_statements() as (connection, _):
                    recording.free_room(connection)

    # The spool

    def spooled(self) -> int:
        """Count the executions of this host that wait for the database."""
        return len(recording.spooled_executions(self.spool_directories))

    @property
    def spool_directories(self) -> list[Path]:
        """Where executions for this database wait on this host; the first place that can be written takes them."""
        targets = [str(self.settings.home.absolute())] if self._url is None else database.target_names(self._url)
        return recording.spool_directories(*targets, home=self.settings.home)

    def _catch_up(self) -> None:
        """Record what waits, where that is not what the caller asked for: it must not fail for it."""
        try:
            self._replay_spool()
        except DatabaseError as exc:
            logger.debug("executions of this host wait on: %s", exc)

    def _end_gone(self) -> None:
        """End the executions of this host whose process was killed: nobody else sees that as soon."""
        try:
            with self._driver_transaction() as (connection, now):
                recording.end_gone(connection, home=self.settings.home, now=now)
        except DatabaseError as exc:
            logger.debug("executions of this host that were killed are not ended: %s", exc)

    def _replay_spool(self, *, before: str | None = None) -> None:
        """Record what waits, all of a pipeline of which an execution comes next; else it raises."""

        def record(waiting: Sequence[values.ExecutionRecord]) -> None:
            self._record_all(waiting, in_passing=any(each.pipeline_name != before for each in waiting))

        try:
            recording.replay_spool(self.spool_directories, record, before=before)
        except OSError as exc:
            logger.warning("executions that wait for the database cannot be read: %s", exc)

    def _record_all(self, records: Iterable[values.ExecutionRecord], *, in_passing: bool) -> int:
        """Record executions; in passing, where something else was asked for, wait for locks for a moment only."""
        with self._transaction() as (session, now):
            if in_passing:
                database.limit_locks_in_passing(database.driver(session))
            return recording.record_executions(session, records=records, host=recording.this_host(), now=now)

    # The database

    # Each gives this host's time with the transaction: when a row was last changed. What is compared with times that
    # are stored, or is stored to be compared, goes by `clock`.

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Session, dt.datetime]]:
        self._check()
        with database.transaction(self._connect()) as session:
            session.info[anomalies.AUTO_CREATE_RULES] = self.settings.auto_create_anomaly_detection_rules
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

    def _present(self, now: dt.datetime | None) -> dt.datetime:
        """Return the time that was given, else that of the database: what is late is so for all hosts."""
        return self._clock() if now is None else arguments.instant(now, "now")

    def clock(self) -> dt.datetime:
        """Return the time by the database's clock, in UTC. All hosts share it; each one's own may be hours off.

        Raises:
            DatabaseUnavailableError: PostgreSQL cannot be reached.
        """
        return self._clock()

    def _clock(self) -> dt.datetime:
        with self._driver_statements() as (connection, _):
            return database.clock(connection)

    def _connect(self) -> sa.Engine:
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    url = self._start_embedded() if self._url is None else self._url
                    self._engine = database.create_engine(
                        url,
                        pool_size=self.pool_size,
                        pool_overflow=self.pool_overflow,
                        lock_seconds=self.lock_seconds,
                    )
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
        self._end_gone()

    def _prepare_embedded(self) -> None:
        """Start the embedded PostgreSQL and bring its schema up to date, which may take longer than a job may wait."""
        if self._embedded:
            self._check()

    def _start_embedded(self) -> sa.URL:
        from watcher_core.embedded import EmbeddedPostgres

        server = EmbeddedPostgres(self.settings.home / "postgres", bin_directory=self.settings.postgres_bin)
        if not server.status().running:
            server.bin_directory()  # raises before anything is promised
            print(
                f"watcher: no database is configured, so PostgreSQL is started in {server.directory}; "
                "set WATCHER_DATABASE_URL to use a server instead",
                file=sys.stderr,
            )
        return database.normalize_url(server.start())
