"""One side of a book against a sorted list."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.instrument import Side
from algotradehub.matching.book import BookSide
from algotradehub.matching.working_order import WorkingOrder
from tests.unit.matching.orders import BUY

D = Decimal


def resting(name: str, side: Side, price: Decimal, quantity: Decimal) -> WorkingOrder:
    return WorkingOrder(
        order_id=name,
        owner="ann",
        side=side,
        price=price,
        quantity=quantity,
        remaining=quantity,
        since_ns=0,
    )


@given(
    side=st.sampled_from(Side),
    added=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=30),
    removed=st.sets(st.integers(0, 29)),
)
def test_orders_stand_by_price_then_by_arrival(
    side: Side, added: list[tuple[int, int]], removed: set[int]
) -> None:
    book = BookSide(side)
    orders = [
        resting(str(number), side, D(price), D(quantity))
        for number, (price, quantity) in enumerate(added)
    ]
    for order in orders:
        assert order.price is not None
        book.add(order.price, order)
        assert order.resting
    kept = []
    for number, order in enumerate(orders):
        assert order.price is not None
        if number in removed:
            book.remove(order.price, order)
            assert not order.resting
        else:
            kept.append(order)
    kept.sort(key=lambda order: -side.sign * (order.price or 0))  # stable: arrival stays
    assert list(book.orders()) == kept
    assert book.best() == (kept[0].price if kept else None)
    totals = [(level.price, level.quantity) for level in book.levels()]
    prices = dict.fromkeys(order.price for order in kept)
    assert totals == [
        (price, sum(order.remaining for order in kept if order.price == price)) for price in prices
    ]
    for price in prices:
        assert price is not None
        assert list(book.at(price)) == [order for order in kept if order.price == price]
    assert list(book.at(D(100))) == []


def test_a_reduced_level_keeps_its_orders() -> None:
    book = BookSide(BUY)
    order = resting("one", BUY, D(5), D(3))
    book.add(D(5), order)
    book.reduce(D(5), D(2))
    (level,) = book.levels()
    assert level.quantity == 1
    assert list(level.orders.values()) == [order]
