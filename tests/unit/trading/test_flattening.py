"""Closing all positions: reduce-only orders past a stop, and what is left is named."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from algotradehub.domain.commands import Place
from algotradehub.domain.errors import InvalidRequest, VenueUnavailable
from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    CommandKind,
    NotSent,
    PositionReport,
    Refused,
)
from algotradehub.domain.ids import Symbol, VenueOrderId
from algotradehub.domain.instrument import InstrumentKind, Side
from algotradehub.domain.order import BaseAmount, OrderStatus, OrderType, Permit, PositionSide
from algotradehub.domain.records import CloseAsked, FlatProven, Intent
from algotradehub.trading.flattening import MOST_ORDERS, Flattening
from algotradehub.trading.kill_switch import KillSwitch
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.reports import CloseReport
from tests.fakes.account import ALL
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.words import (
    ACCOUNT,
    BTC,
    SPOT,
    SYMBOL,
    VENUE,
    acknowledged,
    changed,
    execution,
    facts,
    limit,
    state,
)

PERP = Symbol("BTC/USDT:USDT")
PERPETUAL = changed(SPOT, symbol=PERP, kind=InstrumentKind.PERPETUAL, market_max_quantity=None)
SETTLE_S = ALL.absence.settle_s
DONE_S = 2 * SETTLE_S + 1


class Closing:
    """A bench whose venue fills every order that closes something, as ``answers`` says."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.kill_switch = KillSwitch(
            orders=bench.orders,
            dispatch=bench.dispatch,
            intake=bench.intake,
            state=bench.state,
            clock=bench.clock,
            spawn=bench.loop.create_task,
        )
        self.flattening = Flattening(
            orders=bench.orders,
            kill_switch=self.kill_switch,
            intake=bench.intake,
            state=bench.state,
            clock=bench.clock,
            ids=bench.ids,
            spawn=bench.loop.create_task,
        )
        bench.desk.instruments[PERP] = PERPETUAL
        bench.account.on_send = self._sent
        self.answers: Callable[[Place], None] = self.fill
        self._fills = 0

    def hold(self, quantity: int, symbol: Symbol = PERP) -> None:
        """Trade until that much is held."""
        request = limit(
            f"h{self._fills}{symbol}",
            quantity=abs(quantity),
            symbol=symbol,
            side=Side.BUY if quantity > 0 else Side.SELL,
        )
        self.bench.account.on_send = lambda command: None
        order = self.bench.submit(request)
        self._fills += 1
        name = VenueOrderId(f"H{self._fills}")
        self.bench.account.tell(acknowledged(order, venue_order_id=name))
        filled = execution(
            order,
            f"h{self._fills}",
            abs(quantity),
            venue_order_id=name,
            symbol=symbol,
            status=OrderStatus.FILLED,
            fee=Decimal(0),
        )
        self.bench.account.tell(filled)
        self.bench.account.on_send = self._sent
        if symbol == PERP:
            self.bench.account.holdings[:] = [reported(quantity)]
        self.bench.sent.clear()

    def close(self, **options: Any) -> None:
        self.flattening.close([self.bench.desk], reason="enough", by="ann", **options)

    def closed(self, **options: Any) -> CloseReport:
        """Close, and let it come to its end."""
        self.close(**options)
        self.bench.advance(DONE_S)
        return self.report

    @property
    def report(self) -> CloseReport:
        report = self.flattening.of(self.bench.desk)
        assert report is not None
        return report

    @property
    def placed(self) -> list[Place]:
        return [sent for sent in self.bench.sent if isinstance(sent, Place)]

    def fill(self, command: Place, part: Decimal = Decimal(1)) -> None:
        amount = command.request.amount
        assert isinstance(amount, BaseAmount)
        self._fills += 1
        name = VenueOrderId(f"C{self._fills}")
        held = self.bench.account.holdings
        if held:
            sign = command.request.side.sign
            left = held[0].quantity + sign * amount.quantity * part
            held[:] = [changed(held[0], quantity=left)] if left else []
        told = Acknowledged(
            command=CommandKind.PLACE,
            client_order_id=command.client_order_id,
            venue_order_id=name,
        )
        self.bench.account.tell(told)
        filled = execution(
            self.bench.state.orders[command.client_order_id],
            f"c{self._fills}",
            venue_order_id=name,
            symbol=command.request.symbol,
            status=OrderStatus.FILLED if part == 1 else OrderStatus.PARTIALLY_FILLED,
            fee=Decimal(0),
        )
        self.bench.account.tell(changed(filled, quantity=amount.quantity * part))

    def fill_half(self, command: Place) -> None:
        """Fill a half, and let the rest go."""
        self.fill(command, Decimal("0.5"))
        order = self.bench.state.orders[command.client_order_id]
        ended = state(
            OrderStatus.CANCELLED,
            order,
            venue_order_id=order.leg.venue_order_id,
            symbol=PERP,
            filled=order.filled,
            venue_time_ns=2,
        )
        self.bench.account.tell(ended)

    def refuse(self, command: Place) -> None:
        self.bench.account.tell(
            Refused(
                command=CommandKind.PLACE,
                client_order_id=command.client_order_id,
                code="E1",
                reason="no",
            )
        )

    def drop(self, command: Place) -> None:
        self.bench.account.tell(
            NotSent(
                command=CommandKind.PLACE,
                client_order_id=command.client_order_id,
                reason="no route",
            )
        )

    def _sent(self, command: Any) -> None:
        if isinstance(command, Place):
            self.answers(command)


