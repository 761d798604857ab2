"""Rows carry exact amounts in plain digits, beside the whole value."""

from contextlib import closing
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from algotradehub.conformance.store_samples import (
    ACCOUNT,
    TENANT,
    everything,
    fill_of,
    order_id,
    order_of,
    orders_of,
)
from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.evidence import FillCause
from algotradehub.domain.fill import provisional_fill_of
from algotradehub.domain.order import Leg
from algotradehub.ports.store import Changes
from algotradehub.storage.sqlite.store import SqliteStore


def table(store: SqliteStore, name: str) -> list[dict[str, Any]]:
    cursor = store._connection.execute(f"SELECT * FROM {name}")  # noqa: S608 - the test's own names
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def test_columns_say_what_the_value_says() -> None:
    with closing(SqliteStore()) as store:
        store.apply(everything())
        plain, rich = table(store, "orders")
        assert plain["quantity"] == "0.0100"
        assert plain["quote_value"] is None
        assert plain["venue_order_id"] == "v-1"
        assert (rich["quantity"], rich["quote_value"]) == (None, "1000")
        assert (rich["filled"], rich["paid"]) == ("0.00000001", "0.0006123450")
        assert (rich["status"], rich["strategy"]) == ("UNKNOWN", "grid")
        assert (rich["limit_price"], rich["trigger_price"]) == ("61234.50", "61000.00")
        assert rich["account_seq"] == 6
        first, second = table(store, "fills")
        assert (first["tenant"], first["fee"]) == (TENANT, "-0.00000001")
        assert (second["tenant"], second["fee"]) == (TENANT, None)
        (change,) = table(store, "position_history")
        assert (change["previous_quantity"], change["new_quantity"]) == ("0", "-0.10")
        assert (change["previous_cost"], change["new_cost"]) == ("0", "-6123.450")
        assert (change["event"], change["execution_id"]) == ("OPEN", "e-1")
        (position,) = table(store, "positions")
        assert (position["side"], position["cost"]) == ("NET", "-6123.450")
        assert table(store, "account_seqs")[0] == {"account": ACCOUNT, "account_seq": 7}


@pytest.mark.design_property(28)
def test_every_change_one_record_made_is_in_the_history_once() -> None:
    changes = everything()
    (one,) = changes.position_changes
    later = msgspec.structs.replace(one, seq=5)
    changes.position_changes = [one, one, later]
    with closing(SqliteStore()) as store:
        store.apply(changes)
        store.apply(changes)
        history = table(store, "position_history")
    assert [(row["seq"], row["part"]) for row in history] == [(4, 0), (4, 1), (5, 0)]


def test_a_fill_without_its_order_shows_that_the_projection_is_not_whole() -> None:
    fill = fill_of(order_of(1), "e-1")
    with closing(SqliteStore()) as store:
        changes = Changes(applied_seq=1, fills={(fill.order_id, fill.execution_id): fill})
        with pytest.raises(StorageDamaged, match="rebuilt from the journal"):
            store.apply(changes)
        assert store.applied_seq == 0


def test_a_provisional_fill_stays_one_row_when_the_venue_names_the_order() -> None:
    nameless = msgspec.structs.replace(
        order_of(1),
        legs=(Leg(client_order_id=order_id(1), quantity=Decimal("0.01")),),
        provisional=Decimal("0.004"),
        provisional_paid=Decimal(244),
    )
    named = msgspec.structs.replace(nameless, legs=order_of(1).legs)
    with closing(SqliteStore()) as store:
        for seq, order in enumerate((nameless, named), 1):
            fill = provisional_fill_of(order, at_ns=seq)
            assert fill is not None
            changes = orders_of([order], applied_seq=seq)
            changes.fills[fill.order_id, fill.execution_id] = fill
            store.apply(changes)
        (found,) = store.fills(tenant=TENANT)
    assert (found.cause, found.venue_order_id) == (FillCause.PROVISIONAL, "v-1")
