"""Who trades here and with what: tenants, users, accounts, venues, preferences and reports.

These rows come from people, not from the journal, so foreign keys guard them and only a backup
brings them back. Names are those of the design documents, which say ``exchange`` for a venue.
"""

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

metadata = MetaData()


def _text(name: str, *, key: bool = False, null: bool = True) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=null and not key)


def _tenant(name: str = "tenant", *, key: bool = False) -> Column[str]:
    return Column(name, Text, ForeignKey("tenants.tenant"), primary_key=key, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _now(name: str) -> Column[object]:
    return Column(name, DateTime, server_default=func.current_timestamp())


Table("tenants", metadata, _text("tenant", key=True), _text("name"), _number("created_ns"))
Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    _text("name", null=False),
    _number("created_ns"),
    UniqueConstraint("tenant", "name"),
)
Table(
    "accounts",
    metadata,
    _text("account", key=True),
    _tenant(),
    _text("venue", null=False),
    _text("venue_uid"),  # the venue's own name of the wallet; null until it was fetched
    _text("name"),
    _number("created_ns"),
    UniqueConstraint("venue", "venue_uid"),  # one wallet twice would count its money twice
)

Table(
    "user_exchange_preferences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id")),
    _text("selected_exchange"),
    _text("default_exchange"),
    Column("live_trading_enabled", Boolean, server_default=false()),
    Column("preferences", JSON),
    _now("created_at"),
    _now("updated_at"),
)
Table(
    "market_data_sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tenant", Text, ForeignKey("tenants.tenant")),  # null: for the whole installation
    _text("symbol"),
    _text("primary_source"),
    Column("fallback_sources", JSON),
    Column("reliability_score", Float),
    Column("last_updated", DateTime),
    UniqueConstraint("tenant", "symbol"),
)
Table(
    "exchange_credentials",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Text, ForeignKey("accounts.account")),
    _text("name"),
    _text("exchange_name"),
    _text("encrypted_credentials"),
    Column("is_validated", Boolean, server_default=false()),
    Column("last_validated", DateTime),
    _now("created_at"),
    UniqueConstraint("account", "name"),
)
Table(
    "exchange_configs",
    metadata,
    _tenant("tenant_id", key=True),
    _text("exchange_id", key=True),
    _text("name"),
    _text("mode"),
    Column("endpoints", JSON),
    _text("auth_method"),
    _text("credentials"),  # encrypted
    Column("supported_features", JSON),
    Column("rate_limits", JSON),
    _text("status"),
    Column("priority", Integer),
    _now("created_at"),
    _now("updated_at"),
)

Table(
    "routing_decisions",
    metadata,
    _tenant("tenant_id", key=True),
    _text("decision_id", key=True),
    _text("order_id", null=False),
    _text("criteria"),
    _text("selected_exchange"),
    Column("alternative_exchanges", JSON),
    Column("reasoning", JSON),
    Column("split_orders", JSON),
    Column("outcome", JSON),
    _now("timestamp"),
    Column("expires_at", DateTime),
    Index("routing_decisions_by_order", "order_id"),
)
Table(
    "exchange_audit_logs",
    metadata,
    _tenant("tenant_id", key=True),
    Column("timestamp", DateTime, primary_key=True),
    _text("log_id", key=True),
    _text("exchange_id", null=False),
    _text("operation_type", null=False),
    _text("request_payload"),
    _text("response_payload"),
    Column("latency_ms", Integer),
    Column("success", Boolean),
    _text("error_details"),
    Column("expires_at", DateTime),
    Index("exchange_audit_logs_by_exchange", "exchange_id", "timestamp"),
)


def upgrade() -> None:
    metadata.create_all(op.get_bind(), checkfirst=False)


def downgrade() -> None:
    metadata.drop_all(op.get_bind(), checkfirst=False)
