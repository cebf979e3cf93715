"""Flags per camera and day, by which thresholds each sighting was flagged, and last layers that a node has learned or tries."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "camera_budget",
        sa.Column("camera", sa.String(40), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("camera"),
    )
    op.create_table(
        "camera_head",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("weights", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.add_column("camera_sighting", sa.Column("shadow_model", sa.String(64), nullable=True))
    op.add_column("camera_sighting", sa.Column("shadow_score", sa.Float(), nullable=True))
    op.add_column("camera_sighting", sa.Column("shadow_threshold", sa.Float(), nullable=True))
    op.add_column("camera_sighting", sa.Column("base", sa.Float(), nullable=True))
    op.add_column("camera_sighting", sa.Column("level", sa.Float(), nullable=True))
    op.execute("UPDATE camera_sighting SET base = threshold, level = threshold")
    with op.batch_alter_table("camera_sighting") as batch_op:
        batch_op.alter_column("base", existing_type=sa.Float(), nullable=False)
        batch_op.alter_column("level", existing_type=sa.Float(), nullable=False)
