"""A camera may be reached by ONVIF as well; how, is sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device_camera", sa.Column("onvif", sa.Text(), nullable=False, server_default=""))
