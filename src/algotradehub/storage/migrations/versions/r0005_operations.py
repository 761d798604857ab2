"""What was asked of venues and what became of it, and what was decided: views of the journal."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

metadata = MetaData()

operations = Table(
    "operations",
    metadata,
    Column("seq", Integer, primary_key=True),  # of the first record of it
    Column("account", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("order_id", Text),
    Column("request_id", BigInteger),  # null where no bytes were recorded
    Column("request_seq", Integer, nullable=False),
    Column("requested_ns", BigInteger, nullable=False),
    Column("response_seq", Integer),  # null: no answer was heard
    Column("answered_ns", BigInteger),
    Column("success", Boolean),
    Column("category", Text),
    Column("error", Text),
    Index("operations_by_account", "account", "seq"),
    Index("operations_by_time", "requested_ns"),
    Index("operations_by_order", "order_id"),
    Index("operations_by_request", "request_seq", unique=True),
    Index("operations_by_response", "response_seq", unique=True),
    Index(
        "operations_unanswered",
        "account",
        "operation",
        "order_id",
        sqlite_where=text("response_seq IS NULL"),
    ),
)
actions = Table(
    "actions",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Index("actions_by_account", "account", "seq"),
)


def upgrade() -> None:
    metadata.create_all(op.get_bind(), checkfirst=False)
    # The next start replays the journal, which fills them; nothing is released without them.


def downgrade() -> None:
    metadata.drop_all(op.get_bind(), checkfirst=False)
