"""Cameras."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _camera_health()
    _camera_sighting()
    _camera_case_event()
    _camera_evidence()


def _camera_health() -> None:
    op.create_table(
        "camera_health",
        sa.Column("camera", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("camera", "at"),
    )


def _camera_sighting() -> None:
    op.create_table(
        "camera_sighting",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("camera", sa.String(40), nullable=False),
        sa.Column("camera_name", sa.String(120), nullable=False),
        sa.Column("address", sa.String(300), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("watcher", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_down_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clip_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock", sa.String(10), nullable=False),
        sa.Column("box", sa.JSON(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(10), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=True),
        sa.Column("verdict_before", sa.String(12), nullable=True),
        sa.Column("rejected_as", sa.String(12), nullable=True),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("judged_account", sa.String(40), nullable=True),
        sa.Column("judged_by", sa.String(120), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("camera_sighting", schema=None) as batch_op:
        batch_op.create_index("ix_camera_sighting_camera", ["camera", "at"], unique=False)
        batch_op.create_index("ix_camera_sighting_queue", ["state", "at"], unique=False)


def _camera_case_event() -> None:
    op.create_table(
        "camera_case_event",
        sa.Column("sighting", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("before", sa.String(12), nullable=False),
        sa.Column("after", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(12), nullable=True),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("reference", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["sighting"], ["camera_sighting.id"]),
        sa.PrimaryKeyConstraint("sighting", "number"),
    )


def _camera_evidence() -> None:
    op.create_table(
        "camera_evidence",
        sa.Column("sighting", sa.String(40), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sighting"], ["camera_sighting.id"]),
        sa.PrimaryKeyConstraint("sighting", "name"),
    )
