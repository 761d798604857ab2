"""A venue may be paused, and an account's day remembers where its profit began."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, Text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pauses",
        Column("venue", Text, primary_key=True),
        Column("paused", Boolean, nullable=False),
        Column("reason", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("at_ns", BigInteger, nullable=False),
    )
    op.create_table(
        "days",
        Column("account", Text, primary_key=True),
        Column("begins_ns", BigInteger, nullable=False),
        Column("value", LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("days")
    op.drop_table("pauses")