@pytest.fixture
def closing(open_bench: OpenBench) -> Closing:
    return Closing(open_bench(recovers=True, capabilities=changed(ALL, cancel_all=False)))


def reported(quantity: int, symbol: Symbol = PERP) -> PositionReport:
    return PositionReport(
        symbol=symbol,
        position_side=PositionSide.NET,
        quantity=Decimal(quantity),
        entry_price=Decimal(100),
        venue_time_ns=1,
    )


@pytest.mark.parametrize(("held", "side"), [(7, Side.SELL), (-7, Side.BUY)])
def test_a_position_is_closed_by_a_reduce_only_market_order(
    closing: Closing, held: int, side: Side
) -> None:
    closing.hold(held)
    report = closing.closed()
    (placed,) = closing.placed
    request = placed.request
    assert (request.type, request.side, request.reduce_only) == (OrderType.MARKET, side, True)
    assert request.amount == BaseAmount(Decimal(7))
    order = closing.bench.state.orders[placed.client_order_id]
    assert order.permit is Permit.FLATTEN
    (position,) = report.positions
    assert facts(position.was, position.left, position.reason) == (held, 0, None)
    assert position.orders == (order.order_id,)
    assert report.flat
    assert report.ended_ns >= report.looked_ns > 0
    bodies = [b for b in closing.bench.journaled() if isinstance(b, CloseAsked | FlatProven)]
    assert bodies == [
        CloseAsked(reason="enough", by="ann", spot=False),
        FlatProven(looked_ns=report.looked_ns),
    ]


def test_the_intent_is_journaled_before_it_goes(closing: Closing) -> None:
    closing.hold(7)
    seen: list[bool] = []

    def look(command: Place) -> None:
        intents = [b.order for b in closing.bench.journaled() if isinstance(b, Intent)]
        seen.append(intents[-1].order_id == command.client_order_id)

    closing.answers = look
    closing.close()
    closing.bench.advance(0.2)
    assert seen == [True]


def test_halts_and_limits_do_not_hold_it_and_no_disk_is_waited_for(open_bench: OpenBench) -> None:
    closing = Closing(open_bench(recovers=True, limits=RiskLimits(max_open_orders=1)))
    closing.hold(7)
    closing.bench.disk.room = 0
    closing.bench.orders.halt(ACCOUNT, halted=True, reason="lunch", by="bob")
    assert closing.closed().flat
    assert len(closing.placed) == 1


def test_an_account_with_working_orders_is_refused(closing: Closing) -> None:
    closing.hold(7)
    closing.answers = lambda command: None
    closing.bench.rest(limit("k2"), "V2")
    closing.bench.sent.clear()
    with pytest.raises(InvalidRequest, match="stop it and wait for the proof, or say cancel_first"):
        closing.close()
    closing.bench.advance(DONE_S)
    assert not closing.bench.sent
    assert closing.flattening.of(closing.bench.desk) is None


