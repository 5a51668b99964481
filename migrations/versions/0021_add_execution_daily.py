"""Add what executions did, by day and pipeline, which survives cleanup.

Triggers write a row for each execution that ends, and two for each that is corrected: minus what was counted, plus what
is. So the sums are right, whatever statement ends or corrects an execution, and whatever cleanup deletes later. Nobody
waits for another one: those rows are only ever inserted. Each 499th folds those that are there into the sums of their
days, under a lock for which nobody waits either.

History that is there is summed up once. Writers wait for that as long as it takes: at worst, with a million executions
of a million days and pipelines, half a minute. Tracked jobs do not wait for more than five seconds, and record later.

Compatibility: the version of Watcher before this one knows nothing of the sums, and what it writes is counted all the
same.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATES = ("succeeded", "failed", "canceled", "skipped", "blocked")
SUMS = ("runs", *STATES, "inserts", "updates", "soft_deletes", "rows", "timed", "seconds")

# What a row of executions counts: the total of each, or else the sum of its counts; and how long it took, where it
# succeeded, and the time is not that of a step that did more.
ROWS = """coalesce(CAST({0}.total_rows AS numeric),
                      CASE WHEN num_nonnulls({0}.inserts, {0}.updates, {0}.soft_deletes) > 0
                           THEN CAST(coalesce({0}.inserts, 0) AS numeric) + coalesce({0}.updates, 0)
                              + coalesce({0}.soft_deletes, 0) END)"""
SECONDS = """CASE WHEN {0}.state = 'succeeded' AND {0}.execution_metadata ->> 'duration_of' IS DISTINCT FROM 'step'
                       THEN extract(epoch FROM {0}.end_date - {0}.start_date) END"""
DAY = "CAST({0}.end_date AT TIME ZONE 'UTC' AS date)"

COUNTED = f"""
            {DAY}, {{0}}.pipeline_id, {{0}}.state, {{0}}.inserts, {{0}}.updates, {{0}}.soft_deletes,
            {ROWS},
            {SECONDS}"""


def _summed(sign: str, *, state: str = "state") -> str:
    counts = {name: f"{sign} * {name}" for name in ("inserts", "updates", "soft_deletes", "rows", "seconds")}
    sums = [f"sum({sign})", *(f"coalesce(sum({sign}) FILTER (WHERE {state} = '{each}'), 0)" for each in STATES)]
    sums += [f"coalesce(sum({counts[name]}), 0)" for name in ("inserts", "updates", "soft_deletes", "rows")]
    sums += [f"coalesce(sum({sign}) FILTER (WHERE seconds IS NOT NULL), 0)", f"coalesce(sum({counts['seconds']}), 0)"]
    return ",\n               ".join(sums)


FOLD = f"""
    CREATE FUNCTION watcher.fold_execution_daily() RETURNS bigint
    LANGUAGE plpgsql AS $$
    DECLARE
        folded bigint;
    BEGIN
        IF NOT pg_try_advisory_xact_lock(hashtextextended('watcher.execution_daily', 0)) THEN
            RETURN 0;
        END IF;
        WITH taken AS (
            DELETE FROM watcher.execution_daily_pending
             WHERE id = ANY(ARRAY(SELECT id FROM watcher.execution_daily_pending ORDER BY id LIMIT 5000))
            RETURNING *
        ), summed AS (
            INSERT INTO watcher.execution_daily AS known
                  (day, pipeline_id, {", ".join(SUMS)})
            SELECT day, pipeline_id,
               {_summed("sign")}
              FROM taken
             GROUP BY day, pipeline_id
                ON CONFLICT (day, pipeline_id) DO UPDATE
               SET {", ".join(f"{name} = known.{name} + excluded.{name}" for name in SUMS)}
        )
        SELECT count(*) INTO folded FROM taken;
        RETURN folded;
    END
    $$
"""

COUNT = f"""
    CREATE FUNCTION watcher.count_execution() RETURNS trigger
    LANGUAGE plpgsql AS $$
    DECLARE
        number bigint;
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.end_date IS NOT NULL THEN
            INSERT INTO watcher.execution_daily_pending
                  (sign, day, pipeline_id, state, inserts, updates, soft_deletes, rows, seconds)
            VALUES (-1, {COUNTED.format("OLD")})
            RETURNING id INTO number;
        END IF;
        IF NEW.end_date IS NOT NULL THEN
            INSERT INTO watcher.execution_daily_pending
                  (sign, day, pipeline_id, state, inserts, updates, soft_deletes, rows, seconds)
            VALUES (1, {COUNTED.format("NEW")})
            RETURNING id INTO number;
        END IF;
        IF number % 499 = 0 THEN
            PERFORM watcher.fold_execution_daily();
        END IF;
        RETURN NULL;
    END
    $$
"""

COMMENTS = (
    "COMMENT ON FUNCTION watcher.count_execution() IS 'Counts executions that have ended, or were corrected'",
    "COMMENT ON FUNCTION watcher.fold_execution_daily() IS"
    " 'Adds what waits to the sums of its days; returns how many rows, none where another session does'",
)

RECORDED = """
    CREATE TRIGGER count_recorded_execution
     AFTER INSERT ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (NEW.end_date IS NOT NULL)
   EXECUTE FUNCTION watcher.count_execution()
