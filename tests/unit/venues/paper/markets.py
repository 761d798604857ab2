"""Instruments and a small paper exchange for the tests of this folder."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from algotradehub.conformance.trader import Trader
from algotradehub.domain.ids import AccountId, Asset, Symbol, VenueId
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.order import OrderType
from algotradehub.matching.latency import JitteredLatency, LatencyModel
from algotradehub.matching.outcomes import Market, NewOrder
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.ports.disk import Disk
from algotradehub.ports.venue import TradingAccount, Word
from algotradehub.venues.paper.account import PaperAccount
from algotradehub.venues.paper.records import Retention
from algotradehub.venues.paper.venue import PaperVenue
from tests.fakes.clock import FakeClock
from tests.fakes.disk import MemoryDisk

VENUE = VenueId("paper:test")
ALICE = AccountId("alice")
BOB = AccountId("bob")
BTC, ETH, USDT = Asset("BTC"), Asset("ETH"), Asset("USDT")
OPENING = {USDT: Decimal(100_000), BTC: Decimal(100)}


def spot(base: Asset = BTC, *, tick: str = "0.01") -> Instrument:
    return Instrument(
        venue=VENUE,
        symbol=Symbol(f"{base}/USDT"),
        venue_symbol=f"{base}USDT",
        kind=InstrumentKind.SPOT,
        base=base,
        quote=USDT,
        settle=USDT,
        price_rule=FixedTick(Decimal(tick)),
        lot=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        min_notional=Decimal(5),
        maker_fee=Decimal("0.001"),
        taker_fee=Decimal("0.002"),
    )


def perpetual() -> Instrument:
    return Instrument(
        venue=VENUE,
        symbol=Symbol("BTC/USDT:USDT"),
        venue_symbol="BTCUSDT-PERP",
        kind=InstrumentKind.PERPETUAL,
        base=BTC,
        quote=USDT,
        settle=USDT,
        price_rule=FixedTick(Decimal("0.1")),
        lot=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        maker_fee=Decimal("0.0002"),
        taker_fee=Decimal("0.0005"),
    )


def jittered(*, request_s: float = 0.0, answer_s: float = 0.0) -> LatencyModel:
    return JitteredLatency(request_s=request_s, answer_s=answer_s, random=Random(1))


class Exchange:
    """A paper venue that can die and come back on the same disk; the world of one account."""

    def __init__(
        self,
        instruments: Sequence[Instrument] = (),
        *,
        disk: Disk | None = None,
        markets: Sequence[Market] | None = None,
        latency: LatencyModel | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.memory = MemoryDisk(self.clock)
        self.disk = disk or self.memory
        self.instruments = list(instruments) or [spot()]
        self.latency = latency
        self.events: list[Word] = []
        self._resting = 0
        self.open(markets)

    def open(
        self,
        markets: Sequence[Market] | None = None,
        *,
        retention: Retention | None = None,
        compact_bytes: int = 1_000_000,
    ) -> None:
        """Start the process of the venue."""
        self.markets = markets or [PriceTimeMarket(i) for i in self.instruments]
        self.venue = PaperVenue(
            VENUE,
            markets=self.markets,
            clock=self.clock,
            disk=self.disk,
            retention=retention,
            compact_bytes=compact_bytes,
        )
        self.venue.open_account(ALICE, OPENING)
        self.paper = PaperAccount(self.venue, ALICE, self.events.append, latency=self.latency)
        self.venue.listen(ALICE, self.paper.receive)

    def restart(self, *, compact_bytes: int = 1_000_000) -> None:
        """Kill the process without a word, and start it again."""
        self.die()
        self.open(compact_bytes=compact_bytes)

    def die(self) -> None:
        self.memory.process_dies()
        self.clock.process_dies()

    # --- conformance.trader.World ---

    @property
    def account(self) -> TradingAccount:
        return self.paper

    @property
    def instrument(self) -> Instrument:
        return self.instruments[0]

    @property
    def price(self) -> Decimal:
        return Decimal(1_000)

    @property
    def quantity(self) -> Decimal:
        return Decimal("0.5")

    def now_ns(self) -> int:
        return self.clock.now_ns()

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def rest(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        self._resting += 1
        order = NewOrder(
            order_id=f"other-{self._resting}",
            owner="others",
            side=side,
            type=OrderType.LIMIT,
            quantity=quantity,
            limit_price=price,
        )
        market = self.venue.market(self.instrument.symbol)
        self.venue.settle(self.instrument.symbol, market.place(order, self.now_ns()))

    def trader(self) -> Trader:
        return Trader(self)
