"""Who leaves a queue: the models alone, and what they change in a recorded market."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.market import BookAction
from algotradehub.domain.money import money_context
from algotradehub.matching.queue import CautiousQueue, PowerQueue, QueueModel
from algotradehub.matching.recorded import RecordedMarket
from tests.unit.matching.events import book, trade
from tests.unit.matching.orders import BUY, SELL, amounts, fills, instrument, limit

D = Decimal
MODELS: list[QueueModel] = [CautiousQueue(), *map(PowerQueue, range(1, 9))]
LOTS = st.integers(1, 1_000)


@given(behind=st.integers(0, 1_000), before=LOTS, data=st.data())
def test_a_queue_only_shortens_and_a_higher_exponent_is_more_cautious(
    behind: int, before: int, data: st.DataObject
) -> None:
    standing = before + behind
    withdrawn = data.draw(st.integers(1, standing))
    with money_context():
        left = [
            min(
                model.ahead(D(before), standing=D(standing), withdrawn=D(withdrawn)),
                D(standing - withdrawn),
            )
            for model in MODELS
        ]
    assert all(0 <= ahead <= before for ahead in left)
    proportional, *powers = left[1:]
    assert abs(proportional - D(before) * (standing - withdrawn) / standing) < D("1e-20")
    # The majority leaves first: those before us, if they are the more.
    rising = before <= behind
    assert all((b >= a) if rising else (b <= a) for a, b in zip(left[1:], powers, strict=False))


@pytest.mark.parametrize("exponent", [0, 9])
def test_an_exponent_that_says_nothing_is_refused(exponent: int) -> None:
    with pytest.raises(ValueError, match=f"exponent must be 1 to 8, was {exponent}"):
        PowerQueue(exponent)


def queued(queue: QueueModel) -> RecordedMarket:
    """A buy of 1 at 100 behind 8 of others."""
    market = RecordedMarket(instrument(), queue=queue)
    market.on_book(book(bids=((100, 8),), asks=((101, 9),)))
    market.place(limit("mine", BUY, 1, 100), 0)
    return market


def shows(market: RecordedMarket, quantity: int) -> None:
    update = book(bids=((100, quantity),), action=BookAction.DELTA)
    assert not market.on_book(update)


@pytest.mark.parametrize(("queue", "before"), [(CautiousQueue(), 8), (PowerQueue(1), 4)])
def test_what_is_withdrawn_leaves_as_the_model_says(queue: QueueModel, before: int) -> None:
    market = queued(queue)
    shows(market, 16)  # 8 came behind us
    shows(market, 8)  # 8 of 16 left
    assert not market.on_trade(trade(100, before, SELL))
    assert fills(market.on_trade(trade(100, 1, SELL)), "mine") == amounts((100, 1))


def test_what_prints_took_is_not_counted_as_withdrawn() -> None:
    market = queued(PowerQueue(1))
    market.on_trade(trade(100, 4, SELL))
    shows(market, 8)  # a repetition from before the print
    shows(market, 4)  # what the print left
    assert not market.on_trade(trade(100, 4, SELL))
    assert fills(market.on_trade(trade(100, 1, SELL)), "mine") == amounts((100, 1))


def test_a_whole_book_shortens_queues_as_its_changes_do() -> None:
    market = queued(PowerQueue(1))
    for quantity in (16, 8):
        assert not market.on_book(book(bids=((100, quantity),), asks=((101, 9),)))
    assert not market.on_trade(trade(100, 4, SELL))
    assert fills(market.on_trade(trade(100, 1, SELL)), "mine") == amounts((100, 1))
