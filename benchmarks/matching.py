"""What matching costs: us per order placed, cancelled, matched, by size of the book; events/s.

python -m benchmarks.matching [RESTING LEVELS]
"""

import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random

import msgspec

from algotradehub.domain.ids import Asset, Symbol, VenueId
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.market import Candle, Quote
from algotradehub.domain.money import install_context
from algotradehub.domain.order import OrderType, TimeInForce
from algotradehub.matching.outcomes import Matched, NewOrder, Outcome
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.matching.recorded import RecordedMarket

MIDDLE = 6_400_000  # in ticks
ROUNDS = 20_000
SIZES = [(1_000, 1_000), (10_000, 1_000), (100_000, 1_000), (100_000, 100_000)]

INSTRUMENT = Instrument(
    venue=VenueId("bench"),
    symbol=Symbol("BTC/USDT"),
    venue_symbol="BTCUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal("0.01")),
    lot=Decimal("0.00001"),
    min_quantity=Decimal("0.00001"),
    min_notional=Decimal(5),
    maker_fee=Decimal("0.0002"),
    taker_fee=Decimal("0.0005"),
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    orders: int  # resting, over so many prices on each side
    levels: int
    place_us: float
    cancel_us: float
    match_us: float


def limit(name: int, side: Side, ticks: int, quantity: str = "0.5") -> NewOrder:
    return NewOrder(
        order_id=f"{name:032x}",
        owner=f"owner-{name % 50}",
        side=side,
        type=OrderType.LIMIT,
        quantity=Decimal(quantity),
        limit_price=Decimal(ticks).scaleb(-2),
    )


def book_of(orders: int, levels: int, random: Random) -> PriceTimeMarket:
    """Fill a market with ``orders`` orders over ``levels`` prices on each side."""
    market = PriceTimeMarket(INSTRUMENT)
    for number in range(orders):
        side = Side.BUY if number % 2 else Side.SELL
        away = random.randint(1, levels)
        market.place(limit(number, side, MIDDLE - side.sign * away), number)
    return market


def us_each(call: Callable[[NewOrder], object], orders: Sequence[NewOrder]) -> float:
    started = time.perf_counter()
    for order in orders:
        call(order)
    return (time.perf_counter() - started) / len(orders) * 1e6


def measure(orders: int, levels: int) -> Row:
    install_context()
    random = Random(1)
    market = book_of(orders, levels, random)
    sides = [Side.BUY if number % 2 else Side.SELL for number in range(ROUNDS)]
    passive = [
        limit(orders + number, side, MIDDLE - side.sign * random.randint(1, levels))
        for number, side in enumerate(sides)
    ]
    place_us = us_each(lambda order: market.place(order, orders), passive)
    cancel_us = us_each(lambda order: market.cancel(order.order_id, orders), passive)
    # Each of these takes half of the best order, so that every second one also empties it.
    takers = [
        NewOrder(
            order_id=f"taker-{number}",
            owner="taker",
            side=side,
            type=OrderType.LIMIT,
            quantity=Decimal("0.25"),
            limit_price=Decimal(MIDDLE + side.sign * levels).scaleb(-2),
            time_in_force=TimeInForce.IOC,
        )
        for number, side in enumerate(sides[: min(ROUNDS, orders)])
    ]
    outcomes: list[Outcome] = []
    match_us = us_each(lambda order: outcomes.extend(market.place(order, orders)), takers)
    matches = sum(isinstance(outcome, Matched) for outcome in outcomes)
    assert matches == 2 * len(takers)
    return Row(
        orders=orders, levels=levels, place_us=place_us, cancel_us=cancel_us, match_us=match_us
    )


def measure_flow(orders: int) -> float:
    """Events a second: half places, of which every fifth crosses, half cancels of what is left."""
    install_context()
    random = Random(2)
    market = book_of(orders, 1_000, random)
    placed = [
        limit(orders + number, side, MIDDLE - side.sign * random.randint(-250, 1_000))
        for number in range(ROUNDS)
        for side in (random.choice((Side.BUY, Side.SELL)),)
    ]
    started = time.perf_counter()
    for order in placed:
        market.place(order, orders)
        market.cancel(order.order_id, orders)
    return 2 * len(placed) / (time.perf_counter() - started)


def measure_recorded() -> dict[str, float]:
    """Events a second: quotes and candles that reach none of 100 resting orders."""
    install_context()
    resting = [limit(number, Side.BUY, MIDDLE - 1_000 - number) for number in range(100)]
    price, step = Decimal(MIDDLE).scaleb(-2), INSTRUMENT.price_step(Decimal(1))
    quotes = [
        Quote(
            venue=INSTRUMENT.venue,
            symbol=INSTRUMENT.symbol,
            bid=price,
            ask=price + step,
            bid_quantity=Decimal(number + 1),
            ask_quantity=Decimal(1),
            venue_time_ns=number,
            received_ns=number,
        )
        for number in range(ROUNDS)
    ]
    candles = [
        Candle(
            venue=INSTRUMENT.venue,
            symbol=INSTRUMENT.symbol,
            start_ns=number,
            interval_ns=1,
            open=price,
            high=price + step,
            low=price - step,
            close=price,
            volume=Decimal(1),
            final=True,
            received_ns=number,
        )
        for number in range(ROUNDS)
    ]
    events_s = {}
    for name, events in (("quotes", quotes), ("candles", candles)):
        market = RecordedMarket(INSTRUMENT)
        for order in resting:
            market.place(order, 0)
        started = time.perf_counter()
        for event in events:
            if isinstance(event, Quote):
                market.on_quote(event)
            else:
                market.on_candle(event)
        events_s[name] = len(events) / (time.perf_counter() - started)
    return events_s


def main(arguments: list[str]) -> None:
    sizes = [(int(arguments[0]), int(arguments[1]))] if arguments else SIZES
    print(f"{'resting':>8} {'levels':>8} {'place us':>9} {'cancel us':>9} {'match us':>9}")
    for orders, levels in sizes:
        row = measure(orders, levels)
        figures = f"{row.place_us:>9.2f} {row.cancel_us:>9.2f} {row.match_us:>9.2f}"
        print(f"{orders:>8,} {levels:>8,} {figures}")
    print(f"mixed flow over 10,000 resting orders: {measure_flow(10_000):,.0f} events/s")
    for name, events_s in measure_recorded().items():
        print(f"recorded {name}: {events_s:,.0f} events/s")


if __name__ == "__main__":
    main(sys.argv[1:])
