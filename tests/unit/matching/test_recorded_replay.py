"""Real recordings replayed: every fill is found again by reasoning on the data alone."""

import csv
import gzip
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from functools import cache
from pathlib import Path

import pytest

from algotradehub.domain.instrument import FixedTick, Instrument, Side
from algotradehub.domain.market import Candle, Trade
from algotradehub.domain.money import money_context
from algotradehub.matching.candle_path import CandleRule
from algotradehub.matching.outcomes import Matched, Outcome
from algotradehub.matching.recorded import RecordedMarket
from tests.unit.matching.orders import BUY, SELL, SYMBOL, VENUE, instrument, limit, market

D = Decimal
MINUTE_NS = 60 * 10**9
LOT = D("0.00001")
RULES = instrument(price_rule=FixedTick(D("0.01")), lot=LOT, min_quantity=LOT)
BOTH = pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])


@cache
def candles(root: Path, symbol: str) -> list[Candle]:
    path = root / "market" / "crypto" / "binance_1m_2025" / f"{symbol}_1m.csv.gz"
    with gzip.open(path, "rt") as lines:
        return [candle(row) for row in csv.DictReader(lines)]


def candle(row: dict[str, str]) -> Candle:
    start_ns = int(datetime.fromisoformat(row["open_time"]).timestamp()) * 10**9
    return Candle(
        venue=VENUE,
        symbol=SYMBOL,
        start_ns=start_ns,
        interval_ns=MINUTE_NS,
        open=D(row["open"]),
        high=D(row["high"]),
        low=D(row["low"]),
        close=D(row["close"]),
        volume=D(row["volume"]),
        final=True,
        received_ns=start_ns + MINUTE_NS,
    )


def started(data: Sequence[Candle], rule: CandleRule | None = None) -> RecordedMarket:
    """A market that has seen the first candle."""
    market_ = RecordedMarket(RULES, rule=rule)
    market_.on_candle(data[0])
    return market_


def matched(outcomes: Sequence[Outcome]) -> list[Matched]:
    return [outcome for outcome in outcomes if isinstance(outcome, Matched)]


@pytest.mark.parametrize(
    ("symbol", "side", "count"),
    [("BTCUSDT", BUY, 100), ("BTCUSDT", SELL, 15), ("ETHUSDT", BUY, 100), ("ETHUSDT", SELL, 12)],
)
def test_a_limit_fills_in_the_first_candle_that_goes_through_it(
    shared_data: Path, symbol: str, side: Side, count: int
) -> None:
    data = candles(shared_data, symbol)
    assert len(data) == 4320
    market_ = started(data)
    # 100 limits, from 0.05 % to 5 % away from the first close.
    close = data[0].close
    prices = {
        str(step): RULES.passive_price(close * (1 - side.sign * D(step) / 2000), side)
        for step in range(1, 101)
    }
    for name, price in prices.items():
        market_.place(limit(name, side, "0.5", str(price)), data[1].start_ns)
    found: dict[str, tuple[int, Decimal]] = {}
    for number, bar in enumerate(data[1:], 1):
        for match in matched(market_.on_candle(bar)):
            assert match.quantity == D("0.5")
            found[match.order_id] = number, match.price
    expected = {}
    for name, price in prices.items():
        for number, bar in enumerate(data[1:], 1):
            extreme, beyond = (bar.low, min) if side is BUY else (bar.high, max)
            if extreme != price and beyond(extreme, price) == extreme:
                expected[name] = number, beyond(bar.open, price)
                break
    assert found == expected
    assert len(found) == count


@BOTH
def test_market_orders_pay_the_next_open(shared_data: Path, symbol: str) -> None:
    data = candles(shared_data, symbol)
    market_ = started(data)
    paid = []
    for number, bar in enumerate(data[1:], 1):
        side = BUY if number % 2 else SELL
        market_.place(market(str(number), side, "0.1"), bar.start_ns)
        (match,) = matched(market_.on_candle(bar))
        paid.append(match)
    opens = [bar.open for bar in data[1:]]
    assert [match.price for match in paid] == opens
    assert sum(match.fee for match in paid) == sum(opens) * D("0.1") * RULES.taker_fee


@BOTH
def test_a_large_order_takes_its_share_of_each_candle(shared_data: Path, symbol: str) -> None:
    data = candles(shared_data, symbol)
    market_ = started(data, CandleRule(max_volume_share=D("0.05")))
    market_.place(market("large", BUY, 100), data[1].start_ns)
    left, number = D(100), 0
    while left:
        number += 1
        bar = data[number]
        share = min(left, (bar.volume * D("0.05")).quantize(LOT, rounding=ROUND_DOWN))
        got = matched(market_.on_candle(bar))
        assert [(match.price, match.quantity) for match in got] == [(bar.open, share)] * bool(share)
        left -= share
    assert number > 10


def test_a_limit_among_prints_fills_from_those_beyond_it(shared_data: Path) -> None:
    polars = pytest.importorskip("polars", reason="install the `data` extra")
    path = shared_data / "market/crypto/nautilus/binance/btcusdt-trades.parquet"
    rows = polars.read_parquet(path).rows(named=True)
    prints = [
        Trade(
            venue=VENUE,
            symbol=SYMBOL,
            price=D(f"{row['price']:.2f}"),  # the file holds binary floats
            quantity=D(f"{row['quantity']:.6f}"),
            taker=SELL if row["buyer_maker"] == "True" else BUY,
            venue_trade_id=str(row["trade_id"]),
            venue_time_ns=number,
            received_ns=number,
        )
        for number, row in enumerate(rows)
    ]
    assert len(prints) == 2001
    rules: Instrument = instrument(
        price_rule=FixedTick(D("0.01")), lot=D("1E-6"), min_quantity=D("1E-6")
    )
    with money_context():
        market_ = RecordedMarket(rules)
        market_.on_trade(prints[0])
        price = prints[0].price + 10
        market_.place(limit("sell", SELL, 3, str(price)), 0)
        got = [match for row in prints[1:] for match in matched(market_.on_trade(row))]
        left = D(3)
        expected = []
        for row in prints[1:]:
            if row.price > price and left:
                expected.append((price, min(left, row.quantity), row.received_ns))
                left -= expected[-1][1]
    assert [(match.price, match.quantity, match.at_ns) for match in got] == expected
    assert len(got) > 10
