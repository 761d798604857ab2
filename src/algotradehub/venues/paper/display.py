"""What a paper venue shows of the markets that match in it: their books, and their trades."""

from collections.abc import Mapping, Sequence
from typing import Final

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import Trade
from algotradehub.matching.outcomes import Market, Matched, Outcome
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.ports.clock import Clock
from algotradehub.venues.paper.tape import Tape

BOOK_DEPTH: Final = 50
_SHOW_AFTER_S: Final = 0.05  # a book is shown so much later than it changed, many changes at once


class Display:
    """Recorded markets show nothing here: their recording is what the public sees."""

    def __init__(
        self, venue: VenueId, markets: Mapping[Symbol, Market], tape: Tape, clock: Clock
    ) -> None:
        self._venue = venue
        self._books = {
            symbol: market
            for symbol, market in markets.items()
            if isinstance(market, PriceTimeMarket)
        }
        self._tape = tape
        self._clock = clock
        self._changed: dict[Symbol, None] = {}

    def touch(self, symbol: Symbol) -> None:
        """Show the book of ``symbol`` soon."""
        if symbol not in self._books:
            return
        if not self._changed:
            self._clock.after(_SHOW_AFTER_S, self._show)
        self._changed[symbol] = None

    def print_trades(self, symbol: Symbol, outcomes: Sequence[Outcome], at_ns: int) -> None:
        """Publish what matched: the trade is the taker's."""
        if symbol not in self._books:
            return
        for outcome in outcomes:
            if isinstance(outcome, Matched) and outcome.liquidity is Liquidity.TAKER:
                trade = Trade(
                    venue=self._venue,
                    symbol=symbol,
                    price=outcome.price,
                    quantity=outcome.quantity,
                    taker=outcome.side,
                    # The market counts from 1 again after a restart; time does not.
                    venue_trade_id=f"{at_ns}-{outcome.match_id}",
                    venue_time_ns=at_ns,
                    received_ns=at_ns,
                )
                self._tape.take(trade)

    def _show(self) -> None:
        symbols, self._changed = self._changed, {}
        at_ns = self._clock.now_ns()
        for symbol in symbols:
            bids, asks = self._books[symbol].levels(BOOK_DEPTH)
            self._tape.show_book(symbol, bids, asks, at_ns)
