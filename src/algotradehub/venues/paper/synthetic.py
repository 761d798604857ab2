"""Markets out of nothing: seeded prices, and a crowd that trades around them at a paper venue."""

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Self

import msgspec

from algotradehub.domain.errors import Unsupported
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.ports.clock import Timer
from algotradehub.venues.paper.crowd import Habits, Makers, Takers
from algotradehub.venues.paper.prices import Prices, Underlying
from algotradehub.venues.paper.venue import PaperVenue

_MARK_EVERY_S = 60.0  # how often the log notes where a market stands


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One symbol with a life of its own. Symbols of one base and quote share one price."""

    symbol: Symbol
    price: Decimal  # where it starts, unless the venue's log knows where it stood
    volatility: float = 0.6  # of a year
    correlation: float = 0.6
    habits: Habits = Habits()


class _Crowd:
    def __init__(
        self, market: PriceTimeMarket, listing: Listing, index: int, seed: int, venue: VenueId
    ) -> None:
        rng = random.Random(f"{seed} {venue} {listing.symbol}")
        self.symbol = listing.symbol
        self.underlying = index
        self.makers = Makers(market, listing.habits, rng)
        self.takers = Takers(market, listing.habits, rng)


class SyntheticMarkets:
    """Moves every listing ``rate_hz`` times a second while its context is open.

    Each symbol has its turn at its own time, so the loop is never held up for long. The run
    depends on nothing but the seed, the clock, and what our own orders do to the books.

    Raises:
        Unsupported: A symbol's market is not one that matches orders.
    """

    def __init__(
        self, venue: PaperVenue, listings: Sequence[Listing], *, seed: int, rate_hz: float = 5.0
    ) -> None:
        self._venue = venue
        self._step_s = 1 / rate_hz
        self._mark_every = max(1, round(_MARK_EVERY_S * rate_hz))
        self._crowds: list[_Crowd] = []
        self._forget: list[Callable[[], None]] = []
        self._timer: Timer | None = None
        self._turn = 0
        underlyings: dict[tuple[str, str], Underlying] = {}
        for listing in listings:
            market = venue.market(listing.symbol)
            if not isinstance(market, PriceTimeMarket):
                raise Unsupported(f"{listing.symbol} does not match orders; list a PriceTimeMarket")
            pair = (market.instrument.base, market.instrument.quote)
            if pair not in underlyings:
                underlyings[pair] = Underlying(
                    price=float(venue.mark(listing.symbol) or listing.price),
                    volatility=listing.volatility,
                    correlation=listing.correlation,
                )
            index = list(underlyings).index(pair)
            self._crowds.append(_Crowd(market, listing, index, seed, venue.id))
        self._prices = Prices(
            list(underlyings.values()), step_s=self._step_s, rng=random.Random(seed)
        )

    def __enter__(self) -> Self:
        for crowd in self._crowds:
            self._forget.append(self._venue.watch(crowd.symbol, crowd.makers.look))
            self._quote(crowd)
        self._wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for forget in self._forget:
            forget()

    def _wait(self) -> None:
        delay_s = self._step_s / len(self._crowds)
        self._timer = self._venue.clock.after(delay_s, self._move_on)

    def _move_on(self) -> None:
        if self._venue.failure is not None:
            return
        which = self._turn % len(self._crowds)
        if which == 0:
            self._prices.step()
        crowd = self._crowds[which]
        price = self._prices.prices[crowd.underlying]
        now_ns = self._venue.now_ns()
        outcomes = crowd.takers.trade(price.value, price.heat, self._step_s, now_ns)
        self._venue.settle(crowd.symbol, outcomes)
        self._quote(crowd)
        self._turn += 1
        self._wait()

    def _quote(self, crowd: _Crowd) -> None:
        price = self._prices.prices[crowd.underlying]
        outcomes = crowd.makers.quote(price.value, price.heat, self._venue.now_ns())
        mark = None
        if self._turn // len(self._crowds) % self._mark_every == 0:
            mark = Decimal(repr(price.value))
        self._venue.settle(crowd.symbol, outcomes, mark=mark)
