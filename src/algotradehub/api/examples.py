"""One example of every answer: made by the views themselves, so that it looks as answers do."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from algotradehub.api import problems
from algotradehub.api.audit_examples import ACCOUNT, AT_NS, AUDIT, ORDER_ID
from algotradehub.api.problems import Problem
from algotradehub.api.stop_examples import stop_examples
from algotradehub.api.stuck_examples import stuck_examples
from algotradehub.api.views.accounts import Accounts, AccountView, LineView
from algotradehub.api.views.health import Health, Readiness
from algotradehub.api.views.holdings import (
    AggregatedPositions,
    Balances,
    FillPage,
    Positions,
    aggregated_view,
    balance_view,
    position_view,
)
from algotradehub.api.views.limits import AccountLimits, CountUse, position_use
from algotradehub.api.views.markets import (
    Book,
    Candles,
    CandleView,
    InstrumentPage,
    Quotes,
    QuoteView,
    Trades,
    TradeView,
)
from algotradehub.api.views.orders import (
    OrderPage,
    Timeline,
    TimelineEntry,
    order_view,
)
from algotradehub.api.views.outcomes import OrderDone, OrderOutcomes, outcome
from algotradehub.api.views.risk import OrderExplanation, RiskUses, Venues, VenueView
from algotradehub.api.views.tickers import TickerPage, ticker_view
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.capabilities import (
    AbsenceProof,
    AbsenceRule,
    AmendStyle,
    Capabilities,
)
from algotradehub.domain.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    NotReady,
    OutcomeUnknown,
    RateLimited,
    Refusal,
    RiskRefused,
)
from algotradehub.domain.evidence import FillCause, Liquidity
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import (
    Asset,
    ExecutionId,
    IdempotencyKey,
    Symbol,
    TenantId,
    VenueId,
    VenueOrderId,
)
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.market import Quote
from algotradehub.domain.order import (
    BaseAmount,
    Leg,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    PositionSide,
    TimeInForce,
)
from algotradehub.domain.position import Position
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import CancelAsked
from algotradehub.ports.store import Halt, Pause
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.aggregation import AggregatedPosition
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.outlook import Outlook, Unplugged
from algotradehub.trading.risk.sums import AccountSums, InstrumentSums
from algotradehub.trading.risk.use import RuleUse, RuleVerdict, ScopeKind
from algotradehub.trading.tickers import DaySummary, Ticker

VENUE = VenueId("paper:binance")
BTC, USDT, SYMBOL = Asset("BTC"), Asset("USDT"), Symbol("BTC/USDT")
_PRICE, _LOW, _HIGH = Decimal("60000.1"), Decimal("58750.0"), Decimal("60412.9")
_FILLED, _QUANTITY = Decimal("0.004"), Decimal("0.010")

_INSTRUMENT = Instrument(
    venue=VENUE,
    symbol=SYMBOL,
    venue_symbol="BTC/USDT",
    kind=InstrumentKind.SPOT,
    base=BTC,
    quote=USDT,
    settle=USDT,
    price_rule=FixedTick(Decimal("0.1")),
    lot=Decimal("0.001"),
    min_quantity=Decimal("0.001"),
    min_notional=Decimal(5),
    taker_fee=Decimal("0.001"),
)
_VENUE_ORDER_ID = VenueOrderId("4711")
_ORDER = Order(
    order_id=ORDER_ID,
    request=OrderRequest(
        tenant=TenantId("local"),
        account=ACCOUNT,
        symbol=SYMBOL,
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=BaseAmount(_QUANTITY),
        idempotency_key=IdempotencyKey("f0b6a1c2-ticket-17"),
        limit_price=_PRICE,
    ),
    legs=(
        Leg(
            client_order_id=ORDER_ID,
            venue_order_id=_VENUE_ORDER_ID,
            quantity=_QUANTITY,
            limit_price=_PRICE,
        ),
    ),
    created_ns=AT_NS,
    send_before_ns=AT_NS,
    reserve_price=_PRICE,
    status=OrderStatus.PARTIALLY_FILLED,
    filled=_FILLED,
    paid=Decimal("240.0004"),
    venue_filled=_FILLED,
    venue_time_ns=AT_NS,
    updated_ns=AT_NS,
)
_FILL = Fill(
    account=ACCOUNT,
    symbol=SYMBOL,
    order_id=ORDER_ID,
    venue_order_id=_VENUE_ORDER_ID,
    execution_id=ExecutionId("90210"),
    side=Side.BUY,
    position_side=PositionSide.NET,
    price=_PRICE,
    quantity=_FILLED,
    fee=Decimal("0.2400004"),
    fee_asset=USDT,
    liquidity=Liquidity.TAKER,
    cause=FillCause.TRADE,
    venue_time_ns=AT_NS,
    received_ns=AT_NS,
)
_HELD = Position(
    account=ACCOUNT,
    symbol=SYMBOL,
    quantity=_FILLED,
    cost=Decimal("240.0004"),
    fees={USDT: Decimal("0.2400004")},
    opened_ns=AT_NS,
    updated_ns=AT_NS,
)
_POSITION = position_view(_HELD, _INSTRUMENT, Decimal(60100))
_BALANCE = AssetBalance(
    account=ACCOUNT,
    asset=USDT,
    opening=Decimal(10000),
    posted=Decimal("-240.2404004"),
    total=Decimal("9759.7595996"),
    available=Decimal("9399.7589996"),
    venue_time_ns=AT_NS,
    updated_ns=AT_NS,
)
_CAPABILITIES = Capabilities(
    order_types=frozenset({OrderType.LIMIT, OrderType.MARKET}),
    times_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC}),
    absence=AbsenceRule(
        proof=AbsenceProof.LOOKUPS, expiry_s=5.0, backend_timeout_s=10.0, clock_error_s=1.0
    ),
    amend=AmendStyle.IN_PLACE,
)
_QUOTE = Quote(
    venue=VENUE,
    symbol=SYMBOL,
    bid=Decimal("60000.0"),
    ask=_PRICE,
    bid_quantity=Decimal("1.250"),
    ask_quantity=Decimal("0.730"),
    venue_time_ns=AT_NS,
    received_ns=AT_NS,
)
_DAY = DaySummary(Decimal("59100.0"), _HIGH, _LOW, _PRICE, Decimal("1834.512"))
_TICKER = ticker_view(
    VENUE,
    SYMBOL,
    Ticker(quote=_QUOTE, last=_PRICE, day=_DAY, heard_ns=AT_NS),
    stale=False,
    now_ns=AT_NS + 120_000_000,
)
_ORDER_VIEW = order_view(_ORDER)
_TAKEN = AggregatedPosition(
    asset=BTC,
    quote=USDT,
    inverse=False,
    quantity=_HELD.quantity,
    cost=_HELD.cost,
    realized=_HELD.realized,
    positions=(_HELD,),
)
_ACCOUNT_VIEW = AccountView(
    id=ACCOUNT,
    venue=VENUE,
    environment="paper",
    accepting=True,
    refusing=None,
    halt=None,
    dead_man=None,
    durability=Durability.PROCESS,
    open_orders=1,
    instruments=2,
    capabilities=_CAPABILITIES,
    emulated=(),
    line=LineView(requests=50, lost=1, answer_p95_s=0.184, disconnects=0, degraded=None),
)
_LIMITS = RiskLimits(
    max_order_notional=Decimal(50000), max_position=Decimal(2), max_open_orders=200
)
_SUMS = InstrumentSums(SYMBOL, AccountSums())
_SUMS.position, _SUMS.buying = _FILLED, _QUANTITY - _FILLED
_USE = RuleUse(
    scope=ScopeKind.ACCOUNT,
    name=ACCOUNT,
    symbol=SYMBOL,
    rule="max_position",
    unit=BTC,
    used=_QUANTITY,
    limit=Decimal(2),
    share=Decimal("0.005"),
)
_VERDICT = RuleVerdict(
    scope=ScopeKind.ACCOUNT,
    name=ACCOUNT,
    symbol=None,
    rule="max_position",
    unit=BTC,
    now=_QUANTITY,
    after=Decimal("3.010"),
    limit=Decimal(2),
    passes=False,
    largest=Decimal("1.990"),
    note="could reach 3.010 BTC, 2 allowed in account paper-main; at most 1.990 BTC would pass",
)
_PAUSE = Pause(venue=VENUE, paused=True, reason="upkeep until 10:00", by="api", at_ns=AT_NS)
_REFUSED = problems.problem_of(
    RiskRefused("max_order_notional", "600001 asked, 500000 allowed"),
    "/api/v1/orders/batch",
    order_id=ORDER_ID,
)


def _by_type(values: Iterable[msgspec.Struct]) -> Mapping[type[msgspec.Struct], msgspec.Struct]:
    return {type(value): value for value in values}


ANSWERS = _by_type(
    (
        _ORDER_VIEW,
        OrderPage(orders=[_ORDER_VIEW], next_cursor=None, complete=True),
        Timeline(
            records=[
                TimelineEntry(
                    seq=812,
                    at_ns=AT_NS,
                    account=ACCOUNT,
                    account_seq=97,
                    kind=Kind.COMMAND,
                    after_s=1.25,
                    body=CancelAsked(order_id=ORDER_ID),
                )
            ],
            why_not_sent=None,
            if_unplugged=Outlook(
                kind=Unplugged.RESTS,
                text="It rests at the venue until it fills or somebody cancels it.",
            ),
            complete=True,
        ),
        OrderDone(order=_ORDER_VIEW),
        outcome(_REFUSED),
        OrderOutcomes(results=[outcome(_ORDER), outcome(_REFUSED)]),
        FillPage(fills=[_FILL], next_cursor=None, complete=True),
        Positions(positions=[_POSITION]),
        AggregatedPositions(positions=[aggregated_view(_TAKEN, [_POSITION])]),
        Balances(balances=[balance_view(_BALANCE)]),
        Accounts(accounts=[_ACCOUNT_VIEW]),
        AccountLimits(
            account=ACCOUNT,
            limits=_LIMITS,
            open_orders=CountUse(now=1, limit=_LIMITS.max_open_orders),
            positions=[position_use(_SUMS, _INSTRUMENT, _PRICE, _LIMITS)],
            instruments={},
            uses=[_USE],
        ),
        RiskUses(uses=[_USE]),
        OrderExplanation(
            passes=False,
            reference_price=_PRICE,
            refusals=(),
            closed=None,
            verdicts=[_VERDICT],
        ),
        Venues(venues=[VenueView(venue=VENUE, accounts=[ACCOUNT], pause=_PAUSE)]),
        _PAUSE,
        Halt(account=ACCOUNT, halted=True, reason="the feed looks wrong", by="api", at_ns=AT_NS),
        *stop_examples(ACCOUNT, ORDER_ID, at_ns=AT_NS),
        *stuck_examples(_ORDER, at_ns=AT_NS),
        *AUDIT,
        InstrumentPage(instruments=[_INSTRUMENT], next_cursor=None),
        Quotes(quotes=[QuoteView(quote=_QUOTE, age_ms=120)]),
        TickerPage(tickers=[_TICKER], next_cursor=None),
        Book(
            venue=VENUE,
            symbol=SYMBOL,
            bids=((_QUOTE.bid, _QUOTE.bid_quantity), (Decimal("59999.8"), Decimal("0.400"))),
            asks=((_QUOTE.ask, _QUOTE.ask_quantity),),
            sequence=90211,
            at_ns=AT_NS,
        ),
        Trades(
            venue=VENUE,
            symbol=SYMBOL,
            trades=[
                TradeView(id="5501", price=_PRICE, quantity=_FILLED, taker=Side.BUY, at_ns=AT_NS)
            ],
        ),
        Candles(
            venue=VENUE,
            symbol=SYMBOL,
            interval="1m",
            candles=[
                CandleView(
                    start_ns=AT_NS,
                    open=Decimal("59990.0"),
                    high=_PRICE,
                    low=Decimal("59981.3"),
                    close=_PRICE,
                    volume=Decimal("3.128"),
                    final=True,
                )
            ],
        ),
        Health(status="up"),
        Readiness(ready=True, parts=["account paper-main", "journal", "projection"]),
    )
)

_PATH = "/api/v1/orders"
_OF_ERRORS = (
    NotFound(f"there is no order {ORDER_ID}"),
    Conflict("idempotency key 'k1' stands for another order; use a new key for a new order"),
    InvalidRequest(
        Refusal(field="limit_price", rule="a multiple of 0.1", value="60000.05", nearest="60000.0")
    ),
    RateLimited(VENUE, "too many requests"),
    OutcomeUnknown(VENUE, "the connection was lost before the answer came"),
    NotReady("the disk is full; new orders are refused until it is not"),
)
_OF_REQUESTS = {
    400: "the body is not JSON: Expecting value at character 0",
    401: "the token is missing or not the right one",
    413: "a body has at most 65536 bytes",
    415: "a body is JSON here, not text/plain",
    421: "'example.com' is not a name of ours",
    500: "an unexpected error; the log has it",
}
PROBLEMS: Mapping[int, Problem] = {
    **{status: problems.http_problem(status, told, _PATH) for status, told in _OF_REQUESTS.items()},
    **{found.status: found for found in (problems.problem_of(e, _PATH) for e in _OF_ERRORS)},
}
