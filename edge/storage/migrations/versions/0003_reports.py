"""Reports."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _report_connector()
    _report_outbox()
    _report_delivery()


def _report_connector() -> None:
    op.create_table(
        "report_connector",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("wants", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _report_outbox() -> None:
    op.create_table(
        "report_outbox",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("report_outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_outbox_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_outbox_subject"), ["subject"], unique=False)


def _report_delivery() -> None:
    op.create_table(
        "report_delivery",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(40), nullable=False),
        sa.Column("connector", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(60), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("reference", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["connector"], ["report_connector.id"]),
        sa.ForeignKeyConstraint(["fact"], ["report_outbox.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fact", "connector", name="uq_report_delivery_fact_connector"),
    )
    with op.batch_alter_table("report_delivery", schema=None) as batch_op:
        batch_op.create_index("ix_report_delivery_due", ["state", "next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_delivery_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_delivery_subject"), ["subject"], unique=False)
