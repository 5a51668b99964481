"""Keep all that people do about an alert, and the level up to which an acknowledgement or a snooze holds.

What is known of what they did before becomes rows: of each alert the last acknowledgement, the last snooze and its end
by hand. Its one note goes with the last of these.

Compatibility: the version of Watcher before this one reads and writes as before. What people do by it is not among the
rows, and what they note by it stands at the alert alone, as before. What is acknowledged or snoozed by it holds up to
the level that the alert has.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ENUM

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KIND = ENUM("acknowledged", "snoozed", "resolved", "noted", name="alert_action_kind", schema="watcher")
LEVEL = ENUM(name="alert_level", schema="watcher", create_type=False)

NOTE_COMMENT = "What somebody last noted; `alert_action` has all notes"
NOTE_COMMENT_BEFORE = "What the last of them noted"

KNOWN = """
    INSERT INTO watcher.alert_action (alert_id, kind, acted_at, acted_by, snoozed_until, note)
    SELECT alert.id, CAST(done.kind AS watcher.alert_action_kind), done.acted_at, done.acted_by, done.snoozed_until,
           CASE WHEN done.acted_at = greatest(alert.acknowledged_at, alert.snoozed_at,
                                              CASE WHEN alert.resolved_by_hand THEN alert.resolved_at END)
                THEN alert.note END
      FROM watcher.alert
     CROSS JOIN LATERAL (
           VALUES ('acknowledged', alert.acknowledged_at, alert.acknowledged_by, NULL),
                  ('snoozed', alert.snoozed_at, alert.snoozed_by, alert.snoozed_until),
                  ('resolved', CASE WHEN alert.resolved_by_hand THEN alert.resolved_at END, alert.resolved_by, NULL)
           ) AS done (kind, acted_at, acted_by, snoozed_until)
     WHERE done.acted_at IS NOT NULL
     ORDER BY alert.id, done.acted_at
"""


def upgrade() -> None:
    op.add_column(
        "alert",
        sa.Column("covered_level", LEVEL, comment="The level up to which its acknowledgement or snooze holds"),
        schema="watcher",
    )
    op.alter_column("alert", "note", comment=NOTE_COMMENT, existing_type=sa.Text(), schema="watcher")
    op.create_table(
        "alert_action",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False, comment="When it was done"),
        sa.Column("acted_by", sa.Text(), comment="Who did it, as they said"),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), comment="Of a snooze, its end"),
        sa.Column("note", sa.Text(), comment="What they noted"),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["watcher.alert.id"], name=op.f("fk_alert_action_alert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_action")),
        schema="watcher",
        comment="What people did about alerts, and what they noted",
    )
    op.create_index(op.f("ix_alert_action_alert_id"), "alert_action", ["alert_id"], schema="watcher")
    op.execute(KNOWN)
    op.execute("""
        UPDATE watcher.alert SET resolution = resolution || jsonb_build_object('note', note)
         WHERE resolved_by_hand AND resolution ->> 'how' = 'by_hand' AND note IS NOT NULL
    """)


def downgrade() -> None:
    op.drop_table("alert_action", schema="watcher")
    op.execute("DROP TYPE watcher.alert_action_kind")
    op.alter_column("alert", "note", comment=NOTE_COMMENT_BEFORE, existing_type=sa.Text(), schema="watcher")
    op.drop_column("alert", "covered_level", schema="watcher")
