"""Metrics of anomaly rules that are metadata (branch anomalies).

Compatibility: TODO.
"""

from __future__ import annotations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
