"""What the journal adds up to: orders, fills, positions, balances, and the journal's own lines.

Each row carries the columns that are searched, and in ``value`` the whole domain value (msgpack).
Amounts are exact text, times nanoseconds since the Unix epoch. No foreign keys: the journal keeps
these tables whole, and they can be built from it again.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

metadata = MetaData()

# In SQLite only a column declared INTEGER PRIMARY KEY is the row's own number.
_RowNumber = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=null)


def _number(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=False)


def _value() -> Column[bytes]:
    return Column("value", LargeBinary, nullable=False)


Table(
    "meta",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    _number("applied_seq"),  # the journal's last record these tables contain
    _number("format"),  # of the bytes in ``value`` and ``body``
)
Table("account_seqs", metadata, _text("account", key=True), _number("account_seq"))

Table(
    "orders",
    metadata,
    _text("order_id", key=True),  # sorts by time, so it stands for "created" in every index
    _text("tenant"),
    _text("account"),
    _text("symbol"),
    _text("side"),
    _text("type"),
    _text("time_in_force"),
    _text("strategy", null=True),
    _text("idempotency_key"),
    _text("status"),
    _text("venue_order_id", null=True),  # of the leg that works now; ``legs`` has all
    _text("quantity", null=True),  # base units; null for an amount in quote
    _text("quote_value", null=True),  # quote units; null for an amount in base
    _text("limit_price", null=True),
    _text("trigger_price", null=True),
    _text("filled"),
    _text("paid"),
    _number("created_ns"),
    _number("updated_ns"),
    _number("account_seq"),
    _value(),
    Index("orders_by_tenant", "tenant", "order_id"),
    Index("orders_by_status", "status", "tenant", "order_id"),
    Index("orders_by_strategy", "tenant", "strategy", "order_id"),
    Index("orders_by_creation", "tenant", "created_ns"),
    Index("orders_by_update", "updated_ns"),
)
Table(
    "legs",
    metadata,
    _text("client_order_id", key=True),
    _text("order_id"),
    _text("account"),
    _text("venue_order_id", null=True),
    Index("legs_by_venue_order_id", "account", "venue_order_id"),
    sqlite_with_rowid=False,
)
Table(
    "fills",
    metadata,
    # An order has one account and one symbol, so (account, symbol, order, execution) is this key.
    _text("order_id", key=True),
    _text("execution_id", key=True),
    _text("tenant"),
    _text("account"),
    _text("symbol"),
    _text("venue_order_id", null=True),
    _text("side"),
    _text("price"),
    _text("quantity"),
    _text("fee", null=True),  # null: not known yet
    _text("fee_asset", null=True),
    _text("cause"),
    _number("venue_time_ns"),
    _value(),
    Index("fills_by_tenant", "tenant", "venue_time_ns"),
    Index("fills_by_account", "account", "symbol", "venue_time_ns"),
)
Table(
    "positions",
    metadata,
    _text("account", key=True),
    _text("symbol", key=True),
    _text("side", key=True),
    _text("quantity"),
    _text("cost"),
    _text("realized"),
    _number("opened_ns"),
    _number("updated_ns"),
    _value(),
)
Table(
    "position_history",
    metadata,
    _number("seq", key=True),
    _number("part", key=True),  # 0, 1 ... of the changes one journal record made
    _text("account"),
    _text("symbol"),
    _text("side"),
    _text("event"),
    _text("previous_quantity"),
    _text("new_quantity"),
    _text("previous_cost"),
    _text("new_cost"),
    _text("execution_id", null=True),
    _number("at_ns"),
    _value(),
    Index("position_history_by_position", "account", "symbol", "at_ns"),
    sqlite_with_rowid=False,
)
Table(
    "balances",
    metadata,
    _text("account", key=True),
    _text("asset", key=True),
    _text("total", null=True),
    _text("available", null=True),
    _text("opening", null=True),
    _text("posted"),
    _number("updated_ns"),
    _value(),
)
Table(
    "claims",
    metadata,
    _text("tenant", key=True),
    _text("key", key=True),
    _text("order_id"),
    _number("claimed_ns"),
    Index("claims_by_order", "order_id"),
    Index("claims_by_time", "claimed_ns"),
)
Table(
    "halts",
    metadata,
    _text("account", key=True),
    Column("halted", Boolean, nullable=False),
    _text("reason"),
    _text("by"),
    _number("at_ns"),
)
Table(
    "instruments",  # as the books reckon with them
    metadata,
    _text("account", key=True),
    _text("symbol", key=True),
    _value(),
)
Table(
    "records",
    metadata,
    Column("seq", _RowNumber, primary_key=True, autoincrement=False),
    _number("v"),
    _number("at_ns"),
    _text("account"),
    _number("account_seq"),
    _text("kind"),
    _text("order_id", null=True),  # the client order id it names: an order's, or one of its legs'
    Column("body", LargeBinary, nullable=False),
    Index("records_by_order", "order_id"),
)


def upgrade() -> None:
    metadata.create_all(op.get_bind(), checkfirst=False)
    op.bulk_insert(metadata.tables["meta"], [{"id": 1, "applied_seq": 0, "format": 1}])


def downgrade() -> None:
    metadata.drop_all(op.get_bind(), checkfirst=False)