def test_a_stop_that_is_not_proven_is_waited_for(closing: Closing) -> None:
    closing.hold(7)
    closing.kill_switch.stop([closing.bench.desk], reason="enough", by="ann")
    with pytest.raises(InvalidRequest, match="working orders"):
        closing.close()
    closing.bench.advance(30)
    closing.close()
    closing.bench.advance(0.1)
    assert len(closing.placed) == 1


def test_it_stops_first_where_that_is_asked_for(closing: Closing) -> None:
    closing.hold(7)
    closing.close(cancel_first=True)
    closing.bench.advance(0.1)
    assert not closing.placed
    assert closing.report.waiting == "the proof that no order works any more"
    closing.bench.advance(40)
    assert closing.report.flat
    stop = closing.kill_switch.of(closing.bench.desk)
    assert stop is not None
    assert stop.is_proven, "anew, for the order counted"
    assert (
        stop.looked_ns[0] > closing.bench.state.orders[closing.placed[0].client_order_id].created_ns
    )


def test_a_stop_that_is_ended_early_ends_it(closing: Closing) -> None:
    closing.hold(7)
    closing.close(cancel_first=True)
    closing.bench.orders.halt(ACCOUNT, halted=False, reason="", by="bob")
    closing.bench.advance(30)
    assert not closing.placed
    assert (closing.report.flat, bool(closing.report.ended_ns)) == (False, True)
    assert closing.report.waiting == "the stop was ended before it was proven; nothing was closed"


def test_the_venues_own_list_counts(closing: Closing) -> None:
    closing.bench.account.holdings[:] = [reported(3)]
    closing.close()
    closing.bench.advance(DONE_S)
    (position,) = closing.report.positions
    assert facts(position.was, len(position.orders)) == (3, 1)
    # By our books that was a sale of nothing: a reconciliation has to put that right.
    assert not closing.report.flat
    assert position.left == -3
    assert "reconcile" in (position.reason or "")


def test_it_is_not_flat_while_the_venue_lists_something(closing: Closing) -> None:
    closing.hold(7)

    def fills_and_lists_on(command: Place) -> None:
        closing.fill(command)
        closing.bench.account.holdings[:] = [reported(2)]
        closing.answers = closing.refuse

    closing.answers = fills_and_lists_on
    report = closing.closed()
    (position,) = report.positions
    assert not report.flat
    assert facts(position.left, len(position.orders)) == (2, 2)
    assert "REJECTED: no" in (position.reason or "")


def test_the_venue_is_asked_late_enough_to_know_of_the_last_fill(closing: Closing) -> None:
    closing.hold(7)
    closing.close()
    filled_ns = closing.bench.clock.now_ns()
    closing.bench.advance(DONE_S)
    assert closing.report.looked_ns >= filled_ns + SETTLE_S * 1e9


def test_a_partial_fill_is_followed_by_another_order(closing: Closing) -> None:
    closing.hold(8)
    closing.answers = lambda command: (
        closing.fill_half(command) if len(closing.placed) == 1 else closing.fill(command)
    )
    closing.close()
    closing.bench.advance(3 * DONE_S)
    amounts = [placed.request.amount for placed in closing.placed]
    assert amounts == [BaseAmount(Decimal(8)), BaseAmount(Decimal(4))]
    assert closing.report.flat


def test_a_refused_order_is_not_repeated(closing: Closing) -> None:
    closing.hold(7)
    closing.answers = closing.refuse
    report = closing.closed()
    assert len(closing.placed) == 1
    assert not report.flat
    assert report.positions[0].left == 7
    closing.answers = closing.fill
    assert closing.closed().flat, "asked again, it begins anew"


def test_what_was_never_sent_is_tried_again_but_not_for_ever(closing: Closing) -> None:
    closing.hold(7)
    closing.answers = closing.drop
    closing.close()
    closing.bench.advance(MOST_ORDERS * 2)
    assert len(closing.placed) == MOST_ORDERS
    assert closing.report.positions[0].reason == f"{MOST_ORDERS} orders did not close it"


