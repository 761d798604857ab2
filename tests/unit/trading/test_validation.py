"""A request is refused for every rule it breaks, and each hint is a way out."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.capabilities import AbsenceProof, AbsenceRule, AmendStyle, Capabilities
from algotradehub.domain.errors import Refusal
from algotradehub.domain.ids import (
    AccountId,
    Asset,
    ClientOrderId,
    IdempotencyKey,
    Symbol,
    TenantId,
    VenueId,
)
from algotradehub.domain.instrument import (
    FixedTick,
    Instrument,
    InstrumentKind,
    Side,
    SignificantFigures,
)
from algotradehub.domain.money import money_context
from algotradehub.domain.order import (
    LIMIT_TYPES,
    TRIGGERED_TYPES,
    Amendment,
    BaseAmount,
    Leg,
    Order,
    OrderRequest,
    OrderType,
    PositionSide,
    PriceSource,
    QuoteAmount,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.trading.validation import amend_refusals, refusals

NOW_NS = 1_000
REFERENCE = Decimal(100)

INSTRUMENT = Instrument(
    venue=VenueId("kraken"),
    symbol=Symbol("BTC/USDT"),
    venue_symbol="XBTUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal("0.5")),
    lot=Decimal("0.01"),
    min_quantity=Decimal("0.02"),
    max_quantity=Decimal(50),
    market_lot=Decimal("0.1"),
    market_max_quantity=Decimal(5),
    min_notional=Decimal(10),
    max_notional=Decimal(4000),
)
EVERYTHING = Capabilities(
    order_types=frozenset(OrderType),
    times_in_force=frozenset(TimeInForce),
    absence=AbsenceRule(
        proof=AbsenceProof.LOOKUPS, expiry_s=5, backend_timeout_s=5, clock_error_s=1
    ),
    quote_amounts=True,
    hedged_positions=True,
    amend=AmendStyle.IN_PLACE,
)
LIMIT = OrderRequest(
    tenant=TenantId("t"),
    account=AccountId("kraken-main"),
    symbol=INSTRUMENT.symbol,
    side=Side.BUY,
    type=OrderType.LIMIT,
    amount=BaseAmount(Decimal(1)),
    idempotency_key=IdempotencyKey("k"),
    limit_price=Decimal(99),
)
RISES, FALLS = TriggerDirection.RISES_TO, TriggerDirection.FALLS_TO


@pytest.fixture(autouse=True, scope="module")
def platform_context() -> Iterator[None]:
    with money_context():
        yield


def changed(value: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(value, **changes)


def request_of(kind: OrderType, side: Side = Side.BUY, **changes: Any) -> OrderRequest:
    """A valid request of every type."""
    stops = kind in {OrderType.STOP_MARKET, OrderType.STOP_LIMIT}
    rises = stops == (side is Side.BUY)
    trigger = Trigger(price=Decimal(110 if rises else 90), direction=RISES if rises else FALLS)
    made = changed(
        LIMIT,
        side=side,
        type=kind,
        limit_price=Decimal(99) if kind in LIMIT_TYPES else None,
        trigger=trigger if kind in TRIGGERED_TYPES else None,
        trail=Trail(offset=Decimal(2)) if kind is OrderType.TRAILING_STOP else None,
    )
    return changed(made, **changes)  # type: ignore[no-any-return]


def refused(
    request: OrderRequest,
    *,
    instrument: Instrument = INSTRUMENT,
    capabilities: Capabilities = EVERYTHING,
    reference_price: Decimal | None = REFERENCE,
) -> tuple[Refusal, ...]:
    return refusals(
        request,
        instrument,
        capabilities,
        now_ns=NOW_NS,
        reference_price=reference_price,
    )


def fields(found: tuple[Refusal, ...]) -> list[str]:
    return [refusal.field for refusal in found]


kinds = st.sampled_from(OrderType)
sides = st.sampled_from(Side)


# --- what each type needs


@pytest.mark.design_property(16)
@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("kind", list(OrderType))
def test_a_whole_request_of_every_type_passes(kind: OrderType, side: Side) -> None:
    assert refused(request_of(kind, side)) == ()
    assert refused(request_of(kind, side), reference_price=None) == ()


@pytest.mark.design_property(16)
@pytest.mark.parametrize("field", ["limit_price", "trigger", "trail"])
@pytest.mark.parametrize("kind", list(OrderType))
def test_each_type_has_the_prices_it_needs_and_no_other(kind: OrderType, field: str) -> None:
    request = request_of(kind)
    needed = getattr(request, field) is not None
    donor = {
        "limit_price": LIMIT.limit_price,
        "trigger": request_of(OrderType.STOP_MARKET).trigger,
        "trail": Trail(offset=Decimal(2)),
    }
    found = refused(changed(request, **{field: None if needed else donor[field]}))
    assert fields(found) == [field]
    assert kind in found[0].rule
    assert found[0].rule.startswith("given" if needed else "not given")


def test_a_type_the_venue_lacks_is_refused_and_the_others_named() -> None:
    only = changed(EVERYTHING, order_types=frozenset({OrderType.LIMIT, OrderType.MARKET}))
    found = refused(request_of(OrderType.TRAILING_STOP), capabilities=only)
    assert fields(found) == ["type"]
    assert found[0].rule == "one of LIMIT, MARKET at this venue"


@pytest.mark.parametrize(
    "trail",
    [Trail(), Trail(offset=Decimal(1), offset_bps=Decimal(10))],
)
def test_a_trailing_stop_has_exactly_one_offset(trail: Trail) -> None:
    found = refused(request_of(OrderType.TRAILING_STOP, trail=trail))
    assert fields(found) == ["trail"]


@pytest.mark.parametrize(
    ("trail", "field"),
    [
        (Trail(offset=Decimal(0)), "trail.offset"),
        (Trail(offset=Decimal("NaN")), "trail.offset"),
        (Trail(offset_bps=Decimal(-1)), "trail.offset_bps"),
        (Trail(offset_bps=Decimal(10000)), "trail.offset_bps"),
        (Trail(offset_bps=Decimal("NaN")), "trail.offset_bps"),
        (Trail(offset=Decimal(1), activation_price=Decimal("99.7")), "trail.activation_price"),
    ],
)
def test_the_numbers_of_a_trail(trail: Trail, field: str) -> None:
    assert fields(refused(request_of(OrderType.TRAILING_STOP, trail=trail))) == [field]


# --- triggers


@pytest.mark.design_property(16)
@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("kind", sorted(TRIGGERED_TYPES))
def test_a_trigger_that_would_fire_at_once_is_refused(kind: OrderType, side: Side) -> None:
    request = request_of(kind, side)
    assert request.trigger is not None
    for price in (REFERENCE, 200 - request.trigger.price):
        trigger = changed(request.trigger, price=price)
        found = refused(changed(request, trigger=trigger))
        assert fields(found) == ["trigger.price"]
        assert "fire at once" in found[0].rule
        nearest = Decimal(100) + (1 if trigger.direction is RISES else -1) * Decimal("0.5")
        assert found[0].nearest == f"{nearest:f}"


def test_only_the_last_price_is_compared_with_the_reference() -> None:
    request = request_of(OrderType.STOP_MARKET)
    trigger = changed(request.trigger, price=Decimal(50), source=PriceSource.MARK)
    assert refused(changed(request, trigger=trigger)) == ()


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("kind", sorted(TRIGGERED_TYPES))
def test_a_stop_acts_against_its_side_and_a_take_profit_with_it(
    kind: OrderType, side: Side
) -> None:
    request = request_of(kind, side)
    assert request.trigger is not None
    right = request.trigger.direction
    wrong = FALLS if right is RISES else RISES
    trigger = changed(request.trigger, direction=wrong)
    found = refused(changed(request, trigger=trigger), reference_price=None)
    assert fields(found) == ["trigger.direction"]
    assert found[0].nearest == right


def test_there_may_be_no_price_below_which_a_stop_could_wait() -> None:
    request = request_of(OrderType.STOP_MARKET, Side.SELL)
    found = refused(request, reference_price=Decimal("0.5"))
    assert [r.nearest for r in found if r.field == "trigger.price"] == [None]


# --- time in force


@pytest.mark.design_property(20)
@given(st.sampled_from(TimeInForce), st.none() | st.integers(0, 2 * NOW_NS))
def test_gtd_has_a_time_to_come_and_nothing_else_has(
    time_in_force: TimeInForce, expires_ns: int | None
) -> None:
    request = changed(LIMIT, time_in_force=time_in_force, expires_ns=expires_ns)
    if time_in_force is TimeInForce.GTD:
        valid = expires_ns is not None and expires_ns > NOW_NS
    else:
        valid = expires_ns is None
    assert fields(refused(request)) == ([] if valid else ["expires_ns"])


@pytest.mark.design_property(20)
@pytest.mark.parametrize("time_in_force", list(TimeInForce))
def test_a_time_in_force_the_venue_lacks_is_refused(time_in_force: TimeInForce) -> None:
    rest = frozenset(TimeInForce) - {time_in_force}
    expires_ns = NOW_NS + 1 if time_in_force is TimeInForce.GTD else None
    request = changed(LIMIT, time_in_force=time_in_force, expires_ns=expires_ns)
    found = refused(request, capabilities=changed(EVERYTHING, times_in_force=rest))
    assert fields(found) == ["time_in_force"]


# --- flags


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
def test_post_only_must_be_able_to_rest(time_in_force: TimeInForce) -> None:
    found = refused(changed(LIMIT, post_only=True, time_in_force=time_in_force))
    assert fields(found) == ["post_only"]


@given(kinds, st.booleans())
def test_post_only_is_for_limit_types(kind: OrderType, post_only: bool) -> None:  # noqa: FBT001 - drawn
    found = refused(request_of(kind, post_only=post_only))
    assert ("post_only" in fields(found)) == (post_only and kind not in LIMIT_TYPES)


@pytest.mark.parametrize(
    ("flag", "value", "capability"),
    [
        ("post_only", True, "post_only"),
        ("reduce_only", True, "reduce_only"),
        ("position_side", PositionSide.LONG, "hedged_positions"),
        ("position_side", PositionSide.SHORT, "hedged_positions"),
    ],
)
def test_flags_need_a_venue_that_knows_them(flag: str, value: object, capability: str) -> None:
    request = changed(LIMIT, **{flag: value})
    assert refused(request) == ()
    found = refused(request, capabilities=changed(EVERYTHING, **{capability: False}))
    assert fields(found) == [flag]


# --- the instrument


def test_what_is_not_trading_cannot_be_ordered() -> None:
    assert fields(refused(LIMIT, instrument=changed(INSTRUMENT, active=False))) == ["symbol"]
    for expires_ns in (NOW_NS - 1, NOW_NS):
        expired = changed(INSTRUMENT, expires_ns=expires_ns)
        assert fields(refused(LIMIT, instrument=expired)) == ["symbol"]
    assert refused(LIMIT, instrument=changed(INSTRUMENT, expires_ns=NOW_NS + 1)) == ()


# --- numbers

NOT_AMOUNTS = [Decimal(text) for text in ("0", "-1", "NaN", "sNaN", "Infinity", "1E+18", "1E+999")]


@pytest.mark.design_property(24)
@pytest.mark.parametrize("number", NOT_AMOUNTS)
def test_what_is_no_amount_is_refused_before_any_arithmetic(number: Decimal) -> None:
    assert fields(refused(changed(LIMIT, amount=BaseAmount(number)))) == ["amount"]
    assert fields(refused(changed(LIMIT, limit_price=number)))[0] == "limit_price"
    market = request_of(OrderType.MARKET, amount=QuoteAmount(number))
    assert fields(refused(market)) == ["amount"]
    stop = request_of(OrderType.STOP_MARKET)
    trigger = changed(stop.trigger, price=number)
    assert fields(refused(changed(stop, trigger=trigger)))[0] == "trigger.price"


@pytest.mark.design_property(24)
@pytest.mark.parametrize(
    ("quantity", "rules", "nearest"),
    [
        ("1.005", ["a multiple of 0.01"], "1.00"),
        ("0.01", ["at least 0.02", "worth at least 10 in quote units"], "0.11"),
        ("0.10", ["worth at least 10 in quote units"], "0.11"),
        ("45", ["worth at most 4000 in quote units"], "40.40"),
        ("51", ["at most 50", "worth at most 4000 in quote units"], "40.40"),
    ],
)
def test_lot_size_and_value(quantity: str, rules: list[str], nearest: str) -> None:
    found = refused(changed(LIMIT, amount=BaseAmount(Decimal(quantity))))
    assert [refusal.rule for refusal in found] == rules
    assert {refusal.nearest for refusal in found} == {nearest}
    assert {refusal.value for refusal in found} == {quantity}


@pytest.mark.design_property(24)
def test_market_orders_have_their_own_lot_and_maximum() -> None:
    market = request_of(OrderType.MARKET, amount=BaseAmount(Decimal("1.05")))
    assert [r.rule for r in refused(market)] == ["a multiple of 0.1"]
    large = changed(market, amount=BaseAmount(Decimal(6)))
    assert [r.rule for r in refused(large)] == ["at most 5"]


def test_without_any_price_the_value_is_not_checked() -> None:
    market = request_of(OrderType.MARKET, amount=BaseAmount(Decimal("0.1")))
    cheap = Decimal(1)
    assert fields(refused(market, reference_price=cheap)) == ["amount"]
    assert refused(market, reference_price=None) == ()


def test_what_is_left_can_always_be_closed() -> None:
    crumb = changed(LIMIT, amount=BaseAmount(Decimal("0.02")))
    assert fields(refused(crumb)) == ["amount"]
    assert refused(changed(crumb, reduce_only=True)) == ()


def test_bounds_that_leave_no_room_give_no_hint() -> None:
    narrow = changed(INSTRUMENT, max_quantity=Decimal("0.05"))
    found = refused(changed(LIMIT, amount=BaseAmount(Decimal(1))), instrument=narrow)
    assert [refusal.nearest for refusal in found] == [None]


def test_contracts_of_an_inverse_instrument_are_worth_their_size() -> None:
    inverse = changed(
        INSTRUMENT, inverse=True, contract_size=Decimal(4), lot=Decimal(1), min_quantity=Decimal(1)
    )
    found = refused(changed(LIMIT, amount=BaseAmount(Decimal(2))), instrument=inverse)
    assert [refusal.nearest for refusal in found] == ["3"]


def test_quote_amounts_are_for_market_orders_where_the_venue_takes_them() -> None:
    amount = QuoteAmount(Decimal(50))
    assert refused(request_of(OrderType.MARKET, amount=amount)) == ()
    assert fields(refused(changed(LIMIT, amount=amount))) == ["amount"]
    without = changed(EVERYTHING, quote_amounts=False)
    market = request_of(OrderType.MARKET, amount=amount)
    assert fields(refused(market, capabilities=without)) == ["amount"]


@pytest.mark.parametrize(("value", "nearest"), [("9", "10"), ("4001", "4000")])
def test_the_value_of_a_quote_amount_is_bounded(value: str, nearest: str) -> None:
    found = refused(request_of(OrderType.MARKET, amount=QuoteAmount(Decimal(value))))
    assert [refusal.nearest for refusal in found] == [nearest]


# --- hints

numbers = st.tuples(st.integers(1, 10**6), st.integers(0, 5)).map(
    lambda drawn: Decimal(drawn[0]).scaleb(-drawn[1])
)
instruments = st.builds(
    lambda rule, lot, least, most, value: changed(
        INSTRUMENT,
        price_rule=rule,
        lot=lot,
        min_quantity=least,
        max_quantity=most,
        min_notional=value,
        market_lot=None,
    ),
    st.sampled_from([Decimal("0.01"), Decimal("0.25"), Decimal(3)]).map(FixedTick)
    | st.builds(SignificantFigures, st.integers(1, 5), st.integers(0, 4)),
    st.sampled_from([Decimal("0.001"), Decimal("0.3"), Decimal(1)]),
    st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(2)]),
    st.none() | st.sampled_from([Decimal(5), Decimal(1000)]),
    st.none() | st.sampled_from([Decimal(5), Decimal(100)]),
)


def set_field(request: OrderRequest, refusal: Refusal) -> OrderRequest:
    """``request`` with the hint of ``refusal`` in place."""
    nearest = refusal.nearest
    assert nearest is not None
    trigger, trail = request.trigger, request.trail
    values: dict[str, Any] = {
        "amount": lambda: {"amount": type(request.amount)(Decimal(nearest))},
        "limit_price": lambda: {"limit_price": Decimal(nearest)},
        "trigger.price": lambda: {"trigger": changed(trigger, price=Decimal(nearest))},
        "trigger.direction": lambda: {
            "trigger": changed(trigger, direction=TriggerDirection(nearest))
        },
        "trail.activation_price": lambda: {
            "trail": changed(trail, activation_price=Decimal(nearest))
        },
        "post_only": lambda: {"post_only": False},
        "reduce_only": lambda: {"reduce_only": False},
        "position_side": lambda: {"position_side": PositionSide(nearest)},
    }
    return changed(request, **values[refusal.field]())  # type: ignore[no-any-return]


@st.composite
def requests(draw: st.DrawFn) -> OrderRequest:
    kind = draw(kinds)
    made = request_of(
        kind,
        draw(sides),
        amount=draw(st.builds(BaseAmount, numbers) | st.builds(QuoteAmount, numbers)),
        post_only=draw(st.booleans()),
        reduce_only=draw(st.booleans()),
        position_side=draw(st.sampled_from(PositionSide)),
    )
    if made.limit_price is not None:
        made = changed(made, limit_price=draw(numbers))
    if made.trigger is not None:
        direction = draw(st.sampled_from(TriggerDirection))
        made = changed(made, trigger=Trigger(price=draw(numbers), direction=direction))
    if made.trail is not None:
        made = changed(made, trail=changed(made.trail, activation_price=draw(numbers)))
    return made


some_capabilities = st.builds(
    lambda post, reduce, hedged: changed(
        EVERYTHING, post_only=post, reduce_only=reduce, hedged_positions=hedged
    ),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@pytest.mark.design_property(16)
@pytest.mark.design_property(24)
@given(requests(), instruments, some_capabilities, st.none() | numbers)
def test_every_hint_removes_its_refusal(
    request: OrderRequest,
    instrument: Instrument,
    capabilities: Capabilities,
    reference_price: Decimal | None,
) -> None:
    def ask(asked: OrderRequest) -> tuple[Refusal, ...]:
        return refused(
            asked,
            instrument=instrument,
            capabilities=capabilities,
            reference_price=reference_price,
        )

    for refusal in ask(request):
        if refusal.nearest is None:
            continue
        left = ask(set_field(request, refusal))
        assert (refusal.field, refusal.rule) not in [(r.field, r.rule) for r in left]
        if refusal.field == "amount":
            assert all(r.nearest is None for r in left if r.field == "amount")


@pytest.mark.design_property(24)
@given(instruments, numbers, numbers)
def test_a_price_and_a_quantity_pass_exactly_if_they_keep_every_rule(
    instrument: Instrument, price: Decimal, quantity: Decimal
) -> None:
    found = refused(
        changed(LIMIT, limit_price=price, amount=BaseAmount(quantity)), instrument=instrument
    )
    assert ("limit_price" in fields(found)) == (not instrument.is_valid_price(price))
    least, most = instrument.min_quantity, instrument.max_quantity
    value, least_value = price * quantity, instrument.min_notional
    most_value = instrument.max_notional
    keeps = (
        quantity % instrument.lot == 0
        and quantity >= least
        and (most is None or quantity <= most)
        and (least_value is None or value >= least_value)
        and (most_value is None or value <= most_value)
    )
    assert ("amount" in fields(found)) == (not keeps)


def test_a_price_that_would_round_to_nothing_becomes_one_step() -> None:
    found = refused(changed(LIMIT, limit_price=Decimal("0.1")))
    assert [r.nearest for r in found if r.field == "limit_price"] == ["0.5"]


# --- labels


@given(st.text(max_size=70))
def test_an_idempotency_key_is_short_and_printable(key: str) -> None:
    valid = 1 <= len(key) <= 64 and all(" " <= letter <= "~" for letter in key)
    found = refused(changed(LIMIT, idempotency_key=key))
    assert fields(found) == ([] if valid else ["idempotency_key"])


@pytest.mark.parametrize(
    ("metadata", "valid"),
    [
        ({}, True),
        ({str(n): "x" for n in range(16)}, True),
        ({str(n): "x" for n in range(17)}, False),
        ({"n" * 64: "v" * 256}, True),
        ({"n" * 65: "v"}, False),
        ({"n": "v" * 257}, False),
    ],
)
def test_metadata_is_bounded(metadata: dict[str, str], *, valid: bool) -> None:
    found = refused(changed(LIMIT, metadata=metadata))
    assert fields(found) == ([] if valid else ["metadata"])


# --- all at once, or in silence


def test_every_broken_rule_is_named_at_once() -> None:
    request = changed(
        LIMIT,
        idempotency_key="",
        limit_price=Decimal("99.7"),
        amount=BaseAmount(Decimal("1.005")),
        time_in_force=TimeInForce.GTD,
        trail=Trail(offset=Decimal(1)),
    )
    assert sorted(fields(refused(request))) == [
        "amount",
        "expires_ns",
        "idempotency_key",
        "limit_price",
        "trail",
    ]


# --- amendments


def resting(kind: OrderType = OrderType.LIMIT, **changes: Any) -> Order:
    request = request_of(kind)
    made = Order(
        order_id=ClientOrderId("c1"),
        request=request,
        legs=(
            Leg(
                client_order_id=ClientOrderId("c1"),
                quantity=Decimal(1),
                limit_price=request.limit_price,
            ),
        ),
        created_ns=0,
        send_before_ns=5,
        reserve_price=Decimal(99),
    )
    return changed(made, **changes)  # type: ignore[no-any-return]


def amend(order: Order, capabilities: Capabilities = EVERYTHING, **news: Any) -> list[str]:
    return fields(amend_refusals(order, Amendment(**news), INSTRUMENT, capabilities))


@pytest.mark.parametrize("kind", list(OrderType))
def test_only_what_the_type_has_can_be_amended(kind: OrderType) -> None:
    order = resting(kind)
    has_limit, has_trigger = kind in LIMIT_TYPES, kind in TRIGGERED_TYPES
    assert amend(order, limit_price=Decimal(98)) == ([] if has_limit else ["limit_price"])
    assert amend(order, trigger_price=Decimal(98)) == ([] if has_trigger else ["trigger_price"])
    assert amend(order, quantity=Decimal(2)) == []


def test_an_amendment_keeps_the_rules_of_the_instrument() -> None:
    assert amend(resting(), limit_price=Decimal("99.7")) == ["limit_price"]
    assert amend(resting(), quantity=Decimal("1.005")) == ["quantity"]
    assert amend(resting(), quantity=Decimal("0.05")) == ["quantity"]
    assert amend(resting(OrderType.STOP_MARKET), trigger_price=Decimal("99.7")) == ["trigger_price"]


def test_an_amendment_asks_for_something() -> None:
    assert amend(resting()) == ["amendment"]


def test_a_quote_amount_has_no_quantity_to_amend() -> None:
    order = resting(request=request_of(OrderType.MARKET, amount=QuoteAmount(Decimal(50))))
    assert amend(order, quantity=Decimal(2)) == ["quantity"]


cents = st.integers(0, 300).map(lambda units: Decimal(units).scaleb(-2))


@given(st.integers(1, 3000).map(lambda units: Decimal(units).scaleb(-3)), cents, cents)
def test_an_amended_quantity_leaves_something_to_fill(
    quantity: Decimal, filled: Decimal, venue_filled: Decimal
) -> None:
    order = resting(filled=filled, venue_filled=venue_filled)
    found = amend_refusals(order, Amendment(quantity=quantity), INSTRUMENT, EVERYTHING)
    rules = [r for r in found if "have filled" in r.rule]
    assert bool(rules) == (quantity <= max(filled, venue_filled))
    for refusal in rules:
        if refusal.nearest is not None:
            news = Amendment(quantity=Decimal(refusal.nearest))
            assert amend_refusals(order, news, INSTRUMENT, EVERYTHING) == ()


def test_a_venue_that_replaces_can_do_so_with_a_quantity_only() -> None:
    """What is left of an amount in quote units cannot be told before it has filled."""
    replaces = changed(EVERYTHING, amend=AmendStyle.CANCEL_REPLACE)
    assert amend(resting(), replaces, limit_price=Decimal(98)) == []
    quote = resting(request=request_of(OrderType.LIMIT, amount=QuoteAmount(Decimal(50))))
    assert amend(quote, limit_price=Decimal(98)) == []
    assert amend(quote, replaces, limit_price=Decimal(98)) == ["order_id"]
