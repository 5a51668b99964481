"""Leave out of the metadata of executions what their identity says already.

In Dagster an identity begins with the id of the run and the key of the step, and so did the metadata: a fifth of the
bytes of a row. Functions are the rule. No row changes here; `watcher db compact` rewrites those that are there.

Rewriting changes nothing that anybody reads, so the queues of exports pass it over.

Compatibility: the version of Watcher before this one works with the schema after it; of executions that this version
has written it does not show the run.
"""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# One expression each, so that PostgreSQL puts it in the place of its call.
FUNCTIONS = (
    """
    CREATE FUNCTION watcher.dagster_run_id(source watcher.execution_source, external_id text)
    RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN source = 'dagster' AND external_id LIKE '________-____-____-____-____________%'
                    THEN split_part(external_id, '/', 1) END
    $$
    """,
    """
    CREATE FUNCTION watcher.full_metadata(source watcher.execution_source, external_id text, metadata jsonb)
    RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN watcher.dagster_run_id(source, external_id) IS NULL THEN metadata
                    ELSE jsonb_strip_nulls(jsonb_build_object(
                             'run_id', watcher.dagster_run_id(source, external_id),
                             'step_key', nullif(split_part(external_id, '/', 2), ''))) || metadata END
    $$
    """,
    """
    CREATE FUNCTION watcher.stored_metadata(source watcher.execution_source, external_id text, metadata jsonb)
    RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN watcher.dagster_run_id(source, external_id) IS NULL THEN metadata
                    ELSE metadata - array_remove(ARRAY[
                             CASE WHEN metadata -> 'run_id' = to_jsonb(split_part(external_id, '/', 1))
                                  THEN 'run_id' END,
                             CASE WHEN metadata -> 'step_key' = to_jsonb(nullif(split_part(external_id, '/', 2), ''))
                                  THEN 'step_key' END], NULL) END
    $$
    """,
)

COMMENTS = """
    COMMENT ON FUNCTION watcher.dagster_run_id(watcher.execution_source, text)
         IS 'The Dagster run of an execution, by its identity; empty outside of Dagster';
    COMMENT ON FUNCTION watcher.full_metadata(watcher.execution_source, text, jsonb)
         IS 'The metadata of an execution with what its identity says: the run and the step';
    COMMENT ON FUNCTION watcher.stored_metadata(watcher.execution_source, text, jsonb)
         IS 'The metadata of an execution without what its identity says, as it is stored'
"""

QUEUES = {"queue_trace": "trace_pending", "queue_openlineage": "openlineage_pending"}

QUEUE = """
    CREATE OR REPLACE FUNCTION watcher.{function}() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('watcher.is_rewriting', true) = 'on' THEN
            RETURN NULL;
        END IF;
        INSERT INTO watcher.{table} (pipeline_execution_id) VALUES (NEW.id);
        RETURN NULL;
    END
    $$
"""

QUEUE_BEFORE = """
    CREATE OR REPLACE FUNCTION watcher.{function}() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO watcher.{table} (pipeline_execution_id) VALUES (NEW.id);
        RETURN NULL;
    END
    $$
"""

PUT_BACK = """
    UPDATE watcher.pipeline_execution
       SET execution_metadata = watcher.full_metadata(source, external_id, execution_metadata)
     WHERE execution_metadata <> watcher.full_metadata(source, external_id, execution_metadata)
"""

COMMENT, COMMENT_BEFORE = (
    "Whatever else is known: partition, attempts, error and others; watcher.full_metadata adds run and step",
    "Whatever else is known: partition, attempts, error and others",
)


def upgrade() -> None:
    for statement in (*FUNCTIONS, COMMENTS):
        op.execute(statement)
    for function, table in QUEUES.items():
        op.execute(QUEUE.format(function=function, table=table))
    op.alter_column("pipeline_execution", "execution_metadata", schema="watcher", comment=COMMENT)


def downgrade() -> None:
    op.execute("SET LOCAL watcher.is_rewriting = 'on'")
    op.execute(PUT_BACK)
    op.alter_column("pipeline_execution", "execution_metadata", schema="watcher", comment=COMMENT_BEFORE)
    for function, table in QUEUES.items():
        op.execute(QUEUE_BEFORE.format(function=function, table=table))
    for function in ("full_metadata", "stored_metadata"):
        op.execute(f"DROP FUNCTION watcher.{function}(watcher.execution_source, text, jsonb)")
    op.execute("DROP FUNCTION watcher.dagster_run_id(watcher.execution_source, text)")
