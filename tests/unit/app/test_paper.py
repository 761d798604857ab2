"""Paper venues from settings: instruments, wallets, and markets that begin last."""

import asyncio
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from algotradehub.app.data_directory import DataDirectory, open_data_directory
from algotradehub.app.paper import open_paper_venues
from algotradehub.connectivity.clock import LoopClock
from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.evidence import Connection
from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.instrument import FixedTick, InstrumentKind, Side
from algotradehub.domain.market import MarketEvent
from algotradehub.domain.order import OrderType
from algotradehub.matching.outcomes import Closed, Matched, NewOrder
from algotradehub.matching.recorded import RecordedMarket
from algotradehub.ports.venue import Word
from algotradehub.settings.tree import Settings
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.dead_man import DeadManPolicy
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.line_quality import LineLimits
from tests.fakes.clock import FakeClock
from tests.unit.app.small import ACCOUNT, QUOTES, SYMBOL, VENUE, replayed, small_settings
from tests.unit.matching.events import candle
from tests.unit.matching.orders import amounts, limit
from tests.unit.matching.orders import fills as filled
from tests.unit.matching.orders import market as market_order

LISTED = {"id": VENUE, "listings": [{"symbol": SYMBOL, "price": "64000"}]}


def directory(path: Path, *, epoch: int = 1) -> DataDirectory:
    return DataDirectory(path=path, epoch=epoch, tag=1)


def clock() -> LoopClock:
    return LoopClock(asyncio.get_running_loop())


async def test_instruments_follow_symbol_and_settings(tmp_path: Path) -> None:
    venue = {
        "id": VENUE,
        "maker_fee": "-0.0001",
        "listings": [
            {"symbol": "BTC/USDT", "price": "64000", "tick": "0.5", "min_notional": "10"},
            {"symbol": "BTC/USD:BTC", "price": "64000"},
        ],
    }
    settings = small_settings(tmp_path, paper_venues=[venue])
    async with open_paper_venues(settings, directory(tmp_path), clock()) as venues:
        spot, contract = venues.venues[VENUE].instruments.values()
    assert (spot.kind, spot.base, spot.quote, spot.settle) == (
        InstrumentKind.SPOT,
        "BTC",
        "USDT",
        "USDT",
    )
    assert spot.price_rule == FixedTick(Decimal("0.5"))
    assert spot.min_notional == Decimal(10)
    assert spot.maker_fee == Decimal("-0.0001")
    assert (contract.kind, contract.quote, contract.settle) == (
        InstrumentKind.PERPETUAL,
        "USD",
        "BTC",
    )