def test_a_large_position_is_closed_in_pieces(closing: Closing) -> None:
    closing.bench.desk.instruments[PERP] = changed(PERPETUAL, market_max_quantity=Decimal(3))
    closing.hold(7)
    closing.close()
    closing.bench.advance(4 * DONE_S)
    amounts = [placed.request.amount for placed in closing.placed]
    assert amounts == [BaseAmount(Decimal(each)) for each in (3, 3, 1)]
    assert closing.report.flat


def test_a_crumb_is_named(closing: Closing) -> None:
    closing.hold(7)
    closing.bench.desk.instruments[PERP] = changed(PERPETUAL, lot=Decimal(5))
    closing.close()
    closing.bench.advance(2 * DONE_S)
    (position,) = closing.report.positions
    assert facts(position.left, position.reason) == (2, "2 is less than one lot of 5")
    assert not closing.report.flat


def test_a_venue_without_reduce_only_leaves_it(open_bench: OpenBench) -> None:
    closing = Closing(open_bench(recovers=True, capabilities=changed(ALL, reduce_only=False)))
    closing.bench.account.capabilities = ALL
    closing.hold(7)
    closing.bench.account.capabilities = changed(ALL, reduce_only=False)
    report = closing.closed()
    assert not closing.placed
    assert "reduce_only" in (report.positions[0].reason or "")


def free(quantity: str) -> Balance:
    return Balance(
        asset=BTC,
        total=Decimal(9),
        available=Decimal(quantity),
        venue_time_ns=1_900_000_000 * 10**9,
    )


def test_a_spot_holding_is_left_and_said_so(closing: Closing) -> None:
    closing.hold(7, SYMBOL)
    closing.bench.account.tell(free("7"))
    report = closing.closed()
    assert not closing.placed
    (position,) = report.positions
    assert facts(position.left, position.reason) == (
        7,
        "a spot holding is sold only where that is asked for",
    )
    assert not report.flat


def test_a_spot_holding_is_sold_as_far_as_it_is_free(closing: Closing) -> None:
    closing.hold(7, SYMBOL)
    closing.bench.account.tell(free("4.5"))
    closing.close(spot=True)
    closing.bench.advance(0.1)
    (placed,) = closing.placed
    assert placed.request.amount == BaseAmount(Decimal(4))
    assert (placed.request.side, placed.request.reduce_only) == (Side.SELL, False)
    closing.bench.account.held[:] = [free("0.5")]
    closing.bench.advance(2 * DONE_S)
    (position,) = closing.report.positions
    assert facts(position.left, position.reason) == (3, "0.5 is less than one lot of 1")


def test_nothing_is_sold_of_which_nobody_told_that_it_is_free(closing: Closing) -> None:
    closing.hold(7, SYMBOL)
    assert "has not told" in (closing.closed(spot=True).positions[0].reason or "")
    assert not closing.placed


def test_asking_again_begins_nothing_while_it_goes_on(closing: Closing) -> None:
    closing.hold(7)
    closing.answers = lambda command: None
    closing.close()
    closing.bench.advance(1)
    closing.close()
    closing.bench.advance(1)
    assert len(closing.placed) == 1
    assert "the end of order" in (closing.report.waiting or "")
    with pytest.raises(InvalidRequest, match="closed already"):
        closing.close(spot=True)


def test_a_venue_that_cannot_be_asked_is_asked_again(closing: Closing) -> None:
    closing.hold(7)
    closing.bench.account.trouble = VenueUnavailable(VENUE, "busy")
    closing.close()
    closing.bench.advance(DONE_S)
    assert not closing.report.flat
    assert "busy" in (closing.report.waiting or "")
    closing.bench.account.trouble = None
    closing.bench.advance(DONE_S)
    assert closing.report.flat


def test_nothing_is_sent_while_the_account_catches_up(closing: Closing) -> None:
    closing.hold(7)
    closing.bench.desk.refusing = "catching up"
    closing.close()
    closing.bench.advance(1)
    assert not closing.placed
    assert closing.report.waiting == "catching up"
    closing.bench.desk.refusing = None
    closing.bench.advance(0.2)
    assert len(closing.placed) == 1
