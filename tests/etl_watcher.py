"""Databases of etl-watcher, as its versions of September 2025 and of March 2026 have them, with what tests put in.

Only the tables, their types and the rules that matter to whoever reads them; written from what its documentation and
its database say, for tests.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Literal

import psycopg
from psycopg import sql

Shape = Literal["seed", "later"]

MORNING = dt.datetime(2026, 3, 1, 6, tzinfo=dt.UTC)

DATEPARTS = "CREATE TYPE datepartenum AS ENUM ('MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR');"

COMMON = """
CREATE TABLE pipeline_type (
    id serial PRIMARY KEY, name varchar(150) NOT NULL UNIQUE,
    freshness_number integer, freshness_datepart datepartenum, mute_freshness_check boolean NOT NULL DEFAULT false,
    timeliness_number integer, timeliness_datepart {timely}, mute_timeliness_check boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz);
CREATE TABLE pipeline (
    id serial PRIMARY KEY, name varchar(150) NOT NULL UNIQUE,
    pipeline_type_id integer NOT NULL REFERENCES pipeline_type,
    watermark varchar(50), next_watermark varchar(50), pipeline_metadata jsonb,
    last_target_insert timestamptz, last_target_update timestamptz, last_target_soft_delete timestamptz,
    freshness_number integer, freshness_datepart datepartenum, mute_freshness_check boolean NOT NULL DEFAULT false,
    timeliness_number integer, timeliness_datepart {timely}, mute_timeliness_check boolean NOT NULL DEFAULT false,
    load_lineage boolean NOT NULL DEFAULT true, active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz);
CREATE TABLE pipeline_execution (
    id bigserial PRIMARY KEY, parent_id integer, pipeline_id integer NOT NULL REFERENCES pipeline,
    start_date timestamptz NOT NULL, date_recorded date NOT NULL, hour_recorded integer NOT NULL,
    end_date timestamptz, duration_seconds integer, completed_successfully boolean,
    inserts integer, updates integer, soft_deletes integer, total_rows integer,
    watermark varchar(50), next_watermark varchar(50), execution_metadata jsonb);
CREATE TABLE address_type (
    id serial PRIMARY KEY, name varchar(150) NOT NULL UNIQUE, group_name varchar(150) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz);
CREATE TABLE address (
    id serial PRIMARY KEY, name varchar(150) NOT NULL UNIQUE, address_type_id integer NOT NULL REFERENCES address_type,
    database_name varchar(50), schema_name varchar(50), table_name varchar(50), primary_key varchar(50),
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz);
CREATE TABLE address_lineage (
    id bigserial PRIMARY KEY, pipeline_id integer NOT NULL REFERENCES pipeline,
    source_address_id integer NOT NULL REFERENCES address, target_address_id integer NOT NULL REFERENCES address,
    UNIQUE (source_address_id, target_address_id));
CREATE TABLE address_lineage_closure (source_address_id integer, target_address_id integer, depth integer);
CREATE TABLE freshness_pipeline_log (
    id bigserial PRIMARY KEY, pipeline_id integer NOT NULL REFERENCES pipeline,
    last_dml_timestamp timestamptz NOT NULL, evaluation_timestamp timestamptz NOT NULL,
    freshness_number integer NOT NULL, freshness_datepart datepartenum NOT NULL, used_child_config boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), UNIQUE (last_dml_timestamp, pipeline_id));
"""

SEED = """
ALTER TABLE pipeline_execution ADD full_load boolean;
ALTER TABLE address ADD deprecated boolean NOT NULL DEFAULT false;
CREATE TABLE timeliness_pipeline_execution_log (
    id bigserial PRIMARY KEY, pipeline_execution_id bigint NOT NULL UNIQUE REFERENCES pipeline_execution,
    pipeline_id integer NOT NULL REFERENCES pipeline, duration_seconds integer NOT NULL,
    seconds_threshold integer NOT NULL, execution_status varchar NOT NULL, timely_number integer NOT NULL,
    timely_datepart timelinessdatepartenum NOT NULL, used_child_config boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());
CREATE TYPE anomalymetricfieldenum AS ENUM ('DURATION_SECONDS', 'INSERTS', 'UPDATES', 'SOFT_DELETES', 'TOTAL_ROWS');
CREATE TABLE anomaly_detection_rule (
    id serial PRIMARY KEY, pipeline_id integer NOT NULL REFERENCES pipeline,
    metric_field anomalymetricfieldenum NOT NULL,
    std_deviation_threshold_multiplier double precision NOT NULL DEFAULT 2, lookback_days integer NOT NULL DEFAULT 30,
    minimum_executions integer NOT NULL DEFAULT 10, active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz, UNIQUE (pipeline_id, metric_field));
CREATE TABLE anomaly_detection_result (
    id bigserial PRIMARY KEY, rule_id integer NOT NULL REFERENCES anomaly_detection_rule,
    pipeline_execution_id bigint NOT NULL REFERENCES pipeline_execution, violation_value double precision NOT NULL,
    baseline_value double precision NOT NULL, deviation_percentage double precision NOT NULL,
    confidence_score double precision NOT NULL, context jsonb, detected_at timestamptz NOT NULL DEFAULT now());