async def test_accounts_open_with_money_once(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    for _ in range(2):
        async with open_paper_venues(settings, directory(tmp_path), clock()) as venues:
            wallet = venues.venues[VENUE].customer(ACCOUNT).wallet
            assert {b.asset: b.total for b in wallet.balances(0)} == {
                "BTC": Decimal(1),
                "USDT": Decimal(100_000),
            }
            [setup] = venues.accounts()
            assert setup.durability is Durability.PROCESS
            assert setup.limits == RiskLimits()
    assert (tmp_path / "paper" / "paper-one").is_dir()


async def test_limits_reach_the_core(tmp_path: Path) -> None:
    account = {"id": ACCOUNT, "venue": VENUE, "limits": {"max_position": "2"}}
    settings = small_settings(tmp_path, accounts=[account])
    async with open_paper_venues(settings, directory(tmp_path), clock()) as venues:
        [setup] = venues.accounts()
    assert setup.limits == RiskLimits(max_position=Decimal(2))


async def test_a_dead_mans_switch_reaches_the_core(tmp_path: Path) -> None:
    wanted = {"timeout_s": 30, "call_off_at_exit": True}
    account = {"id": ACCOUNT, "venue": VENUE, "dead_man": wanted}
    settings = small_settings(tmp_path, accounts=[account])
    async with open_paper_venues(settings, directory(tmp_path), clock()) as venues:
        [setup] = venues.accounts()
    assert setup.dead_man == DeadManPolicy(timeout_s=30.0, call_off_at_exit=True)


@pytest.mark.design_property(31)
async def test_how_bad_a_line_may_be_reaches_the_core(tmp_path: Path) -> None:
    plain = {"id": "plain", "venue": VENUE}
    chosen = {"id": "chosen", "venue": VENUE, "quality": {"answer_p95_s": 0.5, "pause": True}}
    settings = small_settings(tmp_path, accounts=[plain, chosen])
    async with open_paper_venues(settings, directory(tmp_path), clock()) as venues:
        by_default, told = (setup.line for setup in venues.accounts())
    assert by_default == LineLimits()
    assert told == LineLimits(answer_p95_s=0.5, pause=True)


@pytest.mark.parametrize(
    ("mode", "matched", "ended"),
    [
        (None, 2, ["new", "old"]),
        ("ALLOWED", 2, ["new", "old"]),
        ("CANCEL_NEWEST", 0, ["new"]),
        ("CANCEL_OLDEST", 0, ["old"]),
        ("CANCEL_BOTH", 0, ["new", "old"]),
        ("DECREMENT", 0, ["new", "old"]),
    ],
)
async def test_what_orders_of_one_account_do_to_each_other_is_a_setting(
    tmp_path: Path, mode: str | None, matched: int, ended: list[str]
) -> None:
    venue = {"id": VENUE, "listings": [{"symbol": SYMBOL, "price": "64000"}]}
    if mode is not None:
        venue["self_trade"] = mode
    settings = small_settings(tmp_path, paper_venues=[venue])
    async with open_paper_venues(settings, directory(tmp_path), clock()) as venues:
        market = venues.venues[VENUE].market(SYMBOL)
        told = [
            outcome
            for name, side in (("old", Side.BUY), ("new", Side.SELL))
            for outcome in market.place(limit_order(name, side), 1)
        ]
    assert sum(isinstance(each, Matched) for each in told) == matched
    assert sorted(each.order_id for each in told if isinstance(each, Closed)) == ended


def test_a_self_trade_mode_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    venue = {"id": VENUE, "listings": [{"symbol": SYMBOL, "price": "1"}], "self_trade": "NONE"}
    with pytest.raises(InvalidRequest, match=r"self_trade: .*CANCEL_OLDEST"):
        small_settings(tmp_path, paper_venues=[venue])


def limit_order(name: str, side: Side) -> NewOrder:
    return NewOrder(
        order_id=name,
        owner=ACCOUNT,
        side=side,
        type=OrderType.LIMIT,
        quantity=Decimal(1),
        limit_price=Decimal(64_000),
    )


async def first_quotes(settings: Settings, path: Path, *, epoch: int = 1) -> list[MarketEvent]:
    """The first ten quotes of BTC/USDT; nothing may come before the markets are opened."""
    heard: list[MarketEvent] = []
    time = FakeClock()
    async with open_paper_venues(settings, directory(path, epoch=epoch), time) as venues:
        venues.venues[VENUE].tape.subscribe(QUOTES, heard.append)
        assert heard == []
        with ExitStack() as stack:
            venues.open_markets(stack)
            while len(heard) < 10:
                time.advance(0.01)
    return heard


def shown(events: list[MarketEvent]) -> list[tuple[Any, ...]]:
    return [(e.bid, e.ask) for e in events[:10]]  # type: ignore[union-attr]


async def test_the_first_start_shows_what_the_seed_says_and_the_next_goes_on(
    tmp_path: Path,
) -> None:
    listing = {"symbol": "BTC/USDT", "price": "64000", "volatility": 5.0}
    market = {"kind": "synthetic", "seed": 3, "rate_hz": 100}
    venue = {"id": VENUE, "listings": [listing], "market": market}
    settings = small_settings(tmp_path, paper_venues=[venue])
    first = shown(await first_quotes(settings, tmp_path / "a"))
    assert shown(await first_quotes(settings, tmp_path / "b")) == first
    assert shown(await first_quotes(settings, tmp_path / "c", epoch=2)) != first


@pytest.mark.parametrize(
    ("header", "row", "tick"),
    [
        ("timestamp,bid,ask,bid_qty,ask_qty", "0.1,0.20,1,1", "0.1"),
        ("timestamp,price,quantity", "100.125,1", "0.001"),
        ("timestamp,open,high,low,close,volume", "100,101,99,100,5", "1"),
    ],
)
async def test_a_replayed_listing_is_as_fine_as_its_recording(
    tmp_path: Path, header: str, row: str, tick: str
) -> None:
    recording = tmp_path / "recorded.csv"
    rows = [f"{1_700_000_000_000 + 60_000 * i},{row}" for i in range(3)]
    await asyncio.to_thread(recording.write_text, "\n".join([header, *rows]))
    settings = small_settings(tmp_path, paper_venues=[replayed(recording)])
    with open_data_directory(tmp_path / "data") as owned:
        async with open_paper_venues(settings, owned, clock()) as venues:
            instrument = venues.venues[VenueId(VENUE)].instruments[Symbol(SYMBOL)]
    assert instrument.price_rule == FixedTick(Decimal(tick))


async def test_the_settings_say_how_a_recording_fills_orders(tmp_path: Path) -> None:
    recording = tmp_path / "recorded.csv"
    header = "timestamp,open,high,low,close,volume"
    rows = [f"{1_700_000_000_000 + 60_000 * i},100,100,90,90,4" for i in range(3)]
    await asyncio.to_thread(recording.write_text, "\n".join([header, *rows]))
    fills = {"slippage_bps": "100", "max_volume_share": "0.5", "limits_fill": "touch"}
    venue = replayed(recording)
    venue["listings"] = [{"symbol": SYMBOL, "lot": "0.001", "tick": "0.01"}]
    venue["market"]["fills"] = fills
    settings = small_settings(tmp_path, paper_venues=[venue])
    async with open_paper_venues(settings, directory(tmp_path), clock()) as venues:
        market = venues.venues[VENUE].market(SYMBOL)
        assert isinstance(market, RecordedMarket)
        market.on_candle(candle((100, 100, 100, 100), volume=4))
        market.place(market_order("takes", Side.BUY, "1.5"), 150)
        market.place(limit("rests", Side.BUY, 1, 90), 150)
        out = market.on_candle(candle((100, 100, 90, 90), start_ns=200, volume=4))
    assert filled(out, "takes") == amounts((101, "1.5"))
    assert filled(out, "rests") == amounts((90, "0.5"))


async def test_the_settings_say_how_long_the_way_to_a_venue_takes(tmp_path: Path) -> None:
    venue = {**LISTED, "latency": {"request_s": 0.5, "answer_s": 1.5}}
    settings = small_settings(tmp_path, paper_venues=[venue])
    times = FakeClock()
    heard: list[Word] = []
    async with open_paper_venues(settings, directory(tmp_path), times) as venues:
        [setup] = venues.accounts()
        async with setup.open(heard.append) as account:
            assert account.capabilities.absence.expiry_s == 1.0
            assert not heard
            times.advance(1.9)
            assert [type(each) for each in heard] == [Connection]
