"""Fills from recorded liquidity, without a market around them."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.matching.displayed import DisplayedSide, Volume
from algotradehub.matching.fees import QuoteFees
from algotradehub.matching.outcomes import Outcome
from algotradehub.matching.queue import CautiousQueue
from algotradehub.matching.recorded_fills import RecordedFills
from algotradehub.matching.slippage import NoSlippage
from algotradehub.matching.working import WorkingOrders
from algotradehub.matching.working_order import WorkingOrder
from tests.unit.matching.orders import BUY, SELL, amounts, closings, fills, instrument, limit

D = Decimal


class Desk:
    """Resting buys at 100, each behind a queue of others."""

    def __init__(self, *orders: tuple[int, int | None]) -> None:
        rules = instrument()
        self.out: list[Outcome] = []
        self.working = WorkingOrders(
            rules, fees=QuoteFees(rules), would_take=lambda _side, _price: False, max_orders=99
        )
        self.fills = RecordedFills(
            rules, self.working, queue=CautiousQueue(), slippage=NoSlippage()
        )
        self.orders = [self.rest(n, *order) for n, order in enumerate(orders)]

    def rest(self, number: int, quantity: int, ahead: int | None) -> WorkingOrder:
        new = limit(str(number), BUY, quantity, 100)
        order = self.working.accept(new, 0, self.out, quantity=D(quantity))
        self.working.rest(order)
        order.ahead = None if ahead is None else D(ahead)
        return order


@given(
    queue=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=6),
    prints=st.lists(st.integers(1, 9), max_size=8),
)
def test_a_queue_is_used_up_from_its_front(queue: list[tuple[int, int]], prints: list[int]) -> None:
    """Against a queue written out lot by lot: others' lots and ours, first in first out."""
    ahead, orders, lots = 0, [], list[int | None]()
    for number, (others, quantity) in enumerate(queue):
        ahead += others
        orders.append((quantity, ahead))
        lots += [None] * others + [number] * quantity
    desk = Desk(*orders)
    for size in prints:
        volume = Volume(D(size))
        still_open = [order for order in desk.orders if order.open]
        desk.fills.fill_queued(still_open, volume, at_ns=0, out=desk.out)
        reached, lots = lots[:size], lots[size:]
        assert volume.left == size - len(reached)
        for number, order in enumerate(desk.orders):
            assert order.remaining == lots.count(number)
            assert order.open == (number in lots)


def test_an_order_with_an_unknown_queue_is_passed_over() -> None:
    desk = Desk((5, None), (5, 1))
    desk.fills.fill_queued(desk.orders, Volume(D(3)), at_ns=0, out=desk.out)
    assert not fills(desk.out, "0")
    assert fills(desk.out, "1") == amounts((100, 2))


def test_displayed_quantity_shortens_a_queue_and_never_lengthens_it() -> None:
    desk = Desk((5, None), (5, 3), (5, 9))
    displayed = DisplayedSide(BUY)
    displayed.replace(amounts((100, 6)))
    desk.fills.shorten_queues(desk.orders, displayed)
    assert [order.ahead for order in desk.orders] == [6, 3, 6]


def test_an_order_that_ended_is_not_filled() -> None:
    desk = Desk((5, 0))
    (order,) = desk.orders
    assert desk.fills.fill(order, Volume(None), at_ns=0, out=desk.out) == 5
    assert list(closings(desk.out)) == ["0"]
    assert desk.fills.fill(order, Volume(None), at_ns=0, out=desk.out) == 0


def test_what_is_taken_is_gone_from_the_display() -> None:
    desk = Desk((5, 0))
    (order,) = desk.orders
    displayed = DisplayedSide(SELL)
    displayed.replace(amounts((98, "2.5"), (99, 1), (101, 9)))
    assert not desk.fills.can_take_all(order, displayed)
    desk.fills.take(order, displayed, at_ns=0, out=desk.out)
    assert fills(desk.out, "0") == amounts((100, 2), (100, 1))
    assert list(displayed.offers()) == amounts((98, "0.5"), (101, 9))
