"""Bodies become domain values, or nothing at all."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from algotradehub.api.requests import ChangeOrder, PlaceOrder
from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.ids import IdempotencyKey, StrategyId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    OrderType,
    PositionSide,
    PriceSource,
    QuoteAmount,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)
from tests.unit.api.gateway import ORDER, TENANT

KEY = IdempotencyKey("k")
NOW_NS = 1_800_000_000_000_000_000


def read(**changes: Any) -> PlaceOrder:
    body = {name: value for name, value in {**ORDER, **changes}.items() if value is not ...}
    return PlaceOrder.model_validate(body)


def test_every_field_arrives() -> None:
    request = read(
        side="sell",
        type="stop_limit",
        trigger={"price": "59000", "direction": "falls_to", "source": "mark"},
        time_in_force="GTD",
        expires_at="2027-01-16T08:00:00Z",
        post_only=True,
        reduce_only=True,
        position_side="long",
        strategy="mean-reversion",
        metadata={"ticket": "17"},
    ).to_domain(TENANT, KEY)
    assert (request.tenant, request.idempotency_key) == (TENANT, KEY)
    assert (request.account, request.symbol) == (ORDER["account"], ORDER["symbol"])
    assert (request.side, request.type) == (Side.SELL, OrderType.STOP_LIMIT)
    assert (request.amount, request.limit_price) == (
        BaseAmount(Decimal("0.010")),
        Decimal("60000.1"),
    )
    assert request.trigger == Trigger(
        price=Decimal(59000), direction=TriggerDirection.FALLS_TO, source=PriceSource.MARK
    )
    assert request.trail is None
    assert request.time_in_force is TimeInForce.GTD
    assert request.expires_ns == NOW_NS + 24 * 3600 * 10**9
    assert request.post_only
    assert request.reduce_only
    assert request.position_side is PositionSide.LONG
    assert request.strategy == StrategyId("mean-reversion")
    assert request.metadata == {"ticket": "17"}


def test_a_value_is_an_amount_in_quote_units() -> None:
    request = read(quantity=..., value="250", type="market", limit_price=...).to_domain(TENANT, KEY)
    assert request.amount == QuoteAmount(Decimal(250))


def test_a_trail_arrives_whole() -> None:
    body = {"offset_bps": "50", "activation_price": "61000", "source": "index"}
    request = read(type="trailing_stop", trail=body).to_domain(TENANT, KEY)
    assert request.trail == Trail(
        offset_bps=Decimal(50), activation_price=Decimal(61000), source=PriceSource.INDEX
    )


@pytest.mark.parametrize(
    ("changes", "given"),
    [({"quantity": ...}, "neither"), ({"quantity": None}, "neither"), ({"value": "1"}, "both")],
)
def test_exactly_one_amount_is_given(changes: dict[str, object], given: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        read(**changes).to_domain(TENANT, KEY)
    rule = "exactly one of quantity and value"
    assert raised.value.refusals == (Refusal(field="quantity", rule=rule, value=given),)


@pytest.mark.parametrize("changes", [{"extra": 1}, {"post_only": 1}, {"metadata": {"a": 1}}])
def test_nothing_is_bent_into_shape(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        read(**changes)


def named(body: PlaceOrder, field: str, rule: str = "r", value: str = "v") -> Refusal:
    error = InvalidRequest(Refusal(field=field, rule=rule, value=value, nearest="n"))
    (refusal,) = body.in_these_words(error, NOW_NS).refusals
    return refusal


def test_what_the_desk_finds_is_told_under_the_names_of_the_body() -> None:
    plain, in_quote = read(), read(quantity=..., value="1")
    assert named(plain, "amount").field == "quantity"
    assert named(in_quote, "amount").field == "value"
    assert named(plain, "idempotency_key").field == "Idempotency-Key"
    assert named(plain, "trigger.price") == Refusal(
        field="trigger.price", rule="r", value="v", nearest="n"
    )


def test_instants_are_told_as_they_are_asked_for() -> None:
    unasked = named(read(expires_at="2027-01-16T08:00:00Z"), "expires_ns", "given for GTD only")
    assert (unasked.field, unasked.rule) == ("expires_at", "given for GTD only")
    assert unasked.value == "2027-01-16T08:00:00.000000000Z"
    late = named(read(time_in_force="GTD", expires_at="1970-01-01T00:00:00Z"), "expires_ns")
    assert late.rule == "for GTD a time after 2027-01-15T08:00:00.000000000Z"
    assert late.value == "1970"
    assert named(read(time_in_force="GTD"), "expires_ns").value == "missing"


def test_a_change_names_what_is_new() -> None:
    body = ChangeOrder.model_validate({"quantity": "2", "trigger_price": "3"})
    assert body.to_domain() == Amendment(quantity=Decimal(2), trigger_price=Decimal(3))
    assert ChangeOrder().to_domain() == Amendment()
