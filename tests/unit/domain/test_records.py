"""Records: every body comes back from the journal exactly as it went in."""

from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.commands import Operation
from algotradehub.domain.difference import Difference, Subject
from algotradehub.domain.evidence import (
    Balance,
    CommandKind,
    FeeSettled,
    Found,
    NotSeen,
    OrderEvidence,
    PositionReport,
    Unreadable,
)
from algotradehub.domain.guard_records import (
    Disarmed,
    Fired,
    Guarded,
    Rearmed,
    TrailMoved,
    TriggerMissed,
    Unguarded,
)
from algotradehub.domain.ids import AccountId, Asset, ClientOrderId, ExecutionId, VenueId
from algotradehub.domain.instrument import Side, SignificantFigures, TickBands
from algotradehub.domain.order import (
    Amendment,
    Decision,
    Doubt,
    OrderStatus,
    OrderType,
    PositionSide,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.domain.order_rules import advance
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import (
    FORMAT_VERSION,
    Adopted,
    AmendAsked,
    AmendSettled,
    BalanceCorrected,
    Body,
    CancelAsked,
    Checkpoint,
    CloseAsked,
    DayMarked,
    Decided,
    DecisionProposed,
    Differed,
    Doubted,
    FlatProven,
    HaltSet,
    Intent,
    Intervened,
    LegAdded,
    Listed,
    LookedUp,
    Observed,
    PauseSet,
    PositionCorrected,
    ProvenAbsent,
    Record,
    ReplaceDropped,
    Requested,
    Responded,
    Restarted,
    StopProven,
    Told,
)
from algotradehub.domain.trading_day import DAY_NS, ProfitSum, TradingDay
from tests.unit.domain.examples import (
    INVERSE,
    ORDER_ID,
    REQUEST,
    SPOT,
    SYMBOL,
    acknowledged,
    cumulative,
    execution,
    lost,
    not_sent,
    order,
    quote_order,
    refused,
    state,
)

AMENDMENT = Amendment(quantity=Decimal("3.000"), limit_price=Decimal("1E-8"))
FULL_REQUEST = msgspec.structs.replace(
    REQUEST,
    type=OrderType.STOP_LIMIT,
    trigger=Trigger(price=Decimal("99.50"), direction=TriggerDirection.RISES_TO),
    trail=Trail(offset_bps=Decimal(25)),
    metadata={"note": "über"},
)
FULL_ORDER = order(
    request=FULL_REQUEST,
    status=OrderStatus.UNKNOWN,
    amend_pending=AMENDMENT,
    doubt=Doubt(what="a look-up failed", since_ns=7),
    filled=Decimal("0.10"),
)
LEG_ID = ClientOrderId("0192f0c1a2b37c4d8e5f60718293a4b6")
REPLACING = order(replacing=LEG_ID, amend_pending=AMENDMENT, parts=(FULL_ORDER,))
FEE = FeeSettled(
    client_order_id=None,
    venue_order_id=None,
    execution_id=ExecutionId("e1"),
    symbol=SYMBOL,
    side=Side.SELL,
    fee=Decimal("-0.1"),
    fee_asset=Asset("USDT"),
)
EVIDENCE: list[OrderEvidence] = [
    acknowledged(),
    refused(CommandKind.CANCEL, order_unknown=True),
    not_sent(),
    lost(CommandKind.AMEND),
    execution(fee=None, fee_asset=None, status=OrderStatus.FILLED, cumulative=Decimal(6)),
    FEE,
    cumulative(3, None),
    state(OrderStatus.EXPIRED, 5, filled=1, value=100, type=OrderType.STOP_LIMIT),
]
BALANCE = Balance(asset=Asset("BTC"), total=Decimal("1.10"), available=Decimal(1), venue_time_ns=5)
REPORT = PositionReport(
    symbol=SYMBOL,
    position_side=PositionSide.LONG,
    quantity=Decimal(-1),
    entry_price=None,
    venue_time_ns=5,
)
DIFFERENCE = Difference(
    subject=Subject.BALANCE, name="BTC", ours="1", theirs="2.10", meaning="a deposit"
)
DECISION = Decision(
    status=OrderStatus.CANCELLED,
    filled=Decimal("0.5"),
    value=Decimal(30_000),
    by="ann",
    reason="seen on the venue's page",
    approved_by="bob",
    amend_pending=AMENDMENT,
)
BODIES: list[Body] = [
    Intent(order=order()),
    Intent(order=quote_order()),
    Intent(order=FULL_ORDER),
    Intent(order=REPLACING),
    Listed(instrument=SPOT),
    Listed(
        instrument=msgspec.structs.replace(
            INVERSE, price_rule=TickBands(bands=((Decimal(0), Decimal("0.05")),))
        )
    ),
    Listed(instrument=msgspec.structs.replace(SPOT, price_rule=SignificantFigures(5, 6))),
    *(Observed(order_id=ORDER_ID, evidence=evidence) for evidence in EVIDENCE),
    Told(word=BALANCE),
    Told(word=REPORT),
    Adopted(order=order(external=True), state=state(OrderStatus.OPEN)),
    Doubted(order_id=ORDER_ID, what="a look-up failed"),
    ProvenAbsent(order_id=ORDER_ID, looked_ns=(1, 2), sources=("open_orders", "fills")),
    AmendSettled(order_id=ORDER_ID, state=state(OrderStatus.OPEN)),
    LookedUp(order_id=ORDER_ID, asked_ns=1, answer=Found(state=state(OrderStatus.OPEN))),
    LookedUp(order_id=ORDER_ID, asked_ns=2, answer=NotSeen(sources=("open_orders",))),
    LookedUp(order_id=ORDER_ID, asked_ns=3, answer=Unreadable(reason="HTTP 502")),
    Intervened(order_id=ORDER_ID, action="ask_again", by="ann"),
    DecisionProposed(order_id=ORDER_ID, decision=DECISION, expires_ns=9),
    Decided(order_id=ORDER_ID, decision=DECISION),
    Restarted(epoch=2),
    CancelAsked(order_id=ORDER_ID),
    AmendAsked(order_id=ORDER_ID, amendment=AMENDMENT, send_before_ns=9),
    AmendAsked(order_id=ORDER_ID, amendment=AMENDMENT, send_before_ns=9, leg=LEG_ID),
    LegAdded(order_id=ORDER_ID, request=FULL_REQUEST, send_before_ns=9),
    ReplaceDropped(order_id=ORDER_ID, reason="halted"),
    Fired(order_id=ORDER_ID, price=Decimal("99.50"), fired_ns=8, send_before_ns=9, by_hand=True),
    TrailMoved(order_id=ORDER_ID, best=Decimal("99.50")),
    TriggerMissed(order_id=ORDER_ID, price=Decimal("99.50")),
    Disarmed(order_id=ORDER_ID, status=OrderStatus.EXPIRED, reason="too late"),
    Rearmed(order_id=ORDER_ID, amendment=AMENDMENT),
    Unguarded(symbols=(SYMBOL,), since_ns=5, reason="halted"),
    Guarded(symbols=(SYMBOL,)),
    HaltSet(halted=True, reason="by hand", by="admin"),
    HaltSet(halted=True, reason="enough", by="admin", stop=True),
    StopProven(looked_ns=(1, 2), lists=3),
    CloseAsked(reason="enough", by="ann", spot=True),
    FlatProven(looked_ns=1),
    PauseSet(venue=VenueId("kraken"), paused=True, reason="upkeep", by="admin"),
    DayMarked(
        day=TradingDay(
            account=AccountId("main"),
            begins_ns=DAY_NS,
            taken_ns=DAY_NS + 5,
            openings={
                Asset("USDT"): ProfitSum(
                    profit=Decimal("-1.10"), fees={Asset("BNB"): Decimal("0.010")}
                ),
                Asset("EUR"): ProfitSum(profit=None),
            },
            hits={"account:USDT": DAY_NS + 9},
        )
    ),
    Differed(occasion="SCHEDULE", asked_ns=5, differences=(DIFFERENCE,)),
    BalanceCorrected(asset=Asset("BTC"), amount=Decimal("-1.10")),
    PositionCorrected(
        symbol=SYMBOL, side=PositionSide.SHORT, quantity=Decimal("-2.0"), price=Decimal("99.50")
    ),
    Requested(
        request_id=1,
        operation=Operation.ORDER_SUBMIT,
        client_order_id=ORDER_ID,
        body=b'{"qty":"1"}',
    ),
    Responded(
        request_id=1, operation=Operation.ORDER_SUBMIT, client_order_id=None, body=b"\x00\xff"
    ),
    Checkpoint(
        account_seqs={AccountId("kraken-main"): 7},
        previous_size=10,
        previous_crc32=2**32 - 1,
        previous_sha256="ab" * 32,
    ),
]

decode: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Body)