"""

LATER = """
ALTER TABLE pipeline ADD input_hash varchar(20) NOT NULL DEFAULT '0';
ALTER TABLE address ADD input_hash varchar(20) NOT NULL DEFAULT '0', ADD address_metadata jsonb;
ALTER TABLE pipeline_execution
    ADD anomaly_flags jsonb, ADD throughput numeric(12, 4), ADD CHECK (end_date IS NULL OR end_date > start_date);
CREATE TABLE pipeline_execution_closure (
    parent_execution_id bigint NOT NULL, child_execution_id bigint NOT NULL, depth integer NOT NULL);
CREATE TABLE timeliness_pipeline_execution_log (
    pipeline_execution_id bigint PRIMARY KEY REFERENCES pipeline_execution,
    pipeline_id integer NOT NULL REFERENCES pipeline, duration_seconds integer NOT NULL,
    seconds_threshold integer NOT NULL, execution_status varchar NOT NULL, timely_number integer NOT NULL,
    timely_datepart datepartenum NOT NULL, used_child_config boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now());
CREATE TYPE anomalymetricfieldenum AS ENUM (
    'DURATION_SECONDS', 'INSERTS', 'UPDATES', 'SOFT_DELETES', 'TOTAL_ROWS', 'THROUGHPUT');
CREATE TABLE anomaly_detection_rule (
    id serial PRIMARY KEY, pipeline_id integer NOT NULL REFERENCES pipeline,
    metric_field anomalymetricfieldenum NOT NULL,
    z_threshold numeric(4, 2), lookback_days integer NOT NULL DEFAULT 30,
    minimum_executions integer NOT NULL DEFAULT 30, active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz,
    UNIQUE (pipeline_id, metric_field));
CREATE TABLE anomaly_detection_result (
    pipeline_execution_id bigint REFERENCES pipeline_execution, rule_id integer REFERENCES anomaly_detection_rule,
    violation_value numeric(12, 4), z_score numeric(12, 4), historical_mean numeric(12, 4),
    std_deviation_value numeric(12, 4), z_threshold numeric(12, 4), threshold_min_value numeric(12, 4),
    threshold_max_value numeric(12, 4), context jsonb, detected_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (pipeline_execution_id, rule_id));
"""


class EtlWatcher:
    """A database of etl-watcher, empty at first.

    Attributes:
        url: Where it is.
        shape: Which version made it.
        connection: To write what a test needs.
    """

    def __init__(self, url: str, shape: Shape) -> None:
        self.url, self.shape = url, shape
        self.connection = psycopg.connect(url, autocommit=True)
        timely = "timelinessdatepartenum" if shape == "seed" else "datepartenum"
        if shape == "seed":
            self.connection.execute("CREATE TYPE timelinessdatepartenum AS ENUM ('MINUTE', 'HOUR')")
        tables = DATEPARTS + COMMON.format(timely=timely) + (SEED if shape == "seed" else LATER)
        self.connection.execute(tables.encode())

    def add(self, table: str, **fields: Any) -> int:
        """Add a row; objects become JSON. Return its id, where it has one."""
        given = {name: json.dumps(each) if isinstance(each, dict | list) else each for name, each in fields.items()}
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING *").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, given)),
            sql.SQL(", ").join(map(sql.Placeholder, given)),
        )
        row = self.connection.execute(statement, given).fetchone()
        return row[0] if row else 0

    def pipeline(self, name: str, *, type_name: str = "daily", **fields: Any) -> int:
        """Add a pipeline, and its type where that is missing."""
        self.connection.execute("INSERT INTO pipeline_type (name) VALUES (%s) ON CONFLICT DO NOTHING", [type_name])
        (type_id,) = (
            self.connection.execute("SELECT id FROM pipeline_type WHERE name = %s", [type_name]).fetchone() or ()
        )
        return self.add("pipeline", name=name, pipeline_type_id=type_id, **fields)

    def execution(
        self, pipeline_id: int, *, start: float = 0, minutes: float | None = 5, success: bool = True, **fields: Any
    ) -> int:
        """Add an execution; `start` in hours after a certain morning, `None` minutes for one that runs."""
        began = MORNING + dt.timedelta(hours=start)
        ended = None if minutes is None else began + dt.timedelta(minutes=minutes)
        return self.add(
            "pipeline_execution",
            pipeline_id=pipeline_id,
            start_date=began,
            date_recorded=began.date(),
            hour_recorded=began.hour,
            end_date=ended,
            duration_seconds=None if minutes is None else int(minutes * 60),
            completed_successfully=None if minutes is None else success,
            **fields,
        )

    def address(self, name: str, *, type_name: str = "postgresql", group: str = "database", **fields: Any) -> int:
        """Add an address, and its type where that is missing."""
        self.connection.execute(
            "INSERT INTO address_type (name, group_name) VALUES (%s, %s) ON CONFLICT DO NOTHING", [type_name, group]
        )
        (type_id,) = (
            self.connection.execute("SELECT id FROM address_type WHERE name = %s", [type_name]).fetchone() or ()
        )
        return self.add("address", name=name, address_type_id=type_id, **fields)

    def edge(self, pipeline_id: int, source: int, target: int) -> None:
        """Add an edge of lineage."""
        self.add("address_lineage", pipeline_id=pipeline_id, source_address_id=source, target_address_id=target)

    def run(self, statement: str, *given: Any) -> None:
        """Run a statement."""
        self.connection.execute(statement.encode(), given or None)
