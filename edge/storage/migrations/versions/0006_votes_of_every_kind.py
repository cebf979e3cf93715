"""Votes of every kind."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _meeting_box()
    _meeting_clerk_keys()
    _meeting_roll_calls()
    _meeting_tokens()
    _meeting_ballots()
    _meeting_items()
    _meeting_keys()
    _meeting_members()
    _meeting_motions()


def _meeting_box() -> None:
    op.create_table(
        "meeting_box",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("tracker", sa.String(), nullable=False),
        sa.Column("prepared", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"],
            ["meeting_meetings.id"],
        ),
        sa.PrimaryKeyConstraint("meeting", "motion", "tracker"),
        sqlite_with_rowid=False,
    )


def _meeting_clerk_keys() -> None:
    op.create_table(
        "meeting_clerk_keys",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("jwk", sa.Text(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting"],
            ["meeting_meetings.id"],
        ),
        sa.PrimaryKeyConstraint("meeting", "kid"),
    )


def _meeting_roll_calls() -> None:
    op.create_table(
        "meeting_roll_calls",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("secretary", sa.String(), nullable=False),
        sa.Column("secretary_name", sa.String(), nullable=False),
        sa.Column("secretary_jws", sa.Text(), nullable=False),
        sa.Column("chair_jws", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"],
            ["meeting_meetings.id"],
        ),
        sa.PrimaryKeyConstraint("meeting", "id"),
    )


def _meeting_tokens() -> None:
    op.create_table(
        "meeting_tokens",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("blinded_sha256", sa.String(), nullable=False),
        sa.Column("blind_signature", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"],
            ["meeting_meetings.id"],
        ),
        sa.PrimaryKeyConstraint("meeting", "motion", "member"),
    )


def _meeting_ballots() -> None:
    with op.batch_alter_table("meeting_ballots", schema=None) as batch_op:
        batch_op.add_column(sa.Column("door", sa.String(), server_default="tablet", nullable=False))


def _meeting_keys() -> None:
    with op.batch_alter_table("meeting_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("door", sa.String(), server_default="tablet", nullable=False))


def _meeting_items() -> None:
    with op.batch_alter_table("meeting_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("turned_back_at", sa.DateTime(timezone=True), nullable=True))


def _meeting_members() -> None:
    with op.batch_alter_table("meeting_members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("weight", sa.Integer(), server_default="1", nullable=False))


def _meeting_motions() -> None:
    with op.batch_alter_table("meeting_motions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("candidates", sa.Text(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("seats", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("secret", sa.Boolean(), server_default="0", nullable=False))
