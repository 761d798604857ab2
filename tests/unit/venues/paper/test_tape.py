"""The tape numbers books without a gap, quotes them, and serves listeners who come and go."""

from decimal import Decimal

import pytest

from algotradehub.domain.errors import Unsupported
from algotradehub.domain.market import BookAction, BookUpdate, MarketEvent, Quote
from algotradehub.ports.venue import Channel
from algotradehub.venues.paper.tape import MAX_LISTENERS, Level, Tape
from tests.unit.venues.paper.markets import VENUE, spot

SYMBOL = spot().symbol


def level(price: int, quantity: int) -> Level:
    return Decimal(price), Decimal(quantity)


def update(
    action: BookAction,
    bids: tuple[Level, ...],
    asks: tuple[Level, ...],
    *,
    sequence: int,
    at_ns: int,
) -> BookUpdate:
    return BookUpdate(
        venue=VENUE,
        symbol=SYMBOL,
        action=action,
        bids=bids,
        asks=asks,
        first_sequence=sequence,
        last_sequence=sequence,
        venue_time_ns=at_ns,
        received_ns=at_ns,
    )


def quote(bid: int, ask: int) -> Quote:
    return Quote(
        venue=VENUE,
        symbol=SYMBOL,
        bid=Decimal(bid),
        ask=Decimal(ask),
        bid_quantity=Decimal(1),
        ask_quantity=Decimal(1),
        venue_time_ns=1,
        received_ns=1,
    )


def test_a_shown_book_becomes_a_snapshot_then_changes() -> None:
    tape, heard = Tape(VENUE, [SYMBOL]), list[MarketEvent]()
    tape.subscribe(Channel(SYMBOL, "book"), heard.append)
    tape.show_book(SYMBOL, [level(9, 1), level(8, 2)], [level(11, 1)], 5)
    tape.show_book(SYMBOL, [level(9, 1), level(8, 2)], [level(11, 1)], 6)  # nothing new
    tape.show_book(SYMBOL, [level(9, 4), level(7, 2)], [level(11, 1)], 7)
    first, second = heard
    assert isinstance(first, BookUpdate)
    assert isinstance(second, BookUpdate)
    assert (first.action, first.last_sequence) == (BookAction.SNAPSHOT, 1)
    assert (second.action, second.first_sequence) == (BookAction.DELTA, 2)
    assert sorted(second.bids) == [level(7, 2), level(8, 0), level(9, 4)]
    assert second.asks == ()


def test_who_comes_late_starts_with_the_book_and_the_quote_as_they_are() -> None:
    tape = Tape(VENUE, [SYMBOL])
    tape.show_book(SYMBOL, [level(9, 1), level(8, 2)], [level(11, 3)], 5)
    books, quotes = list[MarketEvent](), list[MarketEvent]()
    tape.subscribe(Channel(SYMBOL, "book"), books.append)
    tape.subscribe(Channel(SYMBOL, "quotes"), quotes.append)
    (book,) = books
    assert isinstance(book, BookUpdate)
    assert (book.action, book.bids, book.asks) == (
        BookAction.SNAPSHOT,
        (level(9, 1), level(8, 2)),
        (level(11, 3),),
    )
    assert quotes == [tape.quote(SYMBOL)]


def test_a_recorded_book_gets_numbers_of_its_own() -> None:
    tape, heard = Tape(VENUE, [SYMBOL]), list[BookUpdate]()
    tape.subscribe(Channel(SYMBOL, "book"), heard.append)  # type: ignore[arg-type]
    tape.take(update(BookAction.DELTA, (level(9, 1),), (), sequence=70, at_ns=1))  # before any
    tape.take(update(BookAction.SNAPSHOT, (level(9, 1),), (level(11, 1),), sequence=80, at_ns=2))
    tape.take(update(BookAction.DELTA, (level(9, 0), level(8, 1)), (), sequence=95, at_ns=3))
    assert [event.last_sequence for event in heard] == [1, 2]
    assert tape.book(SYMBOL, 5).bids == (level(8, 1),)


def test_quotes_come_from_the_book_unless_the_recording_has_some() -> None:
    tape, heard = Tape(VENUE, [SYMBOL]), list[Quote]()
    tape.subscribe(Channel(SYMBOL, "quotes"), heard.append)  # type: ignore[arg-type]
    tape.show_book(SYMBOL, [level(9, 1)], [level(11, 1)], 5)
    tape.show_book(SYMBOL, [level(9, 1), level(8, 1)], [level(11, 1)], 6)  # behind the best
    tape.show_book(SYMBOL, [level(9, 1)], [], 7)  # one side is no quote
    tape.show_book(SYMBOL, [level(9, 1)], [level(11, 2)], 8)
    assert [(int(q.bid), int(q.ask), int(q.ask_quantity)) for q in heard] == [
        (9, 11, 1),
        (9, 11, 2),
    ]
    tape.take(quote(3, 4))
    tape.show_book(SYMBOL, [level(9, 1)], [level(12, 2)], 9)
    assert heard[2:] == [quote(3, 4)]


def test_a_listener_may_leave_while_it_is_told() -> None:
    tape, heard = Tape(VENUE, [SYMBOL]), list[str]()

    def leave(_: MarketEvent) -> None:
        heard.append("first")
        stop_first()
        stop_second()

    stop_first = tape.subscribe(Channel(SYMBOL, "quotes"), leave)
    stop_second = tape.subscribe(Channel(SYMBOL, "quotes"), lambda _: heard.append("second"))
    tape.take(quote(3, 4))
    tape.take(quote(4, 5))
    assert heard == ["first"]


def test_listeners_are_bounded() -> None:
    tape = Tape(VENUE, [SYMBOL])
    stops = [tape.subscribe(Channel(SYMBOL, "trades"), print) for _ in range(MAX_LISTENERS)]
    with pytest.raises(Unsupported, match="unsubscribe some"):
        tape.subscribe(Channel(SYMBOL, "trades"), print)
    stops[0]()
    tape.subscribe(Channel(SYMBOL, "trades"), print)
