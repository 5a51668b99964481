"""Let listings of alerts and of results of asset checks find the newest without all others.

Of alerts: the last opened of a kind and of a pipeline, what has changed since a time, and what people have resolved. Of
results: the newest of each check. Writers wait while the indexes are built, some seconds for a million rows.

Compatibility: the version of Watcher before this one reads and writes as before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OF_PIPELINE, OF_KIND, CHANGED = "ix_alert_pipeline_id_opened_at", "ix_alert_kind_opened_at", "ix_alert_changed_at"
BY_HAND = "ix_alert_resolved_by_hand"
REPLACED = "ix_alert_pipeline_id"
RESULTS = "ix_asset_check_result_newest"


def upgrade() -> None:
    last_opened = sa.text("opened_at DESC")
    op.create_index(OF_PIPELINE, "alert", ["pipeline_id", last_opened], schema="watcher")
    op.create_index(OF_KIND, "alert", ["kind", last_opened], schema="watcher")
    op.create_index(CHANGED, "alert", [sa.text("greatest(opened_at, reopened_at, resolved_at)")], schema="watcher")
    op.create_index(BY_HAND, "alert", ["pipeline_id"], schema="watcher", postgresql_where=sa.text("resolved_by_hand"))
    op.drop_index(REPLACED, "alert", schema="watcher")
    newest = [sa.text("evaluated_at DESC"), sa.text("id DESC")]
    op.create_index(RESULTS, "asset_check_result", ["asset_check_id", *newest], schema="watcher")


def downgrade() -> None:
    op.drop_index(RESULTS, "asset_check_result", schema="watcher")
    op.create_index(REPLACED, "alert", ["pipeline_id"], schema="watcher")
    for name in (BY_HAND, CHANGED, OF_KIND, OF_PIPELINE):
        op.drop_index(name, "alert", schema="watcher")
