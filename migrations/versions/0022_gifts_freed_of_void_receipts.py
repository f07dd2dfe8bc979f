"""Running gifts follow the table by which a void receipt frees what else stood on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BEFORE, AFTER = 3, 4
"""Only who may take one step differs, so no state changes: docs/decisions/0039."""


def upgrade() -> None:
    """Apply the change."""
    _move(BEFORE, AFTER)


def downgrade() -> None:
    """Take the change back."""
    _move(AFTER, BEFORE)


def _move(old: int, new: int) -> None:
    row = sa.table("donation", sa.column("workflow_version"))
    at_old = row.c.workflow_version == old
    op.execute(sa.update(row).where(at_old).values(workflow_version=new))
