"""Submitting: what is checked, claimed, recorded and sent, in this order and no other."""

from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.commands import Cancel, OrderCommand, Place
from algotradehub.domain.errors import Conflict, InvalidRequest, NotFound, NotReady
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, TenantId
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Origin,
    PriceSource,
    QuoteAmount,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.domain.records import Intent
from algotradehub.ports.bus import OrderChanged
from algotradehub.trading.limits import RiskLimits
from tests.unit.trading.bench import START_NS, Bench, OpenBench, S
from tests.unit.trading.words import (
    ACCOUNT,
    PRICE,
    SYMBOL,
    TENANT,
    acknowledged,
    changed,
    execution,
    facts,
    limit,
    lost,
)

RISES = TriggerDirection.RISES_TO
SMALL = RiskLimits(max_order_notional=Decimal(500))


def no_traces(bench: Bench) -> bool:
    """Whether the bench is as it was before anything was asked of it."""
    return not (list(bench.journaled()) or bench.state.claims or bench.sent or bench.facts)


# Fields, then the claim, then risk (order-path 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": BaseAmount(Decimal("0.5"))}, "amount"),
        ({"limit_price": None}, "limit_price"),
        ({"idempotency_key": ""}, "idempotency_key"),
        ({"symbol": Symbol("BTC/USDX")}, "symbol"),
        ({"account": AccountId("kraken-mine")}, "account"),
        ({"tenant": TenantId("other")}, "account"),
    ],
)
def test_a_malformed_request_leaves_no_trace(
    bench: Bench, changes: dict[str, Any], field: str
) -> None:
    """Order-path 1: it claims nothing, journals nothing, sends nothing."""
    with pytest.raises(InvalidRequest) as error:
        bench.submit(limit(**changes))
    assert field in {refusal.field for refusal in error.value.refusals}
    assert no_traces(bench)
    assert bench.submit(limit()).status is OrderStatus.PENDING, "its key is free"


def test_what_is_not_known_is_answered_with_the_nearest_that_is(bench: Bench) -> None:
    with pytest.raises(InvalidRequest, match=r"symbol.*nearest valid value BTC/USDT"):
        bench.submit(limit(symbol=Symbol("BTCUSDT")))
    with pytest.raises(InvalidRequest, match=r"account.*nearest valid value kraken-main"):
        bench.submit(limit(account=AccountId("kraken")))
    with pytest.raises(InvalidRequest) as error:
        bench.submit(limit(tenant=TenantId("other")))
    assert error.value.refusals[0].nearest is None, "nobody is told of other people's accounts"


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [("XBTC/USD", "XBTC/USDT"), ("BTC/USD", "BTC/USDT"), ("TC/USDT", "BTC/USDT")],
)
def test_of_many_names_those_that_begin_alike_are_the_likeliest(
    bench: Bench, asked: str, nearest: str
) -> None:
    listed = bench.desk.instruments[SYMBOL]
    bench.desk.instruments = {SYMBOL: listed, Symbol("XBTC/USDT"): listed}
    with pytest.raises(InvalidRequest) as error:
        bench.submit(limit(symbol=Symbol(asked)))
    assert error.value.refusals[0].nearest == nearest


def test_a_name_is_found_among_more_than_are_compared(bench: Bench) -> None:
    listed = bench.desk.instruments[SYMBOL]
    others = {Symbol(f"A{number}/USD"): listed for number in range(600)}
    bench.desk.instruments = others | {SYMBOL: listed}
    with pytest.raises(InvalidRequest) as error:
        bench.submit(limit(symbol=Symbol("BTC/USD")))
    assert error.value.refusals[0].nearest == SYMBOL


@pytest.mark.design_property(3)
def test_an_account_that_is_catching_up_takes_nothing_and_claims_nothing(bench: Bench) -> None:
    """Order-path 9: new orders are accepted only after all was asked again."""
    bench.desk.refusing = "kraken-main is catching up"
    with pytest.raises(NotReady, match="catching up"):
        bench.submit()
    bench.desk.instruments = {}
    with pytest.raises(NotReady, match="catching up"):
        bench.submit()
    bench.desk.refusing = None
    with pytest.raises(NotReady, match="no instruments yet"):
        bench.submit()
    assert no_traces(bench)


@pytest.mark.design_property(37)
def test_a_refusal_by_our_own_limit_is_an_order_that_keeps_its_key(open_bench: OpenBench) -> None:
    """Order-path 1: the claim comes before risk."""
    bench = open_bench(limits=SMALL)
    order = bench.submit()
    assert (order.status, order.origin) == (OrderStatus.REJECTED, Origin.RISK)
    assert order.reason == (
        "max_order_notional: 600 USDT asked, 500 allowed in account kraken-main; "
        "at most 5 BTC would pass"
    )
    assert bench.submit() == order
    with pytest.raises(Conflict, match="use a new key"):
        bench.submit(limit(quantity=1))
    assert not bench.sent
    assert bench.exposure() == (0, 0)


