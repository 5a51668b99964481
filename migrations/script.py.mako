"""${message}

Compatibility: the version of Watcher before this one must work with the schema after it, and this one's code is
deployed after it: expand first (new tables, nullable columns, new enum values), contract a release later.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
