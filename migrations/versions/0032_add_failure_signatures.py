"""Let deliveries find the open alerts of a pipeline, and open failures like a new one, without looking at all others.

What is the same in errors that are one is a function now, as an index needs it. Writers of alerts wait while the two
indexes are built, which hold open alerts alone.

Compatibility: the version of Watcher before this one reads and writes as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

OF_PIPELINE, SIGNATURES = "ix_alert_pipeline_id_unresolved", "ix_alert_failure_signatures"

# One expression each, so that PostgreSQL puts it in the place of its call.
#
# Identifiers are those as long as the ids of runs. What gives no reason is Dagster's message of a run that ends without
# one, as when its worker died or could not import its code: two of these have nothing in common.
SAME_ERROR = r"""
    CREATE FUNCTION watcher.same_error(message text)
    RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT regexp_replace(nullif(substring(btrim(message, E' \t\r\n') FROM '^[^\r\n]+'),
                                     'This run has been marked as failed from outside the execution context.'),
                              '[0-9a-f]{8}-[0-9a-f-]{27}|0x[0-9a-f]+|[0-9]+', '#', 'gi')
    $$
"""
# Hashes, since an index takes no long text.
FAILURE_SIGNATURES = """
    CREATE FUNCTION watcher.failure_signatures(facts jsonb)
    RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT array_remove(ARRAY[
                   'error/' || CAST(hashtextextended(coalesce(facts ->> 'error_class', '') || '/'
                                                     || watcher.same_error(facts ->> 'error'), 0) AS text),
                   'step/' || CAST(hashtextextended((facts ->> 'run_id') || '/' || (facts ->> 'step_key'), 0) AS text),
                   'backfill/' || CAST(hashtextextended(facts ->> 'backfill', 0) AS text)], NULL)
    $$
"""
COMMENTS = """
    COMMENT ON FUNCTION watcher.same_error(text)
         IS 'What is the same in all errors that are one: the first line, but for numbers and identifiers';
    COMMENT ON FUNCTION watcher.failure_signatures(jsonb)
         IS 'What failures of one cause have in common, by their facts: the error, the step of a run, the backfill'
"""


def upgrade() -> None:
    for statement in (SAME_ERROR, FAILURE_SIGNATURES, COMMENTS):
        op.execute(statement)
    is_open = "state <> 'resolved'"
    op.create_index(OF_PIPELINE, "alert", ["pipeline_id"], schema="watcher", postgresql_where=sa.text(is_open))
    op.create_index(
        SIGNATURES,
        "alert",
        [sa.text("watcher.failure_signatures(facts)")],
        schema="watcher",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text(f"(kind = 'failure' AND {is_open}) IS TRUE"),
    )


def downgrade() -> None:
    op.drop_index(SIGNATURES, "alert", schema="watcher")
    op.drop_index(OF_PIPELINE, "alert", schema="watcher")
    op.execute("DROP FUNCTION watcher.failure_signatures(jsonb)")
    op.execute("DROP FUNCTION watcher.same_error(text)")
