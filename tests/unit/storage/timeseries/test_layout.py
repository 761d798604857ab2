"""Every kind of event has its name."""

from decimal import Decimal

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import BookAction, BookUpdate, Candle, MarketEvent, Quote, Trade
from algotradehub.storage.timeseries.layout import MarketKind, kind_of

V, S, ONE = VenueId("v"), Symbol("A/B"), Decimal(1)
EVENTS: list[tuple[MarketEvent, MarketKind]] = [
    (Candle(venue=V, symbol=S, start_ns=0, interval_ns=1, open=ONE, high=ONE, low=ONE, close=ONE,
            volume=ONE, final=True, received_ns=1), MarketKind.CANDLES),
    (Trade(venue=V, symbol=S, price=ONE, quantity=ONE, taker=None, venue_trade_id="1",
           venue_time_ns=0, received_ns=0), MarketKind.TRADES),
    (Quote(venue=V, symbol=S, bid=ONE, ask=ONE, bid_quantity=ONE, ask_quantity=ONE,
           venue_time_ns=0, received_ns=0), MarketKind.QUOTES),
    (BookUpdate(venue=V, symbol=S, action=BookAction.DELTA, bids=(), asks=(), first_sequence=0,
                last_sequence=0, venue_time_ns=0, received_ns=0), MarketKind.BOOK),
]  # fmt: skip


def test_every_event_has_one_kind() -> None:
    assert [kind_of(event) for event, _ in EVENTS] == [kind for _, kind in EVENTS]
