"""What is asked for: defaults are not sent, and amounts go out in plain digits."""

import json
from decimal import Decimal
from typing import Any

import pytest

from algotradehub.client import encode
from algotradehub.client.bodies import CancelOrders, ChangeOrder, PlaceOrder, TrailBody
from algotradehub.client.models import OrderType, Side


def sent(body: object) -> Any:
    return json.loads(encode(body))


def test_what_is_left_at_its_default_is_not_sent() -> None:
    order = PlaceOrder(account="a", symbol="BTC/USDT", side="BUY", type="MARKET", quantity="1")
    assert sent(order) == {
        "account": "a",
        "symbol": "BTC/USDT",
        "side": "BUY",
        "type": "MARKET",
        "quantity": "1",
    }
    assert sent(CancelOrders()) == {}
    assert sent(ChangeOrder()) == {}


def test_words_may_be_text_or_members() -> None:
    order = PlaceOrder(
        account="a",
        symbol="BTC/USDT",
        side=Side.SELL,
        type=OrderType.TRAILING_STOP,
        trail=TrailBody(offset_bps=Decimal("12.50")),
    )
    assert sent(order)["side"] == "SELL"
    assert sent(order)["type"] == "TRAILING_STOP"
    assert sent(order)["trail"] == {"offset_bps": "12.50"}


@pytest.mark.parametrize(
    ("amount", "text"),
    [(Decimal("1E-8"), "0.00000001"), (Decimal("1E+3"), "1000"), ("0.10", "0.10"), ("x", "x")],
)
def test_an_amount_goes_out_as_plain_text(amount: Decimal | str, text: str) -> None:
    assert sent(ChangeOrder(quantity=amount)) == {"quantity": text}
