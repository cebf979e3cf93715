"""The ledger of camera-minutes and the audits of slept ones. What was watched is no longer told from changes of health."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "camera_ledger",
        sa.Column("camera", sa.String(40), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watcher", sa.String(40), nullable=False),
        sa.Column("runs", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("camera", "hour", "watcher"),
    )
    op.create_table(
        "camera_audit",
        sa.Column("camera", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watcher", sa.String(40), nullable=False),
        sa.Column("moved_s", sa.Float(), nullable=False),
        sa.Column("level", sa.Float(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("camera", "at"),
    )
    op.drop_table("camera_health")
