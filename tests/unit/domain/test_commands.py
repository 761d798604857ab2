"""Commands: what is asked of an account stays what was asked."""

from decimal import Decimal

import pytest

from algotradehub.domain.commands import Amend, Cancel, CancelAll, Place
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Amendment
from tests.unit.domain.examples import ORDER_ID, REQUEST, SYMBOL, VENUE_ORDER_ID


def test_a_command_cannot_change_after_it_was_given() -> None:
    place = Place(client_order_id=ORDER_ID, request=REQUEST, send_before_ns=5)
    with pytest.raises(AttributeError):
        place.send_before_ns = 6  # type: ignore[misc]


def test_a_cancel_needs_no_venue_order_id() -> None:
    """Cancel of an unanswered order goes out by client id (order-path 6)."""
    cancel = Cancel(client_order_id=ORDER_ID, venue_order_id=None, symbol=SYMBOL, side=Side.BUY)
    assert cancel.client_order_id == ORDER_ID


def test_an_amendment_keeps_what_it_does_not_name() -> None:
    amend = Amend(
        client_order_id=ORDER_ID,
        venue_order_id=VENUE_ORDER_ID,
        symbol=SYMBOL,
        side=Side.BUY,
        amendment=Amendment(quantity=Decimal(3)),
        send_before_ns=5,
    )
    assert amend.amendment.limit_price is None
    assert amend.amendment.trigger_price is None


def test_cancel_all_means_every_symbol_unless_one_is_named() -> None:
    assert CancelAll().symbol is None
    assert CancelAll(symbol=SYMBOL).symbol == SYMBOL
