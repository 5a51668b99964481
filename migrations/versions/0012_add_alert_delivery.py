"""Give each destination of an alert a row of its own, with what it knows and when it is tried again.

What was delivered, and what waits for another try, goes along. What a destination is to be notified of follows from the
alert and its row, so that the columns for that are gone from the alert.

Compatibility: the version of Watcher before this one cannot write alerts nor deliver them, and its checks fail until it
is upgraded; what they would have found is found then. It records as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ENUM

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

EVENT = ENUM(name="alert_event", schema="watcher", create_type=False)
TIME = sa.DateTime(timezone=True)

# An alert that was tried in vain has no destination yet. It goes to the default; from there the deliverer moves it to
# where the routes lead.
COPY = """
    INSERT INTO watcher.alert_delivery
          (alert_id, destination, event, lease, attempts, next_attempt_at, last_error, thread, delivered_at,
           notified_at, recovery_delivered_at)
    SELECT id, coalesce(nullif(destination, ''), 'default'), CASE WHEN lease IS NOT NULL THEN event END, lease,
           attempts, CASE WHEN lease IS NOT NULL OR attempts > 0 THEN next_attempt_at END, last_error, thread,
           delivered_at,
           -- What a reminder has said is not said again.
           CASE WHEN event IS NULL
                THEN greatest(coalesce(notified_at, delivered_at),
                              CASE WHEN snoozed_until <= now() THEN snoozed_until END)
                ELSE coalesce(notified_at, delivered_at) END,
           recovery_delivered_at
      FROM watcher.alert
     WHERE delivered_at IS NOT NULL
        OR last_error IS NOT NULL
        OR lease IS NOT NULL
"""

COPY_BACK = """
    UPDATE watcher.alert
       SET destination = delivery.destination, lease = delivery.lease, attempts = delivery.attempts,
           last_error = delivery.last_error, thread = delivery.thread, delivered_at = delivery.delivered_at,
           notified_at = delivery.notified_at, recovery_delivered_at = delivery.recovery_delivered_at
      FROM (SELECT DISTINCT ON (alert_id) *
              FROM watcher.alert_delivery
             ORDER BY alert_id, delivered_at, destination) AS delivery
     WHERE alert.id = delivery.alert_id
"""
# Roughly: what nobody knows of, and what is over and not known to be.
EVENTS_BACK = """
    UPDATE watcher.alert
       SET event = CASE WHEN state <> 'resolved' THEN CAST('opened' AS watcher.alert_event) ELSE 'resolved' END,
           next_attempt_at = now()
     WHERE NOT is_settled
       AND (state <> 'resolved' AND delivered_at IS NULL
            OR state = 'resolved' AND delivered_at IS NOT NULL AND recovery_delivered_at IS NULL)
"""


def upgrade() -> None:
    op.execute(sa.text("ALTER TYPE watcher.alert_event ADD VALUE IF NOT EXISTS 'acknowledged'"))
    op.create_table(
        "alert_delivery",
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False, comment="The destination's name, as routes have it"),
        sa.Column(
            "takes_acknowledgements",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether it is notified of acknowledgements",
        ),
        sa.Column("event", EVENT, comment="What is being delivered under the lease"),
        sa.Column("lease", sa.Text(), comment="Who delivers it right now, until next_attempt_at"),
        sa.Column(
            "attempts", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="Deliveries tried in vain"
        ),
        sa.Column("next_attempt_at", TIME, comment="Before this it is not tried again; empty: at any time"),
        sa.Column("last_error", sa.Text(), comment="Why the last delivery failed"),
        sa.Column("thread", sa.Text(), comment="The thread there that its opening began"),
        sa.Column("delivered_at", TIME, comment="When the opening was delivered"),
        sa.Column("notified_at", TIME, comment="When a message about it last arrived"),
        sa.Column("recovery_delivered_at", TIME, comment="When the recovery was delivered"),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["watcher.alert.id"], name=op.f("fk_alert_delivery_alert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "destination", name=op.f("pk_alert_delivery")),
        schema="watcher",
        comment="What a destination knows of an alert, and its next try; the outbox of all messages",
    )
    op.execute(sa.text(COPY))
    op.add_column("alert", sa.Column("grew_at", TIME, comment="When there was last more of it"), schema="watcher")
    op.add_column(
        "alert",
        sa.Column(
            "is_settled",
            sa.Boolean(),
            server_default=sa.text("true"),  # of those that are there; no row is written for it
            nullable=False,
            comment="Whether every destination knows its state",
        ),
        schema="watcher",
    )
    op.execute(sa.text("UPDATE watcher.alert SET is_settled = false WHERE event IS NOT NULL"))
    # As text: 0005 may have added the value in this transaction, in which PostgreSQL does not compare with it yet.
    op.execute(sa.text("UPDATE watcher.alert SET grew_at = now() WHERE CAST(event AS text) = 'updated'"))
    op.alter_column("alert", "is_settled", server_default=sa.text("false"), schema="watcher")
    op.create_index("ix_alert_unsettled", "alert", ["id"], schema="watcher", postgresql_where=sa.text("NOT is_settled"))
    op.drop_index("ix_alert_next_attempt_at", "alert", schema="watcher")
    op.drop_constraint(op.f("ck_alert_event"), "alert", schema="watcher", type_="check")
    for column in _alert_columns():
        op.drop_column("alert", column.name, schema="watcher")
    op.execute(
        sa.text("COMMENT ON TABLE watcher.alert IS 'Facts that people are notified of, open until they are resolved'")
    )


def downgrade() -> None:
    for column in _alert_columns():
        op.add_column("alert", column, schema="watcher")
    op.execute(sa.text(COPY_BACK))
    op.execute(sa.text(EVENTS_BACK))
    op.create_index(
        "ix_alert_next_attempt_at",
        "alert",
        ["next_attempt_at"],
        schema="watcher",
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_check_constraint(
        op.f("ck_alert_event"), "alert", "(event IS NULL) = (next_attempt_at IS NULL)", schema="watcher"
    )
    op.drop_index("ix_alert_unsettled", "alert", schema="watcher")
    op.drop_column("alert", "is_settled", schema="watcher")
    op.drop_column("alert", "grew_at", schema="watcher")
    op.drop_table("alert_delivery", schema="watcher")
    op.execute(
        sa.text(
            "COMMENT ON TABLE watcher.alert IS"
            " 'Facts worth telling someone, open until they are resolved; the outbox of all messages'"
        )
    )


def _alert_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("event", EVENT, comment="What is to be delivered; empty: nothing"),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="Deliveries tried"),
        sa.Column("next_attempt_at", TIME, comment="When delivery is due; empty: nothing to deliver"),
        sa.Column("lease", sa.Text(), comment="Who delivers it right now, until next_attempt_at"),
        sa.Column("destination", sa.Text(), comment="Where it was last sent, by name"),
        sa.Column("thread", sa.Text(), comment="The thread there that its opening began"),
        sa.Column("last_error", sa.Text(), comment="Why the last delivery failed"),
        sa.Column("delivered_at", TIME, comment="When the opening was delivered"),
        sa.Column("notified_at", TIME, comment="When a message about it last arrived"),
        sa.Column("recovery_delivered_at", TIME, comment="When the recovery was delivered"),
    ]