"""

# Of an update that changes nothing that is counted, as of a replay, nothing is written.
CHANGED = """
    CREATE TRIGGER count_changed_execution
     AFTER UPDATE ON watcher.pipeline_execution
       FOR EACH ROW
      WHEN (ROW(OLD.pipeline_id, OLD.state, OLD.end_date, OLD.inserts, OLD.updates, OLD.soft_deletes, OLD.total_rows)
                IS DISTINCT FROM
            ROW(NEW.pipeline_id, NEW.state, NEW.end_date, NEW.inserts, NEW.updates, NEW.soft_deletes, NEW.total_rows)
            OR NEW.end_date IS NOT NULL
           AND (OLD.start_date <> NEW.start_date
                OR OLD.execution_metadata ->> 'duration_of'
                   IS DISTINCT FROM NEW.execution_metadata ->> 'duration_of'))
   EXECUTE FUNCTION watcher.count_execution()
"""

TRIGGERS = ("count_recorded_execution", "count_changed_execution")

HISTORY = f"""
    INSERT INTO watcher.execution_daily
          (day, pipeline_id, {", ".join(SUMS)})
    SELECT day, pipeline_id,
               {_summed("1", state="CAST(state AS text)")}
      FROM (SELECT {DAY.format("execution")} AS day, pipeline_id, state, inserts, updates, soft_deletes,
                   {ROWS.format("execution")} AS rows,
                   {SECONDS.format("execution")} AS seconds
              FROM watcher.pipeline_execution AS execution
             WHERE end_date IS NOT NULL) AS counted
     GROUP BY day, pipeline_id
     ORDER BY day, pipeline_id -- so that the rows of a day lie together, as those do that are folded as time goes by
"""


def upgrade() -> None:
    def whole(name: str, comment: str) -> sa.Column[int]:
        return sa.Column(name, sa.Integer(), nullable=False, comment=comment)

    def amount(name: str, comment: str, *, nullable: bool = False) -> sa.Column[object]:
        return sa.Column(name, sa.Numeric(), nullable=nullable, comment=comment)

    op.create_table(
        "execution_daily",
        sa.Column("day", sa.Date(), nullable=False, comment="The day in UTC on which they ended"),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False, comment="Their pipeline"),
        whole("runs", "How many ended, however"),
        whole("succeeded", "How many of them succeeded"),
        whole("failed", "How many of them failed"),
        whole("canceled", "How many of them were canceled"),
        whole("skipped", "How many of them were skipped"),
        whole("blocked", "How many of them were blocked"),
        amount("inserts", "Rows that they inserted"),
        amount("updates", "Rows that they updated"),
        amount("soft_deletes", "Rows that they soft-deleted"),
        amount("rows", "Rows that they handled: the total of each, or else the sum of its counts"),
        whole("timed", "Successes whose own duration is known"),
        amount("seconds", "The durations of those together"),
        sa.PrimaryKeyConstraint("day", "pipeline_id", name=op.f("pk_execution_daily")),
        schema="watcher",
        comment="What executions did, by day and pipeline; cleanup leaves it as it is",
    )
    op.create_table(
        "execution_daily_pending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sign", sa.SmallInteger(), nullable=False, comment="1 adds an execution, -1 takes back what it was"),
        sa.Column("day", sa.Date(), nullable=False, comment="The day in UTC on which it ended"),
        sa.Column("pipeline_id", sa.BigInteger(), nullable=False, comment="Its pipeline"),
        sa.Column(
            "state",
            sa.dialects.postgresql.ENUM(name="execution_state", schema="watcher", create_type=False),
            nullable=False,
            comment="How it ended",
        ),
        sa.Column("inserts", sa.BigInteger(), nullable=True),
        sa.Column("updates", sa.BigInteger(), nullable=True),
        sa.Column("soft_deletes", sa.BigInteger(), nullable=True),
        amount("rows", "Rows that it handled", nullable=True),
        amount("seconds", "Its own duration, where it succeeded", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_execution_daily_pending")),
        schema="watcher",
        comment="Executions that have ended, or were corrected, and are not yet in the sums of their days",
    )
    for statement in (FOLD, COUNT, *COMMENTS, RECORDED, CHANGED):
        op.execute(statement)
    op.execute("SET LOCAL work_mem = '256MB'")
    op.execute(HISTORY)
    op.execute("SET LOCAL work_mem TO DEFAULT")


def downgrade() -> None:
    for trigger in TRIGGERS:
        op.execute(f"DROP TRIGGER {trigger} ON watcher.pipeline_execution")
    op.execute("DROP FUNCTION watcher.count_execution()")
    op.execute("DROP FUNCTION watcher.fold_execution_daily()")
    op.drop_table("execution_daily_pending", schema="watcher")
    op.drop_table("execution_daily", schema="watcher")
