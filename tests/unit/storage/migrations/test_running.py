"""The revisions go up and down, and make every table and column the design documents name."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from algotradehub.storage.migrations import running
from algotradehub.storage.migrations.running import downgrade, upgrade
from algotradehub.storage.sqlite.opening import REVISIONS, VALUE_FORMAT


def words(text: str) -> list[str]:
    return text.split()


# The SQL of the multi-exchange trading design, column by column.
SQL_TABLES = {
    "user_exchange_preferences": "id user_id selected_exchange default_exchange "
    "live_trading_enabled preferences created_at updated_at",
    "market_data_sources": "id symbol primary_source fallback_sources reliability_score "
    "last_updated",
    "exchange_credentials": "id exchange_name encrypted_credentials is_validated last_validated "
    "created_at",
}
# The tables of the exchange integration design, their attributes in snake_case. Where the
# vocabulary differs, or one attribute is arithmetic over columns, the columns stand beside it.
DOCUMENT_TABLES: dict[str, dict[str, str]] = {
    "exchange_configs": {
        name: name
        for name in words(
            "tenant_id exchange_id name mode endpoints auth_method credentials "
            "supported_features rate_limits status priority created_at updated_at"
        )
    },
    "orders": {
        "tenant_id": "tenant",
        "order_id": "order_id",
        "strategy_id": "strategy",
        "exchange_id": "account",  # which has one venue
        "exchange_order_id": "venue_order_id",
        "asset_id": "symbol",
        "side": "side",
        "order_type": "type",
        "quantity": "quantity quote_value",
        "filled_quantity": "filled",
        "remaining_quantity": "quantity quote_value filled paid",
        "price": "limit_price",
        "stop_price": "trigger_price",
        "average_filled_price": "paid filled",
        "time_in_force": "time_in_force",
        "status": "status",
        "idempotency_key": "idempotency_key",
        "created_at": "created_ns",
        "updated_at": "updated_ns",
        "completed_at": "updated_ns status",
    },
    "fills": {  # "fills array"
        "fill_id": "order_id execution_id",
        "execution_id": "execution_id",
        "quantity": "quantity",
        "price": "price",
        "commission": "fee",
        "commission_asset": "fee_asset",
        "timestamp": "venue_time_ns",
    },
    "records": {  # "lifecycle events", and when it was submitted
        "order_id": "order_id",
        "event": "kind body",
        "timestamp": "at_ns",
    },
    "positions": {
        "exchange_id": "account",
        "asset_id": "symbol",
        "quantity": "quantity",
        "average_entry_price": "cost quantity",
        "unrealized_pnl": "cost quantity",  # at a mark, which is market data
        "realized_pnl": "realized",
        "opened_at": "opened_ns",
        "updated_at": "updated_ns",
    },
    "position_history": {
        "exchange_id": "account",
        "asset_id": "symbol",
        "history_id": "seq part",
        "event_type": "event",
        "previous_quantity": "previous_quantity",
        "new_quantity": "new_quantity",
        "previous_avg_price": "previous_cost previous_quantity",
        "new_avg_price": "new_cost new_quantity",
        "fill_id": "execution_id",
        "timestamp": "at_ns",
    },
    "accounts": {"exchange_id": "account venue", "tenant_id": "tenant"},
    "routing_decisions": {
        name: name
        for name in words(
            "tenant_id decision_id order_id expires_at criteria selected_exchange "
            "alternative_exchanges reasoning split_orders outcome timestamp"
        )
    },
    "exchange_audit_logs": {
        name: name
        for name in words(
            "tenant_id timestamp log_id exchange_id expires_at operation_type request_payload "
            "response_payload latency_ms success error_details"
        )
    },
}


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def tables(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Columns by table."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'alembic_version'"
    return {
        name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
        for (name,) in connection.execute(query).fetchall()
    }


def test_every_column_of_the_designs_sql_exists(connection: sqlite3.Connection) -> None:
    upgrade(connection)
    made = tables(connection)
    for name, columns in SQL_TABLES.items():
        assert set(columns.split()) <= made[name], name


def test_every_attribute_of_the_designs_tables_has_its_columns(
    connection: sqlite3.Connection,
) -> None:
    upgrade(connection)
    made = tables(connection)
    for name, attributes in DOCUMENT_TABLES.items():
        for attribute, columns in attributes.items():
            assert set(columns.split()) <= made[name], f"{name}.{attribute}"


def test_defaults_of_the_designs_sql_hold(connection: sqlite3.Connection) -> None:
    upgrade(connection)
    connection.execute("INSERT INTO user_exchange_preferences (id) VALUES (1)")
    connection.execute("INSERT INTO exchange_credentials (id) VALUES (1)")
    live, created = connection.execute(
        "SELECT live_trading_enabled, created_at FROM user_exchange_preferences"
    ).fetchone()
    assert live == 0
    assert created.startswith("20")
    validated = connection.execute("SELECT is_validated FROM exchange_credentials").fetchone()
    assert validated == (0,)


def test_one_wallet_cannot_be_registered_twice(connection: sqlite3.Connection) -> None:
    upgrade(connection)
    insert = "INSERT INTO accounts VALUES (?, 'acme', 'binance', 'uid-1', NULL, 0)"
    connection.execute("INSERT INTO tenants VALUES ('acme', NULL, 0)")
    connection.execute(insert, ("one",))
    with pytest.raises(sqlite3.IntegrityError, match="venue_uid"):
        connection.execute(insert, ("two",))


def test_each_step_down_undoes_its_step_up(connection: sqlite3.Connection) -> None:
    seen = [tables(connection)]
    for revision in REVISIONS:
        upgrade(connection, revision)
        seen.append(tables(connection))
        before, after = seen[-2:]
        assert after != before
        assert all(columns <= after[name] for name, columns in before.items()), "nothing is lost"
    for expected, revision in zip(seen[-2::-1], [*REVISIONS[-2::-1], "base"], strict=True):
        downgrade(connection, revision)
        assert tables(connection) == expected


def test_halts_of_before_the_kill_switch_are_no_stops(connection: sqlite3.Connection) -> None:
    upgrade(connection, "0002")
    connection.execute("INSERT INTO halts VALUES ('a', 1, 'lunch', 'ann', 7)")
    upgrade(connection, "0003")
    assert connection.execute("SELECT * FROM halts").fetchall() == [
        ("a", 1, "lunch", "ann", 7, 0, "")
    ]
    downgrade(connection, "0002")
    assert connection.execute("SELECT * FROM halts").fetchall() == [("a", 1, "lunch", "ann", 7)]


def test_going_up_twice_changes_nothing(connection: sqlite3.Connection) -> None:
    upgrade(connection)
    connection.execute("UPDATE meta SET applied_seq = 7")
    upgrade(connection)
    meta = connection.execute("SELECT id, applied_seq, format FROM meta").fetchall()
    assert meta == [(1, 7, VALUE_FORMAT)]


def test_a_step_that_fails_takes_all_others_with_it(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE users (somebody)")  # in the way of a later revision
    with pytest.raises(sqlite3.OperationalError, match="users already exists"):
        upgrade(connection)
    assert tables(connection) == {"users": {"somebody"}}
    assert not connection.in_transaction


def test_the_revisions_are_the_ones_the_program_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(running.__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(REVISIONS)