def test_every_body_and_every_evidence_has_an_example() -> None:
    assert {type(body) for body in BODIES} == set(get_args(Body))
    assert {type(evidence) for evidence in EVIDENCE} == set(get_args(OrderEvidence))


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_a_body_comes_back_exactly(body: Body) -> None:
    again = decode.decode(msgspec.msgpack.encode(body))
    assert again == body
    assert repr(again) == repr(body)  # 3.000 is not 3: every digit is kept
    assert again.kind is body.kind


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_a_record_can_be_read_before_its_body_is_understood(body: Body) -> None:
    record = Record(
        v=FORMAT_VERSION,
        seq=1,
        at_ns=2,
        account=AccountId("kraken-main"),
        account_seq=3,
        kind=body.kind,
        body=body,
    )
    envelope = msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=Record)
    assert envelope.kind is body.kind
    assert msgspec.convert(envelope.body, Body) == body


def test_tags_are_unique_and_kinds_are_known() -> None:
    configs = [kind.__struct_config__ for kind in get_args(Body)]
    assert len({config.tag for config in configs}) == len(configs)
    assert all(isinstance(kind.kind, Kind) for kind in get_args(Body))


def test_a_body_of_a_newer_version_is_refused_by_name() -> None:
    newer = msgspec.msgpack.encode({"type": "teleported", "order_id": "c1"})
    with pytest.raises(msgspec.ValidationError, match="teleported"):
        decode.decode(newer)


def test_a_body_that_lacks_a_field_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="order_id"):
        decode.decode(msgspec.msgpack.encode({"type": "cancel_asked"}))


@given(st.lists(st.sampled_from(EVIDENCE), max_size=8))
def test_an_order_is_the_same_after_any_history(history: list[OrderEvidence]) -> None:
    """The projection and the journal keep whole orders, in whatever state."""
    now = order()
    for at_ns, evidence in enumerate(history):
        now = advance(now, evidence, at_ns).order
    body = Intent(order=now)
    assert decode.decode(msgspec.msgpack.encode(body)) == body
