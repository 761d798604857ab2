"""A halt may be a stop by the kill switch, and carry its proof."""

from alembic import op
from sqlalchemy import Boolean, Column, Text, false

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("halts", Column("stop", Boolean, nullable=False, server_default=false()))
    # When the venue listed no open order: nanoseconds, separated by spaces.
    op.add_column("halts", Column("looked_ns", Text, nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("halts") as halts:
        halts.drop_column("looked_ns")
        halts.drop_column("stop")
