"""The warehouse: a schema of its own in PostgreSQL. A write replaces what it wrote before, so it can be repeated."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import pandas as pd
from sqlalchemy import Connection, NullPool, create_engine, inspect, text


class Warehouse(dg.ConfigurableResource[None]):
    """Writes a table, or one day of it, in one transaction."""

    url: str

    def load(self, table: str, rows: pd.DataFrame, *, day: str | None = None) -> int:
        """Fill a table, made where it is missing, with rows; give their number."""
        with self._transaction() as connection:
            if inspect(connection).has_table(table):
                self._clear(connection, table, day)
            rows.to_sql(table, connection, if_exists="append", index=False)
        return len(rows)

    def build(self, table: str, query: str, *, day: str | None = None) -> int:
        """Fill a table, made where it is missing, with what a query gives; give the number of rows."""
        insert = f"INSERT INTO {table} SELECT * FROM ({query}) AS rows" + (" WHERE day = :day" if day else "")
        with self._transaction() as connection:
            connection.execute(text(f"CREATE TABLE IF NOT EXISTS {table} AS {query} WITH NO DATA"))
            self._clear(connection, table, day)
            return connection.execute(text(insert), {"day": day}).rowcount

    def ask(self, query: str) -> list[Any]:
        """Give the rows of a query."""
        with self._transaction() as connection:
            return list(connection.execute(text(query)))

    def _clear(self, connection: Connection, table: str, day: str | None) -> None:
        if day:
            connection.execute(text(f"CREATE INDEX IF NOT EXISTS {table}_day ON {table} (day)"))
            connection.execute(text(f"DELETE FROM {table} WHERE day = :day"), {"day": day})
        else:
            connection.execute(text(f"DELETE FROM {table}"))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        engine = create_engine(self.url, poolclass=NullPool, connect_args={"options": "-c search_path=flights"})
        with engine.begin() as connection:
            # One writer at a time: two that make the same table at once fail, IF NOT EXISTS or not.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('flights'))"))
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS flights"))
            yield connection
