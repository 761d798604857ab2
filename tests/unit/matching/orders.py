"""Instruments and orders the tests of both markets share."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from algotradehub.domain.ids import Asset, Symbol, VenueId
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.order import (
    OrderType,
    PriceSource,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.matching.outcomes import Closed, Matched, NewOrder, Outcome, Refused, Triggered

VENUE = VenueId("paper:test")
SYMBOL = Symbol("BTC/USDT")
BUY, SELL = Side.BUY, Side.SELL


def instrument(**changes: Any) -> Instrument:
    values: dict[str, Any] = {
        "venue": VENUE,
        "symbol": SYMBOL,
        "venue_symbol": "BTCUSDT",
        "kind": InstrumentKind.SPOT,
        "base": Asset("BTC"),
        "quote": Asset("USDT"),
        "settle": Asset("USDT"),
        "price_rule": FixedTick(Decimal("0.5")),
        "lot": Decimal(1),
        "min_quantity": Decimal(1),
        "maker_fee": Decimal("0.001"),
        "taker_fee": Decimal("0.002"),
    }
    return Instrument(**values | changes)


def limit(
    name: str, side: Side, quantity: int | str, price: int | str, /, **changes: Any
) -> NewOrder:
    values: dict[str, Any] = {
        "order_id": name,
        "owner": "ann",
        "side": side,
        "type": OrderType.LIMIT,
        "quantity": Decimal(quantity),
        "limit_price": Decimal(price),
    }
    return NewOrder(**values | changes)


def market(
    name: str,
    side: Side,
    quantity: int | str | None = None,
    *,
    value: int | str | None = None,
    **changes: Any,
) -> NewOrder:
    values: dict[str, Any] = {
        "order_id": name,
        "owner": "ann",
        "side": side,
        "type": OrderType.MARKET,
        "quantity": None if quantity is None else Decimal(quantity),
        "value": None if value is None else Decimal(value),
    }
    return NewOrder(**values | changes)


def stop(
    name: str,
    side: Side,
    quantity: int | str,
    price: int | str,
    /,
    *,
    source: PriceSource = PriceSource.LAST,
    takes_profit: bool = False,
    **changes: Any,
) -> NewOrder:
    """A stop, or a take-profit, that becomes a market order; with ``limit_price`` a limit order."""
    limited = changes.get("limit_price") is not None
    stops = OrderType.STOP_LIMIT if limited else OrderType.STOP_MARKET
    takes = OrderType.TAKE_PROFIT_LIMIT if limited else OrderType.TAKE_PROFIT_MARKET
    rises = (side is BUY) is not takes_profit
    direction = TriggerDirection.RISES_TO if rises else TriggerDirection.FALLS_TO
    values: dict[str, Any] = {
        "order_id": name,
        "owner": "ann",
        "side": side,
        "type": takes if takes_profit else stops,
        "quantity": Decimal(quantity),
        "trigger": Trigger(price=Decimal(price), direction=direction, source=source),
    }
    return NewOrder(**values | changes)


def trailing(
    name: str,
    side: Side,
    quantity: int | str,
    offset: int | str | None = None,
    /,
    *,
    bps: int | str | None = None,
    activation: int | str | None = None,
    source: PriceSource = PriceSource.LAST,
    **changes: Any,
) -> NewOrder:
    values: dict[str, Any] = {
        "order_id": name,
        "owner": "ann",
        "side": side,
        "type": OrderType.TRAILING_STOP,
        "quantity": Decimal(quantity),
        "trail": Trail(
            offset=None if offset is None else Decimal(offset),
            offset_bps=None if bps is None else Decimal(bps),
            activation_price=None if activation is None else Decimal(activation),
            source=source,
        ),
    }
    return NewOrder(**values | changes)


def triggered(outcomes: Sequence[Outcome]) -> list[str]:
    """The orders that fired, in order."""
    return [outcome.order_id for outcome in outcomes if isinstance(outcome, Triggered)]


def gtd(expires_ns: int) -> dict[str, Any]:
    return {"time_in_force": TimeInForce.GTD, "expires_ns": expires_ns}


def fills(outcomes: Sequence[Outcome], order_id: str) -> list[tuple[Decimal, Decimal]]:
    """(price, quantity) of each match of one order."""
    return [
        (outcome.price, outcome.quantity)
        for outcome in outcomes
        if isinstance(outcome, Matched) and outcome.order_id == order_id
    ]


def closings(outcomes: Sequence[Outcome]) -> dict[str, Closed]:
    return {outcome.order_id: outcome for outcome in outcomes if isinstance(outcome, Closed)}


def refusal(outcomes: Sequence[Outcome]) -> Refused:
    """The refusal, which must be all that happened."""
    (outcome,) = outcomes
    assert isinstance(outcome, Refused)
    return outcome


def amounts(*pairs: tuple[int | str, int | str]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(price), Decimal(quantity)) for price, quantity in pairs]