def test_a_journal_that_refuses_leaves_no_order_behind(bench: Bench) -> None:
    bench.rest()
    records = list(bench.journaled())
    bench.disk.room = 0
    with pytest.raises(NotReady, match="no space left"):
        bench.submit(limit("k2"))
    assert list(bench.state.claims[TENANT]) == ["k1"]
    assert len(bench.sent) == 1
    assert list(bench.journaled()) == records
    bench.disk.room = None
    bench.advance(1)
    assert bench.submit(limit("k2")).status is OrderStatus.PENDING


# What is durable before it is sent (order-path 2)


def test_the_intent_is_in_the_journal_before_the_venue_can_know(bench: Bench) -> None:
    """Order-path 2, durability `process`: it survives the process by the time it is sent."""
    stored: list[list[Order]] = []

    def look(command: OrderCommand) -> None:
        stored.append([body.order for body in bench.journaled() if isinstance(body, Intent)])

    bench.account.on_send = look
    order = bench.submit()
    assert stored == [[order]]
    assert bench.sent == [
        Place(
            client_order_id=order.order_id,
            request=limit(),
            send_before_ns=START_NS + 5 * S,
        )
    ]


def test_nobody_hears_of_what_the_journal_does_not_hold(bench: Bench) -> None:
    """Order-path 2: appended before any reader or the bus sees it."""
    seen: list[bool] = []

    def look(fact: object) -> None:
        if isinstance(fact, OrderChanged):
            (*_, last) = bench.journal.read()
            seen.append(last.account_seq == fact.account_seq and last.seq == bench.journal.seq)

    bench.bus.subscribe(look)
    order = bench.rest()
    bench.account.tell(execution(order))
    bench.cancel(order)
    assert seen == [True] * 4


def test_an_answer_may_come_before_the_request_was_handed_over(bench: Bench) -> None:
    """The port says so: the sink may be called before ``send`` returns."""

    def answer(command: OrderCommand) -> None:
        assert isinstance(command, Place)
        order = bench.state.orders[command.client_order_id]
        bench.account.tell(acknowledged(order))

    bench.account.on_send = answer
    assert bench.submit().status is OrderStatus.OPEN


def test_durable_is_called_once_with_an_order_that_may_be_promised(open_bench: OpenBench) -> None:
    bench = open_bench(limits=SMALL)
    told: list[Order] = []
    refused_by_risk = bench.orders.submit(limit(), durable=told.append)
    accepted = bench.orders.submit(limit("k2", 5), durable=told.append)
    again = bench.orders.submit(limit("k2", 5), durable=told.append)
    assert told == [refused_by_risk, accepted, again]


@pytest.mark.design_property(36)
def test_a_place_whose_answer_was_lost_is_never_sent_again_by_a_repeat(bench: Bench) -> None:
    """Order-path 3: automatic resend exists for certainly-not-sent only."""
    order = bench.submit()
    bench.account.tell(lost(order))
    assert bench.submit().status is OrderStatus.UNKNOWN
    assert len(bench.sent) == 1
    assert bench.questions.noted == [("watch", order.order_id)]


# Every kind of order arrives as it was asked for


@pytest.mark.design_property(16)
@pytest.mark.parametrize(
    "changes",
    [
        {"type": OrderType.MARKET, "limit_price": None},
        {"type": OrderType.LIMIT},
        {
            "type": OrderType.STOP_LIMIT,
            "limit_price": Decimal(111),
            "trigger": Trigger(price=Decimal(110), direction=RISES, source=PriceSource.MARK),
        },
        {
            "type": OrderType.STOP_MARKET,
            "limit_price": None,
            "trigger": Trigger(price=Decimal(110), direction=RISES),
        },
        {"type": OrderType.TRAILING_STOP, "limit_price": None, "trail": Trail(offset=Decimal(2))},
    ],
)
def test_every_order_type_reaches_the_account_unchanged(
    bench: Bench, changes: dict[str, Any]
) -> None:
    request = limit(**changes)
    bench.submit(request)
    (place,) = bench.sent
    assert isinstance(place, Place)
    assert place.request == request


@pytest.mark.design_property(20)
@pytest.mark.parametrize("time_in_force", list(TimeInForce))
def test_every_time_in_force_reaches_the_account(bench: Bench, time_in_force: TimeInForce) -> None:
    until_ns = START_NS + 60 * S if time_in_force is TimeInForce.GTD else None
    request = limit(time_in_force=time_in_force, expires_ns=until_ns)
    bench.submit(request)
    (place,) = bench.sent
    assert isinstance(place, Place)
    assert place.request == request
    if time_in_force is TimeInForce.GTD:
        with pytest.raises(InvalidRequest, match="expires"):
            bench.submit(limit("k2", time_in_force=time_in_force))


