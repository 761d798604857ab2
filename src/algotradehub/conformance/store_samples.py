"""Values for the Store suite: small, fixed, and with every optional part used somewhere."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeAlias

import msgspec

from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.commands import Operation
from algotradehub.domain.evidence import Acknowledged, CommandKind, FillCause, Liquidity
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import (
    AccountId,
    Asset,
    ClientOrderId,
    ExecutionId,
    IdempotencyKey,
    StrategyId,
    Symbol,
    TenantId,
    VenueId,
    VenueOrderId,
    pack_client_order_id,
)
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.order import (
    Amendment,
    Amount,
    BaseAmount,
    Doubt,
    Leg,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    PositionSide,
    QuoteAmount,
    Trigger,
    TriggerDirection,
)
from algotradehub.domain.position import Position, PositionEvent
from algotradehub.domain.records import (
    Body,
    Doubted,
    HaltSet,
    Intent,
    Observed,
    Record,
    Requested,
    Responded,
)
from algotradehub.domain.trading_day import DAY_NS, ProfitSum, TradingDay
from algotradehub.ports.store import Changes, Claim, Halt, Pause, PositionChange, Store

NewStore: TypeAlias = Callable[[], Store]

TENANT = TenantId("acme")
ACCOUNT = AccountId("acme-spot")
SYMBOL = Symbol("BTC/USDT")
VENUE = VenueId("paper:binance")
BEGINNING_NS = 1_700_000_000_000_000_000
_MS = 1_000_000
_DAY = TradingDay(
    account=ACCOUNT,
    begins_ns=BEGINNING_NS - BEGINNING_NS % DAY_NS,
    taken_ns=BEGINNING_NS,
    openings={
        Asset("USDT"): ProfitSum(profit=Decimal("-12.50"), fees={Asset("BNB"): Decimal("0.010")}),
        Asset("EUR"): ProfitSum(profit=None),
    },
    hits={"account:USDT": BEGINNING_NS},
)


def order_id(number: int) -> ClientOrderId:
    """An id that sorts by ``number``."""
    return pack_client_order_id(
        ms=BEGINNING_NS // _MS + number, counter=0, tag=7, random=number * 7919
    )


def order_of(
    number: int,
    *,
    status: OrderStatus = OrderStatus.OPEN,
    tenant: TenantId = TENANT,
    account: AccountId = ACCOUNT,
    symbol: Symbol = SYMBOL,
    side: Side = Side.BUY,
    strategy: StrategyId | None = None,
    amount: Amount = BaseAmount(Decimal("0.0100")),  # noqa: B008 - immutable
) -> Order:
    """An order created, and last changed, ``number`` ms after the beginning."""
    at_ns = BEGINNING_NS + number * _MS
    return Order(
        order_id=order_id(number),
        request=OrderRequest(
            tenant=tenant,
            account=account,
            symbol=symbol,
            side=side,
            type=OrderType.LIMIT,
            amount=amount,
            idempotency_key=IdempotencyKey(f"key-{number}"),
            limit_price=Decimal("61234.50"),
            strategy=strategy,
        ),
        legs=(
            Leg(
                client_order_id=order_id(number),
                venue_order_id=VenueOrderId(f"v-{number}"),
                quantity=amount.quantity if isinstance(amount, BaseAmount) else None,
                limit_price=Decimal("61234.50"),
            ),
        ),
        created_ns=at_ns,
        send_before_ns=at_ns + 5_000 * _MS,
        reserve_price=Decimal("61234.50"),
        status=status,
        updated_ns=at_ns,
    )


def fill_of(order: Order, name: str, *, at_ns: int = BEGINNING_NS) -> Fill:
    return Fill(
        account=order.request.account,
        symbol=order.request.symbol,
        order_id=order.order_id,
        venue_order_id=order.leg.venue_order_id,
        execution_id=ExecutionId(name),
        side=order.request.side,
        position_side=PositionSide.NET,
        price=Decimal("61234.50"),
        quantity=Decimal("0.0020"),
        fee=Decimal("-0.00000001"),
        fee_asset=Asset("BNB"),
        liquidity=Liquidity.MAKER,
        cause=FillCause.TRADE,
        venue_time_ns=at_ns,
        received_ns=at_ns + _MS,
    )


def record_of(seq: int, body: Body, *, account: AccountId = ACCOUNT) -> Record:
    return Record(
        v=1,
        seq=seq,
        at_ns=BEGINNING_NS + seq,
        account=account,
        account_seq=seq,
        kind=body.kind,
        body=body,
    )


def orders_of(orders: Iterable[Order], *, applied_seq: int = 1) -> Changes:
    return Changes(
        applied_seq=applied_seq, orders={order.order_id: (order, applied_seq) for order in orders}
    )


def everything() -> Changes:
    """One batch with something of every kind in it."""
    plain = order_of(1)
    rich = msgspec.structs.replace(
        order_of(2, amount=QuoteAmount(Decimal("1E+3")), strategy=StrategyId("grid")),
        request=msgspec.structs.replace(
            order_of(2, amount=QuoteAmount(Decimal("1E+3"))).request,
            type=OrderType.STOP_LIMIT,
            trigger=Trigger(price=Decimal("61000.00"), direction=TriggerDirection.FALLS_TO),
            strategy=StrategyId("grid"),
            metadata={"note": "käse"},
        ),
        status=OrderStatus.UNKNOWN,
        filled=Decimal("0.00000001"),
        paid=Decimal("0.0006123450"),
        amend_pending=Amendment(limit_price=Decimal("61235.00")),
        doubt=Doubt(what="the answer was lost", since_ns=BEGINNING_NS),
    )
    fill = fill_of(rich, "e-1")
    unpaid = msgspec.structs.replace(fill, execution_id="e-2", fee=None, fee_asset=None)
    position = Position(
        account=ACCOUNT,
        symbol=SYMBOL,
        quantity=Decimal("-0.10"),
        cost=Decimal("-6123.450"),
        fees={Asset("BNB"): Decimal("0.010")},
    )
    acknowledged = Acknowledged(command=CommandKind.PLACE, client_order_id=plain.order_id)
    bodies: list[Body] = [
        Intent(order=plain),
        Requested(
            request_id=1,
            operation=Operation.ORDER_SUBMIT,
            client_order_id=plain.order_id,
            body=b'{"side":"BUY"}',
        ),
        Responded(
            request_id=1,
            operation=Operation.ORDER_SUBMIT,
            client_order_id=plain.order_id,
            body=b"\x00\xff",
        ),
        Observed(order_id=plain.order_id, evidence=acknowledged),
        Intent(order=rich),
        Doubted(order_id=rich.order_id, what="the answer was lost"),
        HaltSet(halted=True, reason="drill", by="ann"),
    ]
    return Changes(
        applied_seq=len(bodies),
        account_seqs={ACCOUNT: len(bodies), AccountId(""): 3},
        records=[record_of(seq, body) for seq, body in enumerate(bodies, 1)],
        orders={plain.order_id: (plain, 4), rich.order_id: (rich, 6)},
        fills={(f.order_id, f.execution_id): f for f in (fill, unpaid)},
        positions={(ACCOUNT, SYMBOL, "NET"): position},
        position_changes=[
            PositionChange(
                position=position,
                event=PositionEvent.OPEN,
                previous_quantity="0",
                previous_cost="0",
                execution_id=fill.execution_id,
                seq=4,
                at_ns=BEGINNING_NS,
            )
        ],
        balances={
            (ACCOUNT, "USDT"): AssetBalance(
                account=ACCOUNT,
                asset=Asset("USDT"),
                opening=Decimal("100000.00"),
                total=Decimal("93876.55"),
                posted=Decimal("-6123.45"),
            ),
            (ACCOUNT, "BNB"): AssetBalance(account=ACCOUNT, asset=Asset("BNB")),
        },
        claims=[
            Claim(
                tenant=TENANT,
                key=order.request.idempotency_key,
                order_id=order.order_id,
                claimed_ns=order.created_ns,
            )
            for order in (plain, rich)
        ],
        halts={
            ACCOUNT: Halt(
                account=ACCOUNT, halted=True, reason="drill", by="ann", at_ns=BEGINNING_NS
            )
        },
        pauses={
            VENUE: Pause(venue=VENUE, paused=True, reason="upkeep", by="ann", at_ns=BEGINNING_NS)
        },
        days={ACCOUNT: _DAY},
        instruments={
            (ACCOUNT, SYMBOL): Instrument(
                venue=VENUE,
                symbol=SYMBOL,
                venue_symbol="BTCUSDT",
                kind=InstrumentKind.SPOT,
                base=Asset("BTC"),
                quote=Asset("USDT"),
                settle=Asset("USDT"),
                price_rule=FixedTick(Decimal("0.10")),
                lot=Decimal("0.00001"),
                min_quantity=Decimal("0.00001"),
            )
        },
    )


def placed(client_order_id: ClientOrderId, body: bytes) -> Requested:
    """Return the request that placed a leg."""
    return Requested(
        request_id=1, operation=Operation.ORDER_SUBMIT, client_order_id=client_order_id, body=body
    )


def same(what: str, found: object, wanted: object) -> None:
    """Compare what a store gave with what it should have given."""
    if found != wanted:
        raise AssertionError(f"{what}: wanted {wanted!r}, found {found!r}")
