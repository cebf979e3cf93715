"""Who watches which camera at the moment and did before, and the keys with which watchers sign."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device_camera", sa.Column("holder", sa.String(), nullable=True))
    op.add_column("device_camera", sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "device_lease",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("watcher", sa.String(), nullable=False),
        sa.Column("lasts_s", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("behind_low_ms", sa.Integer(), nullable=False),
        sa.Column("behind_high_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["camera"], ["device_camera.id"]),
        sa.ForeignKeyConstraint(["watcher"], ["device_unit.id"]),
        sa.PrimaryKeyConstraint("camera", "fence"),
    )
    op.create_table(
        "device_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("jwk", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["device_unit.id"]),
        sa.PrimaryKeyConstraint("kid"),
    )
    with op.batch_alter_table("device_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_key_device"), ["device"], unique=False)