# What exposure is valued at


def reserved(bench: Bench, request: OrderRequest) -> tuple[object, ...]:
    order = bench.submit(request)
    return facts(order.reserve_price, exposure_of(order))


def test_exposure_is_valued_at_the_first_price_that_is_known(bench: Bench) -> None:
    spend: dict[str, Any] = {
        "type": OrderType.MARKET,
        "limit_price": None,
        "amount": QuoteAmount(Decimal(600)),
    }
    bench.reference = Decimal(120)
    assert reserved(bench, limit()) == (PRICE, 6)
    trigger = Trigger(price=Decimal(150), direction=RISES)
    stop = limit("k2", type=OrderType.STOP_MARKET, limit_price=None, trigger=trigger)
    assert reserved(bench, stop) == (150, 6)
    assert reserved(bench, limit("k3", **spend)) == (120, 5)
    bench.reference = None
    assert reserved(bench, limit("k4", type=OrderType.MARKET, limit_price=None)) == (0, 6)
    with pytest.raises(InvalidRequest, match="a known price"):
        bench.submit(limit("k5", **spend))
    assert bench.exposure() == (23, 0)


# Halt (order-path 11)


def test_a_halt_is_remembered_over_restarts_and_stops_new_orders_only(bench: Bench) -> None:
    """Order-path 11: it is persisted; cancels go out all the same."""
    order = bench.rest()
    bench.orders.halt(ACCOUNT, halted=True, reason="a bad feeling", by="ann")
    bench.restart()
    halt = bench.state.standing.halt_in_force(ACCOUNT)
    assert halt is not None
    assert not halt.stop, "what rests goes on: nobody pulled the kill switch"
    halted = bench.submit(limit("k2"))
    assert (halted.status, halted.origin) == (OrderStatus.REJECTED, Origin.RISK)
    assert halted.reason == "halt: kraken-main was halted by ann: a bad feeling"
    bench.cancel(order)
    assert [type(command) for command in bench.sent] == [Cancel]
    bench.orders.halt(ACCOUNT, halted=False, reason="slept well", by="ann")
    assert bench.submit(limit("k3")).status is OrderStatus.PENDING


# Whose orders they are


def test_an_order_is_its_tenants_own(bench: Bench) -> None:
    order = bench.rest()
    assert bench.orders.order(TENANT, order.order_id) == order
    for tenant, order_id in ((TenantId("other"), order.order_id), (TENANT, ClientOrderId("?"))):
        with pytest.raises(NotFound, match="there is no order"):
            bench.orders.order(tenant, order_id)
        with pytest.raises(NotFound):
            bench.orders.cancel(tenant, order_id)
    assert bench.orders.desks == (bench.desk,)
    assert bench.state.positions.instrument(ACCOUNT, SYMBOL) is not None


def test_an_order_of_an_account_that_is_not_open_here_cannot_be_moved(bench: Bench) -> None:
    order = bench.rest()
    bench.orders._desks.clear()
    with pytest.raises(NotReady, match="kraken-main is not open here"):
        bench.cancel(order)
    with pytest.raises(NotReady, match="add it to the settings"):
        bench.orders.amend(TENANT, order.order_id, Amendment(quantity=Decimal(5)))
    assert bench.now(order) == order


def test_the_books_reckon_with_the_instrument_as_it_is_at_the_order(bench: Bench) -> None:
    bench.submit()
    listed = changed(bench.desk.instruments[SYMBOL], taker_fee=Decimal("0.001"))
    bench.desk.instruments[SYMBOL] = listed
    bench.submit(limit("k2"))
    bench.restart()
    assert bench.state.positions.instrument(ACCOUNT, SYMBOL) == listed


def test_the_limits_of_an_account_are_known(open_bench: OpenBench) -> None:
    limits = RiskLimits(max_open_orders=3)
    bench = open_bench(limits=limits)
    assert bench.orders.limits(ACCOUNT) == limits
    assert bench.orders.limits(AccountId("elsewhere")) == RiskLimits()


def test_the_sums_of_an_account_are_those_of_its_instruments(bench: Bench) -> None:
    order = bench.submit(limit("k1"))
    ((symbol, sums),) = bench.state.sums.of_account(ACCOUNT)
    assert (symbol, sums.buying) == (order.request.symbol, exposure_of(order))
    assert bench.state.sums.of_account(AccountId("elsewhere")) == ()
