"""One example of every answer about stops, the closing of positions, and reconciliation."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from algotradehub.api.views.orders import timeline_entry
from algotradehub.api.views.reconciliations import Reconciliations
from algotradehub.api.views.stops import CloseReports, StopReport, Stops, StopView
from algotradehub.domain.difference import Difference, Subject
from algotradehub.domain.evidence import OrderState
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import OrderStatus, PositionSide
from algotradehub.domain.records import (
    FORMAT_VERSION,
    Body,
    CancelAsked,
    HaltSet,
    Observed,
    Record,
    StopProven,
)
from algotradehub.trading.reports import CloseReport, Closing, Occasion, Reconciliation
from algotradehub.trading.stop_report import summary_of

_REASON, _BY = "the feed looks wrong", "api"
_S = 1_000_000_000


def stop_examples(
    account: AccountId, order_id: ClientOrderId, *, at_ns: int
) -> Iterator[msgspec.Struct]:
    """Yield one of each."""
    stop = StopView(
        account=account,
        stopped=True,
        proven=False,
        reason=_REASON,
        by=_BY,
        asked_ns=at_ns,
        not_proven=(order_id,),
        looked_ns=(),
    )
    yield Stops(accounts=[stop])
    records = [
        _record(account, number, body, at_ns)
        for number, body in enumerate(_stopping(order_id, at_ns))
    ]
    yield StopReport(
        summary=summary_of(account, records),
        records=[timeline_entry(record) for record in records],
        complete=True,
    )
    yield CloseReports(accounts=[_closed(account, order_id, at_ns)])
    compared = _compared(account, at_ns)
    yield compared
    yield Reconciliations(reconciliations=[compared])


def _stopping(order_id: ClientOrderId, at_ns: int) -> Iterator[Body]:
    yield HaltSet(halted=True, reason=_REASON, by=_BY, stop=True)
    yield CancelAsked(order_id=order_id)
    ended = OrderState(
        client_order_id=order_id,
        venue_order_id=VenueOrderId("4711"),
        symbol=Symbol("BTC/USDT"),
        side=Side.BUY,
        status=OrderStatus.CANCELLED,
        venue_time_ns=at_ns,
        filled=ZERO,
    )
    yield Observed(order_id=order_id, evidence=ended)
    yield StopProven(looked_ns=(at_ns, at_ns + 2 * _S), lists=2)


def _record(account: AccountId, number: int, body: Body, at_ns: int) -> Record:
    return Record(
        v=FORMAT_VERSION,
        seq=812 + number,
        at_ns=at_ns,
        account=account,
        account_seq=97 + number,
        kind=body.kind,
        body=body,
    )


def _closed(account: AccountId, order_id: ClientOrderId, at_ns: int) -> CloseReport:
    closing = Closing(
        symbol=Symbol("BTC/USDT:USDT"),
        side=PositionSide.NET,
        was=Decimal("0.010"),
        left=ZERO,
        orders=(order_id,),
    )
    return CloseReport(
        account=account,
        reason="out for today",
        by=_BY,
        spot=False,
        asked_ns=at_ns,
        positions=(closing,),
        looked_ns=at_ns + 2 * _S,
        ended_ns=at_ns + 2 * _S,
        flat=True,
    )


def _compared(account: AccountId, at_ns: int) -> Reconciliation:
    missed = Difference(
        subject=Subject.FILL,
        name="90210",
        ours="not counted",
        theirs="BUY 0.004 at 60000.1",
        meaning="the stream did not tell of it; counted now",
    )
    return Reconciliation(
        account=account,
        occasion=Occasion.ASKED,
        asked_ns=at_ns,
        answered_ns=at_ns + _S // 10,
        orders=1,
        fills=1,
        balances=2,
        positions=0,
        differences=(missed,),
    )
