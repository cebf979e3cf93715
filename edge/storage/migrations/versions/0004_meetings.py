"""Meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _meeting_asks()
    _meeting_meetings()
    _meeting_ballots()
    _meeting_current()
    _meeting_documents()
    _meeting_items()
    _meeting_keys()
    _meeting_locks()
    _meeting_log()
    _meeting_members()
    _meeting_motions()
    _meeting_requests()
    _meeting_seats()
    _meeting_stays()


def _meeting_asks() -> None:
    op.create_table(
        "meeting_asks",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("ask_sha256", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("meeting", "id", "device"),
    )


def _meeting_meetings() -> None:
    op.create_table(
        "meeting_meetings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("plan_width", sa.Float(), nullable=False),
        sa.Column("plan_height", sa.Float(), nullable=False),
        sa.Column("floor_open", sa.Boolean(), nullable=False),
        sa.Column("notice_level", sa.String(), nullable=False),
        sa.Column("notice_text", sa.String(), nullable=False),
        sa.Column("page_document", sa.String(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("motion", sa.String(), nullable=True),
        sa.Column("log_size", sa.Integer(), nullable=False),
        sa.Column("log_peaks", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def _meeting_ballots() -> None:
    op.create_table(
        "meeting_ballots",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ballot_sha256", sa.String(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "index"),
        sa.UniqueConstraint("meeting", "motion", "nonce", "member", name="uq_meeting_ballots_nonce"),
    )
    with op.batch_alter_table("meeting_ballots", schema=None) as batch_op:
        batch_op.create_index("ix_meeting_ballots_sha256", ["meeting", "ballot_sha256"], unique=False)


def _meeting_current() -> None:
    op.create_table(
        "meeting_current",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "motion", "member"),
    )


def _meeting_documents() -> None:
    op.create_table(
        "meeting_documents",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "id"),
    )


def _meeting_items() -> None:
    op.create_table(
        "meeting_items",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "id"),
    )


def _meeting_keys() -> None:
    op.create_table(
        "meeting_keys",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("jwk", sa.Text(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "kid"),
    )
    with op.batch_alter_table("meeting_keys", schema=None) as batch_op:
        batch_op.create_index("ix_meeting_keys_device", ["meeting", "device", "ended_at"], unique=False)
        batch_op.create_index("ix_meeting_keys_member", ["meeting", "member", "ended_at"], unique=False)


def _meeting_locks() -> None:
    op.create_table(
        "meeting_locks",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "device"),
    )


def _meeting_log() -> None:
    op.create_table(
        "meeting_log",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("motion", sa.String(), nullable=True),
        sa.Column("leaf", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "index"),
    )
    with op.batch_alter_table("meeting_log", schema=None) as batch_op:
        batch_op.create_index("ix_meeting_log_motion", ["meeting", "motion"], unique=False)


def _meeting_members() -> None:
    op.create_table(
        "meeting_members",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_salt", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=True),
        sa.Column("votes", sa.Boolean(), nullable=False),
        sa.Column("chairs", sa.Boolean(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=True),
        sa.Column("badge_hash", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "id"),
        sa.UniqueConstraint("meeting", "badge_hash", name="uq_meeting_members_badge"),
        sa.UniqueConstraint("meeting", "pin_hash", name="uq_meeting_members_pin"),
    )


def _meeting_motions() -> None:
    op.create_table(
        "meeting_motions",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("paper", sa.LargeBinary(), nullable=True),
        sa.Column("paper_sha256", sa.String(), nullable=True),
        sa.Column("may_change", sa.Boolean(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("roll_index", sa.Integer(), nullable=True),
        sa.Column("result_index", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "id"),
    )


def _meeting_requests() -> None:
    op.create_table(
        "meeting_requests",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("limit_s", sa.Integer(), nullable=True),
        sa.Column("spoken_s", sa.Float(), nullable=False),
        sa.Column("running_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "id"),
    )
    with op.batch_alter_table("meeting_requests", schema=None) as batch_op:
        batch_op.create_index("ix_meeting_requests_state", ["meeting", "state"], unique=False)


def _meeting_seats() -> None:
    op.create_table(
        "meeting_seats",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("x", sa.Float(), nullable=False),
        sa.Column("y", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("meeting", "id"),
    )


def _meeting_stays() -> None:
    op.create_table(
        "meeting_stays",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("came_by", sa.String(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting_meetings.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("meeting_stays", schema=None) as batch_op:
        batch_op.create_index("ix_meeting_stays_open", ["meeting", "member", "left_at"], unique=False)
