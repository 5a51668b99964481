"""The first schema: pipelines, executions, addresses and lineage, rules, logs, alerts, the recorder's cursor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ENUM, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DATE_PART = ENUM(
    "minute", "hour", "day", "week", "month", "year", name="date_part", schema="watcher", create_type=False
)
ANOMALY_METRIC = ENUM(
    "duration_seconds",
    "total_rows",
    "inserts",
    "updates",
    "soft_deletes",
    "throughput",
    name="anomaly_metric",
    schema="watcher",
    create_type=False,
)
ANOMALY_METHOD = ENUM("seasonal", "zscore", name="anomaly_method", schema="watcher", create_type=False)
EXECUTION_SOURCE = ENUM(
    "dagster", "python", "cli", "http", name="execution_source", schema="watcher", create_type=False
)
EXECUTION_STATE = ENUM(
    "running", "succeeded", "failed", "canceled", "skipped", name="execution_state", schema="watcher", create_type=False
)
ALERT_KIND = ENUM(
    "freshness", "timeliness", "failure", "anomaly", name="alert_kind", schema="watcher", create_type=False
)
ALERT_LEVEL = ENUM("info", "warning", "error", name="alert_level", schema="watcher", create_type=False)
ALERT_STATE = ENUM(
    "open", "acknowledged", "snoozed", "resolved", name="alert_state", schema="watcher", create_type=False
)
WATERMARK_EVENT_KIND = ENUM("conflict", "rewind", name="watermark_event_kind", schema="watcher", create_type=False)

ENUMS = (
    DATE_PART,
    ANOMALY_METRIC,
    ANOMALY_METHOD,
    EXECUTION_SOURCE,
    EXECUTION_STATE,
    ALERT_KIND,
    ALERT_LEVEL,
    ALERT_STATE,
    WATERMARK_EVENT_KIND,
)


def upgrade() -> None:
    for enum in ENUMS:
        enum.create(op.get_bind())
    op.create_table(
        "address_type",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "group_name", sa.Text(), nullable=False, comment="database, warehouse, bucket, api, file, stream and others"
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was first seen",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it last changed",
        ),
        sa.CheckConstraint(
            "octet_length(name) BETWEEN 1 AND 2048 AND name = btrim(name, E' \\t\\r\\n')",
            name=op.f("ck_address_type_name"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_address_type"),
        sa.UniqueConstraint("name", name="uq_address_type_name"),
        schema="watcher",
        comment="Kinds of addresses (postgresql, s3) and their groups (database, bucket)",
    )
    op.create_table(
        "pipeline_type",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="As given; a Dagster asset group, for example"),
        sa.Column(
            "configuration_hash",
            sa.Text(),
            nullable=True,
            comment="SHA-256 of the configuration that code last declared",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was first seen",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When its configuration last changed",
        ),
        sa.Column(
            "freshness_number", sa.BigInteger(), nullable=True, comment="Data older than this many dateparts is stale"
        ),
        sa.Column("freshness_datepart", DATE_PART, nullable=True, comment="Unit of freshness_number"),
        sa.Column(
            "mute_freshness_check",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether the freshness check passes over it",
        ),
        sa.Column(
            "timeliness_number",
            sa.BigInteger(),
            nullable=True,
            comment="Executions longer than this many dateparts are late",
        ),
        sa.Column("timeliness_datepart", DATE_PART, nullable=True, comment="Unit of timeliness_number"),
        sa.Column(
            "mute_timeliness_check",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether the timeliness check passes over it",
        ),
        sa.CheckConstraint(
            "octet_length(name) BETWEEN 1 AND 2048 AND name = btrim(name, E' \\t\\r\\n')",
            name=op.f("ck_pipeline_type_name"),
        ),
        sa.CheckConstraint(
            "(freshness_number IS NULL) = (freshness_datepart IS NULL) AND freshness_number > 0",
            name=op.f("ck_pipeline_type_freshness"),
        ),
        sa.CheckConstraint(
            "(timeliness_number IS NULL) = (timeliness_datepart IS NULL) AND timeliness_number > 0",
            name=op.f("ck_pipeline_type_timeliness"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pipeline_type"),
        sa.UniqueConstraint("name", name="uq_pipeline_type_name"),
        schema="watcher",
        comment="Classes of pipelines, with the rules that hold where a pipeline has none of its own",
    )
    op.create_table(
        "recorder",
        sa.Column("instance_id", sa.Text(), nullable=False, comment="The id of the instance's run storage"),
        sa.Column(
            "cursor",
            JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Storage ids, open runs, failed tries; the recorder's own",
        ),
        sa.Column(
            "lag_seconds", sa.Double(), nullable=True, comment="Age of the oldest event that was not yet recorded"
        ),
        sa.Column("message", sa.Text(), nullable=True, comment="What the last tick did"),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the last tick ended",
        ),
        sa.PrimaryKeyConstraint("instance_id", name="pk_recorder"),
        schema="watcher",
        comment="How far the event log of a Dagster instance has been recorded; locked while it is read",
    )
    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="As given; case matters"),
        sa.Column("address_type_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "deprecated",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether it is on its way out; marked in every answer",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was first seen",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it last changed",
        ),
        sa.CheckConstraint(
            "octet_length(name) BETWEEN 1 AND 2048 AND name = btrim(name, E' \\t\\r\\n')", name=op.f("ck_address_name")
        ),
        sa.ForeignKeyConstraint(["address_type_id"], ["watcher.address_type.id"], name="fk_address_address_type_id"),
        sa.PrimaryKeyConstraint("id", name="pk_address"),
        sa.UniqueConstraint("name", name="uq_address_name"),
        schema="watcher",
        comment="Where data lives: a table, a bucket path, a topic, an API",
    )
    op.create_index("ix_address_address_type_id", "address", ["address_type_id"], unique=False, schema="watcher")
    op.create_table(
        "pipeline",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "name", sa.Text(), nullable=False, comment="As given; an asset key as a/b, a Dagster job as location/job"
        ),
        sa.Column("pipeline_type_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "active",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="Whether it may run and is checked",
        ),
        sa.Column(
            "load_lineage",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="Whether its lineage waits to be declared again",
        ),
        sa.Column(
            "watermark", sa.Text(), nullable=True, comment="How far it has got; moved by successful executions only"
        ),
        sa.Column(
            "next_watermark", sa.Text(), nullable=True, comment="How far its next execution is to get, as declared"
        ),
        sa.Column(
            "pipeline_metadata",
            JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Arguments and configuration, as declared",
        ),
        sa.Column(
            "last_target_insert",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Last end of an execution with inserts",
        ),
        sa.Column(
            "last_target_update",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Last end of an execution with updates, or with a change that it did not count",
        ),
        sa.Column(
            "last_target_soft_delete",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Last end of an execution with soft deletes",
        ),
        sa.Column(
            "configuration_hash",
            sa.Text(),
            nullable=True,
            comment="SHA-256 of the configuration that code last declared",
        ),
        sa.Column("lineage_hash", sa.Text(), nullable=True, comment="SHA-256 of the lineage that code last declared"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was first seen; freshness is measured from here at first",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When its configuration last changed",
        ),
        sa.Column(
            "freshness_number", sa.BigInteger(), nullable=True, comment="Data older than this many dateparts is stale"
        ),
        sa.Column("freshness_datepart", DATE_PART, nullable=True, comment="Unit of freshness_number"),
        sa.Column(
            "mute_freshness_check",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether the freshness check passes over it",
        ),
        sa.Column(
            "timeliness_number",
            sa.BigInteger(),
            nullable=True,
            comment="Executions longer than this many dateparts are late",
        ),
        sa.Column("timeliness_datepart", DATE_PART, nullable=True, comment="Unit of timeliness_number"),
        sa.Column(
            "mute_timeliness_check",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether the timeliness check passes over it",
        ),
        sa.CheckConstraint(
            "octet_length(name) BETWEEN 1 AND 2048 AND name = btrim(name, E' \\t\\r\\n')", name=op.f("ck_pipeline_name")
        ),
        sa.CheckConstraint(
            "(freshness_number IS NULL) = (freshness_datepart IS NULL) AND freshness_number > 0",
            name=op.f("ck_pipeline_freshness"),
        ),
        sa.CheckConstraint(
            "(timeliness_number IS NULL) = (timeliness_datepart IS NULL) AND timeliness_number > 0",
            name=op.f("ck_pipeline_timeliness"),
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_type_id"], ["watcher.pipeline_type.id"], name="fk_pipeline_pipeline_type_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pipeline"),
        sa.UniqueConstraint("name", name="uq_pipeline_name"),
        schema="watcher",
        comment="What runs again and again, by name: an asset, a job, a script",
    )
    op.create_index("ix_pipeline_pipeline_type_id", "pipeline", ["pipeline_type_id"], unique=False, schema="watcher")
    op.create_table(
        "address_lineage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column("source_address_id", sa.BigInteger(), nullable=False),
        sa.Column("target_address_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was declared",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["watcher.pipeline.id"], name="fk_address_lineage_pipeline_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_address_id"],
            ["watcher.address.id"],
            name="fk_address_lineage_source_address_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_address_id"],
            ["watcher.address.id"],
            name="fk_address_lineage_target_address_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_address_lineage"),
        sa.UniqueConstraint("pipeline_id", "source_address_id", "target_address_id", name="uq_address_lineage_edge"),
        schema="watcher",
        comment="Edges: a pipeline reads a source and writes a target",
    )
    op.create_index(
        "ix_address_lineage_source_address_id", "address_lineage", ["source_address_id"], unique=False, schema="watcher"
    )
    op.create_index(
        "ix_address_lineage_target_address_id", "address_lineage", ["target_address_id"], unique=False, schema="watcher"
    )
    op.create_table(
        "address_lineage_closure",
        sa.Column("source_address_id", sa.BigInteger(), nullable=False),
        sa.Column("target_address_id", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False, comment="Edges on the shortest path"),
        sa.CheckConstraint("depth > 0", name=op.f("ck_address_lineage_closure_depth")),
        sa.CheckConstraint("source_address_id <> target_address_id", name=op.f("ck_address_lineage_closure_no_self")),
        sa.ForeignKeyConstraint(
            ["source_address_id"],
            ["watcher.address.id"],
            name="fk_address_lineage_closure_source_address_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_address_id"],
            ["watcher.address.id"],
            name="fk_address_lineage_closure_target_address_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_address_id", "target_address_id", name="pk_address_lineage_closure"),
        schema="watcher",
        comment="Reachability of the edges: one row a pair, with the length of the shortest path",
    )
    op.create_index(
        "ix_address_lineage_closure_target_address_id_depth",
        "address_lineage_closure",
        ["target_address_id", "depth"],
        unique=False,
        schema="watcher",
    )
    op.create_table(
        "anomaly_detection_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column("metric_field", ANOMALY_METRIC, nullable=False),
        sa.Column("method", ANOMALY_METHOD, server_default="seasonal", nullable=False),
        sa.Column(
            "lookback_days",
            sa.Integer(),
            server_default=sa.text("30"),
            nullable=False,
            comment="Days of history; zscore",
        ),
        sa.Column(
            "minimum_executions",
            sa.Integer(),
            server_default=sa.text("10"),
            nullable=False,
            comment="Least history to judge by; zscore",
        ),
        sa.Column(
            "std_deviation_threshold_multiplier",
            sa.Double(),
            server_default=sa.text("2.0"),
            nullable=False,
            comment="Standard deviations from the mean that are an anomaly; zscore",
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False, comment="Whether it judges"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was made",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it last changed",
        ),
        sa.CheckConstraint("lookback_days BETWEEN 1 AND 365", name=op.f("ck_anomaly_detection_rule_lookback_days")),
        sa.CheckConstraint(
            "minimum_executions BETWEEN 2 AND 10000", name=op.f("ck_anomaly_detection_rule_minimum_executions")
        ),
        sa.CheckConstraint(
            "std_deviation_threshold_multiplier BETWEEN 0.5 AND 10", name=op.f("ck_anomaly_detection_rule_multiplier")
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["watcher.pipeline.id"], name="fk_anomaly_detection_rule_pipeline_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_anomaly_detection_rule"),
        sa.UniqueConstraint("pipeline_id", "metric_field", name="uq_anomaly_detection_rule_pipeline_id_metric_field"),
        schema="watcher",
        comment="Which metrics of which pipelines are judged, and how",
    )
    op.create_table(
        "column_lineage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column("source_address_id", sa.BigInteger(), nullable=False),
        sa.Column("source_column", sa.Text(), nullable=False),
        sa.Column("target_address_id", sa.BigInteger(), nullable=False),
        sa.Column("target_column", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["watcher.pipeline.id"], name="fk_column_lineage_pipeline_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_address_id"],
            ["watcher.address.id"],
            name="fk_column_lineage_source_address_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_address_id"],
            ["watcher.address.id"],
            name="fk_column_lineage_target_address_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_column_lineage"),
        sa.UniqueConstraint(
            "pipeline_id",
            "source_address_id",
            "source_column",
            "target_address_id",
            "target_column",
            name="uq_column_lineage_edge",
        ),
        schema="watcher",
        comment="Edges between columns: a pipeline computes a target column from a source column",
    )
    op.create_index(
        "ix_column_lineage_source_address_id", "column_lineage", ["source_address_id"], unique=False, schema="watcher"
    )
    op.create_index(
        "ix_column_lineage_target_address_id", "column_lineage", ["target_address_id"], unique=False, schema="watcher"
    )
    op.create_table(
        "freshness_pipeline_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "last_dml_timestamp",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Last change of data, or the pipeline's creation",
        ),
        sa.Column("evaluation_timestamp", sa.DateTime(timezone=True), nullable=False, comment="The check's now"),
        sa.Column("freshness_number", sa.BigInteger(), nullable=False),
        sa.Column("freshness_datepart", DATE_PART, nullable=False),
        sa.Column(
            "used_child_config",
            sa.Boolean(),
            nullable=False,
            comment="Whether the rule was the pipeline's own, not its type's",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["watcher.pipeline.id"], name="fk_freshness_pipeline_log_pipeline_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_freshness_pipeline_log"),
        sa.UniqueConstraint(
            "pipeline_id", "last_dml_timestamp", name="uq_freshness_pipeline_log_pipeline_id_last_dml_timestamp"
        ),
        schema="watcher",
        comment="Pipelines that were found stale, once for each time that their data stood still",
    )
    op.create_index(
        "ix_freshness_pipeline_log_last_dml_timestamp",
        "freshness_pipeline_log",
        ["last_dml_timestamp"],
        unique=False,
        schema="watcher",
    )
    op.create_table(
        "pipeline_execution",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True, comment="The execution that it is part of"),
        sa.Column("source", EXECUTION_SOURCE, nullable=False, comment="The edge that recorded it"),
        sa.Column(
            "external_id",
            sa.Text(),
            nullable=False,
            comment="Its identity at the source, for replays; in Dagster run_id/step_key/asset_key",
        ),
        sa.Column("state", EXECUTION_STATE, nullable=False),
        sa.Column("start_date", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_date", sa.DateTime(timezone=True), nullable=True, comment="Empty while it runs"),
        sa.Column(
            "duration_seconds",
            sa.Double(),
            sa.Computed("CAST(EXTRACT(EPOCH FROM end_date - start_date) AS double precision)", persisted=True),
            nullable=True,
            comment="From start to end",
        ),
        sa.Column(
            "logical_date",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The time that its data is about, where that is not the time it ran: its partition's start",
        ),
        sa.Column(
            "full_load",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether it loads everything anew",
        ),
        sa.Column("watermark", sa.Text(), nullable=True, comment="The pipeline's watermark when it started"),
        sa.Column("next_watermark", sa.Text(), nullable=True, comment="Where the watermark goes if it succeeds"),
        sa.Column("inserts", sa.BigInteger(), nullable=True),
        sa.Column("updates", sa.BigInteger(), nullable=True),
        sa.Column("soft_deletes", sa.BigInteger(), nullable=True),
        sa.Column("total_rows", sa.BigInteger(), nullable=True),
        sa.Column(
            "execution_metadata",
            JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="Whatever else is known: partition, attempts, error and others",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was recorded",
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When its record last changed",
        ),
        sa.CheckConstraint("(state = 'running') = (end_date IS NULL)", name=op.f("ck_pipeline_execution_ended")),
        sa.CheckConstraint("end_date >= start_date", name=op.f("ck_pipeline_execution_end_after_start")),
        sa.CheckConstraint("inserts >= 0", name=op.f("ck_pipeline_execution_inserts")),
        sa.CheckConstraint(
            "octet_length(external_id) BETWEEN 1 AND 2560", name=op.f("ck_pipeline_execution_external_id")
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_pipeline_execution_parent")),
        sa.CheckConstraint("soft_deletes >= 0", name=op.f("ck_pipeline_execution_soft_deletes")),
        sa.CheckConstraint("total_rows >= 0", name=op.f("ck_pipeline_execution_total_rows")),
        sa.CheckConstraint("updates >= 0", name=op.f("ck_pipeline_execution_updates")),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["watcher.pipeline_execution.id"],
            name="fk_pipeline_execution_parent_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["pipeline_id"], ["watcher.pipeline.id"], name="fk_pipeline_execution_pipeline_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pipeline_execution"),
        sa.UniqueConstraint("source", "external_id", name="uq_pipeline_execution_source_external_id"),
        schema="watcher",
        comment="Runs of pipelines, with counts, watermarks and nesting",
    )
    op.create_index(
        "ix_pipeline_execution_parent_id",
        "pipeline_execution",
        ["parent_id"],
        unique=False,
        schema="watcher",
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index(
        "ix_pipeline_execution_pipeline_id_logical_date",
        "pipeline_execution",
        ["pipeline_id", "logical_date"],
        unique=False,
        schema="watcher",
        postgresql_where=sa.text("state = 'succeeded' AND logical_date IS NOT NULL"),
    )
    op.create_index(
        "ix_pipeline_execution_pipeline_id_start_date",
        "pipeline_execution",
        ["pipeline_id", sa.literal_column("start_date DESC")],
        unique=False,
        schema="watcher",
    )
    op.create_index(
        "ix_pipeline_execution_running",
        "pipeline_execution",
        ["start_date"],
        unique=False,
        schema="watcher",
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_pipeline_execution_start_date",
        "pipeline_execution",
        [sa.literal_column("start_date DESC")],
        unique=False,
        schema="watcher",
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", ALERT_KIND, nullable=False),
        sa.Column("level", ALERT_LEVEL, nullable=False),
        sa.Column("state", ALERT_STATE, server_default="open", nullable=False),
        sa.Column("deduplication_key", sa.Text(), nullable=False, comment="Names the cause"),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column("pipeline_execution_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "facts",
            JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="The numbers of the finding",
        ),
        sa.Column(
            "opened_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When the cause was found",
        ),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True, comment="When the cause was gone"),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="Deliveries tried"),
        sa.Column(
            "next_attempt_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When delivery is due; empty: nothing to deliver",
        ),
        sa.Column("last_error", sa.Text(), nullable=True, comment="Why the last delivery failed"),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True, comment="When the opening was delivered"),
        sa.Column(
            "recovery_delivered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the recovery was delivered",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_execution_id"],
            ["watcher.pipeline_execution.id"],
            name="fk_alert_pipeline_execution_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["watcher.pipeline.id"], name="fk_alert_pipeline_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        schema="watcher",
        comment="Facts worth telling someone, open until they are resolved; the outbox of all messages",
    )
    op.create_index(
        "ix_alert_next_attempt_at",
        "alert",
        ["next_attempt_at"],
        unique=False,
        schema="watcher",
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(
        "ix_alert_opened_at", "alert", [sa.literal_column("opened_at DESC")], unique=False, schema="watcher"
    )
    op.create_index(
        "ix_alert_pipeline_execution_id", "alert", ["pipeline_execution_id"], unique=False, schema="watcher"
    )
    op.create_index("ix_alert_pipeline_id", "alert", ["pipeline_id"], unique=False, schema="watcher")
    op.create_index(
        "uq_alert_deduplication_key_unresolved",
        "alert",
        ["deduplication_key"],
        unique=True,
        schema="watcher",
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_table(
        "anomaly_detection_result",
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("pipeline_execution_id", sa.BigInteger(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False, comment="Whether the value was outside the band"),
        sa.Column(
            "unflagged_at", sa.DateTime(timezone=True), nullable=True, comment="When a person said that it was normal"
        ),
        sa.Column("value", sa.Double(), nullable=False, comment="The metric's value that was judged"),
        sa.Column("expected", sa.Double(), nullable=True, comment="What its history predicts"),
        sa.Column("lower", sa.Double(), nullable=True, comment="Lower edge of the band"),
        sa.Column("upper", sa.Double(), nullable=True, comment="Upper edge of the band"),
        sa.Column("z_score", sa.Double(), nullable=True, comment="Deviation in units of the history's spread"),
        sa.Column("confidence", sa.Double(), nullable=True, comment="From 0 to 1"),
        sa.Column(
            "explanation",
            JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="What it was compared with",
        ),
        sa.Column(
            "evaluated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was judged",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_execution_id"],
            ["watcher.pipeline_execution.id"],
            name="fk_anomaly_detection_result_pipeline_execution_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["watcher.anomaly_detection_rule.id"],
            name="fk_anomaly_detection_result_rule_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rule_id", "pipeline_execution_id", name="pk_anomaly_detection_result"),
        schema="watcher",
        comment="Verdicts: one an execution and rule",
    )
    op.create_index(
        "ix_anomaly_detection_result_pipeline_execution_id",
        "anomaly_detection_result",
        ["pipeline_execution_id"],
        unique=False,
        schema="watcher",
    )
    op.create_table(
        "timeliness_pipeline_execution_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_execution_id", sa.BigInteger(), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column("duration_seconds", sa.Double(), nullable=False, comment="At the check, for one that was running"),
        sa.Column("execution_state", EXECUTION_STATE, nullable=False, comment="At the check"),
        sa.Column("evaluation_timestamp", sa.DateTime(timezone=True), nullable=False, comment="The check's now"),
        sa.Column("timeliness_number", sa.BigInteger(), nullable=False),
        sa.Column("timeliness_datepart", DATE_PART, nullable=False),
        sa.Column(
            "used_child_config",
            sa.Boolean(),
            nullable=False,
            comment="Whether the rule was the pipeline's own, not its type's",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_execution_id"],
            ["watcher.pipeline_execution.id"],
            name="fk_timeliness_pipeline_execution_log_pipeline_execution_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"],
            ["watcher.pipeline.id"],
            name="fk_timeliness_pipeline_execution_log_pipeline_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_timeliness_pipeline_execution_log"),
        sa.UniqueConstraint("pipeline_execution_id", name="uq_timeliness_pipeline_execution_log_pipeline_execution_id"),
        schema="watcher",
        comment="Executions that were found late, once each",
    )
    op.create_index(
        "ix_timeliness_pipeline_execution_log_pipeline_id",
        "timeliness_pipeline_execution_log",
        ["pipeline_id"],
        unique=False,
        schema="watcher",
    )
    op.create_table(
        "watermark_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "pipeline_execution_id", sa.BigInteger(), nullable=True, comment="The execution that could not move it"
        ),
        sa.Column("kind", WATERMARK_EVENT_KIND, nullable=False),
        sa.Column("old_watermark", sa.Text(), nullable=True, comment="The pipeline's watermark before"),
        sa.Column("new_watermark", sa.Text(), nullable=True, comment="What it was, or was not, set to"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it happened",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_execution_id"],
            ["watcher.pipeline_execution.id"],
            name="fk_watermark_event_pipeline_execution_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["watcher.pipeline.id"], name="fk_watermark_event_pipeline_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_watermark_event"),
        schema="watcher",
        comment="Watermarks that were set by hand, or could not be moved",
    )
    op.create_index(
        "ix_watermark_event_pipeline_execution_id",
        "watermark_event",
        ["pipeline_execution_id"],
        unique=False,
        schema="watcher",
    )
    op.create_index(
        "ix_watermark_event_pipeline_id", "watermark_event", ["pipeline_id"], unique=False, schema="watcher"
    )


def downgrade() -> None:
    op.drop_table("watermark_event", schema="watcher")
    op.drop_table("timeliness_pipeline_execution_log", schema="watcher")
    op.drop_table("anomaly_detection_result", schema="watcher")
    op.drop_table("alert", schema="watcher")
    op.drop_table("pipeline_execution", schema="watcher")
    op.drop_table("freshness_pipeline_log", schema="watcher")
    op.drop_table("column_lineage", schema="watcher")
    op.drop_table("anomaly_detection_rule", schema="watcher")
    op.drop_table("address_lineage_closure", schema="watcher")
    op.drop_table("address_lineage", schema="watcher")
    op.drop_table("pipeline", schema="watcher")
    op.drop_table("address", schema="watcher")
    op.drop_table("recorder", schema="watcher")
    op.drop_table("pipeline_type", schema="watcher")
    op.drop_table("address_type", schema="watcher")
    for enum in ENUMS:
        enum.drop(op.get_bind())
