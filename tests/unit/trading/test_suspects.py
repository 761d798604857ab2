"""What no order explains: believed when the venue says it twice, then posted for all to see."""

from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal

import pytest

from algotradehub.app.core import memory_store
from algotradehub.app.restoring import restore
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.difference import Difference, Subject
from algotradehub.domain.evidence import Balance, PositionReport
from algotradehub.domain.ids import Asset, Symbol
from algotradehub.domain.instrument import Instrument, InstrumentKind
from algotradehub.domain.order import PositionSide
from algotradehub.domain.position import Position
from algotradehub.domain.records import BalanceCorrected, Differed, Listed, PositionCorrected
from algotradehub.ports.bus import Alert
from algotradehub.trading.state import DeskState
from tests.fakes.account import ALL
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.words import ACCOUNT, BTC, SPOT, SYMBOL, USDT, changed, facts

SETTLE_S = ALL.absence.settle_s
PERP = changed(SPOT, symbol=Symbol("BTC/USDT:USDT"), kind=InstrumentKind.PERPETUAL)
INVERSE = changed(
    PERP, symbol=Symbol("BTC/USD:BTC"), settle=BTC, inverse=True, contract_size=Decimal(100)
)
NET, LONG, SHORT = PositionSide.NET, PositionSide.LONG, PositionSide.SHORT


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    """An account that began with 1000 USDT, and knows contracts."""
    bench = open_bench(recovers=True)
    for instrument in (SPOT, PERP, INVERSE):
        bench.recorder.keep(ACCOUNT, Listed(instrument=instrument))
    told(bench, 1000)
    return bench


def told(bench: Bench, total: int, asset: Asset = USDT) -> Sequence[Difference]:
    """Compare with a venue that tells this balance."""
    amount = Decimal(total)
    bench.account.held = [Balance(asset=asset, total=amount, available=amount, venue_time_ns=1)]
    return compare(bench)


def compare(bench: Bench) -> Sequence[Difference]:
    report = bench.loop.run(bench.recovery.reconcile())
    assert report.skipped is None
    return report.differences


def compare_twice(bench: Bench) -> Sequence[Difference]:
    assert not compare(bench)
    bench.advance(SETTLE_S)
    return compare(bench)


def usdt(bench: Bench) -> AssetBalance:
    balance = bench.state.balances.get(ACCOUNT, USDT)
    assert balance is not None
    return balance


def corrections(bench: Bench) -> list[BalanceCorrected | PositionCorrected]:
    kinds = (BalanceCorrected, PositionCorrected)
    return [body for body in bench.journaled() if isinstance(body, kinds)]


# Balances


@pytest.mark.design_property(27)
def test_what_the_venue_says_twice_is_posted_for_all_to_see(bench: Bench) -> None:
    assert not told(bench, 1100)
    bench.advance(SETTLE_S)
    difference = Difference(
        subject=Subject.BALANCE,
        name="USDT",
        ours="1000",
        theirs="1100",
        meaning="no order or fill explains it; corrected, and kept apart as unexplained: "
        "a deposit, a withdrawal, a fee or interest",
    )
    assert told(bench, 1100) == [difference]
    assert corrections(bench) == [BalanceCorrected(asset=USDT, amount=Decimal(100))]
    (differed,) = [body for body in bench.journaled() if isinstance(body, Differed)]
    assert differed.differences == (difference,)
    now = usdt(bench)
    assert facts(now.expected, now.total, now.suspense, now.opening) == (1100, 1100, 100, 1000)
    (alert,) = [fact for fact in bench.facts if isinstance(fact, Alert)]
    assert (alert.name, alert.account) == ("balance_corrected", ACCOUNT)
    assert "USDT: 1000 by our books, 1100 at the venue" in alert.detail
    bench.advance(SETTLE_S)
    assert not told(bench, 1100)
    assert bench.alerts() == ["balance_corrected"]


@pytest.mark.parametrize("apart_s", [0, SETTLE_S - 0.1])
def test_twice_too_soon_is_not_believed(bench: Bench, apart_s: float) -> None:
    told(bench, 1100)
    bench.advance(apart_s)
    assert not told(bench, 1100)
    bench.advance(SETTLE_S - apart_s)
    assert told(bench, 1100), "counted from when it was first seen"


def test_time_is_counted_between_the_answers(bench: Bench) -> None:
    """From the last answer of the first time to the first question of the second."""
    bench.account.answer_s = 1
    told(bench, 1100)
    bench.advance(SETTLE_S - 1.1)
    assert not told(bench, 1100), "it was asked for 1 s later, before settle_s had passed"


def test_a_difference_that_changes_is_not_believed(bench: Bench) -> None:
    for total in (1100, 1200, 1100, 900):
        assert not told(bench, total)
        bench.advance(SETTLE_S)
    assert told(bench, 900)
    assert usdt(bench).suspense == -100


@pytest.mark.parametrize("between", ["equal", "something under way"])
def test_what_was_not_there_between_is_not_the_same(bench: Bench, between: str) -> None:
    told(bench, 1100)
    bench.advance(SETTLE_S)
    if between == "equal":
        told(bench, 1000)
    else:
        bench.state.moved_ns[ACCOUNT] = bench.clock.now_ns()
        assert bench.loop.run(bench.recovery.reconcile()).skipped
    bench.advance(SETTLE_S)
    assert not told(bench, 1100)
    bench.advance(SETTLE_S)
    assert told(bench, 1100)


def test_assets_are_told_apart(bench: Bench) -> None:
    told(bench, 5, BTC)
    told(bench, 7, BTC)
    bench.advance(SETTLE_S)
    (difference,) = told(bench, 1002)  # as much more as of the other one
    assert difference.name == BTC
    bench.advance(SETTLE_S)
    (difference,) = told(bench, 1002)
    assert difference.name == USDT


# Positions


def holds(
    bench: Bench,
    quantity: int,
    price: int | None = 101,
    instrument: Instrument = PERP,
    side: PositionSide = NET,
) -> None:
    bench.account.holdings = [
        PositionReport(
            symbol=instrument.symbol,
            position_side=side,
            quantity=Decimal(quantity),
            entry_price=None if price is None else Decimal(price),
            venue_time_ns=1,
        )
    ]


def held(bench: Bench, instrument: Instrument = PERP, side: PositionSide = NET) -> Position:
    position = bench.state.positions.get(ACCOUNT, instrument.symbol, side)
    assert position is not None
    return position


@pytest.mark.design_property(27)
@pytest.mark.parametrize("quantity", [5, -5])
def test_a_position_of_contracts_is_corrected_at_the_venues_price(
    bench: Bench, quantity: int
) -> None:
    holds(bench, quantity)
    (difference,) = compare_twice(bench)
    assert (difference.subject, difference.name) == (Subject.POSITION, "BTC/USDT:USDT NET")
    assert (difference.ours, difference.theirs) == ("0", str(quantity))
    assert "a liquidation, or trades older than the venue lists" in difference.meaning
    assert bench.alerts() == ["position_corrected"]
    now = held(bench)
    assert facts(now.quantity, now.entry_price(PERP), now.realized) == (quantity, 101, 0)
    assert corrections(bench) == [
        PositionCorrected(
            symbol=PERP.symbol, side=NET, quantity=Decimal(quantity), price=Decimal(101)
        )
    ]
    assert not compare_twice(bench)


def test_what_is_missing_in_the_list_is_flat(bench: Bench) -> None:
    """It leaves at our own price: nobody knows what it brought."""
    holds(bench, 5)
    compare_twice(bench)
    bench.account.holdings = []
    (difference,) = compare_twice(bench)
    assert (difference.ours, difference.theirs) == ("5", "0")
    now = held(bench)
    assert facts(now.quantity, now.cost, now.realized) == (0, 0, 0)


def test_what_the_venue_does_not_price_grows_at_our_own_price(bench: Bench) -> None:
    holds(bench, 5)
    compare_twice(bench)
    holds(bench, 7, None)
    assert compare_twice(bench)
    assert facts(held(bench).quantity, held(bench).entry_price(PERP)) == (7, 101)


def test_sides_are_told_apart(bench: Bench) -> None:
    holds(bench, 5, side=LONG)
    compare_twice(bench)
    holds(bench, -5, side=SHORT)
    assert [difference.theirs for difference in compare_twice(bench)] == ["-5", "0"]
    assert facts(held(bench, side=LONG).quantity, held(bench, side=SHORT).quantity) == (0, -5)


@pytest.mark.parametrize("instrument", [PERP, INVERSE])
def test_what_has_no_price_cannot_be_booked_yet(bench: Bench, instrument: Instrument) -> None:
    holds(bench, 5, None, instrument)
    for _ in range(2):
        assert not compare(bench)
        bench.advance(SETTLE_S)
    holds(bench, 5, 101, instrument)
    assert compare(bench)
    assert held(bench, instrument).quantity == 5


def test_a_position_in_what_is_not_listed_is_passed_over(bench: Bench) -> None:
    holds(bench, 5, instrument=changed(PERP, symbol=Symbol("ETH/USDT:USDT")))
    assert not compare_twice(bench)


def test_what_is_held_of_an_asset_is_no_position(bench: Bench) -> None:
    holds(bench, 5, instrument=SPOT)
    assert not compare_twice(bench)
    assert bench.state.positions.get(ACCOUNT, SYMBOL) is None


# Corrections are records


def books(state: DeskState) -> list[AssetBalance | Position]:
    positions = sorted(state.positions.all(), key=lambda position: position.symbol)
    assert len(positions) == 2
    return [*state.balances.all(), *positions]


def test_a_replay_of_corrections_gives_the_same_books(bench: Bench) -> None:
    told(bench, 1100)
    holds(bench, 5)
    compare_twice(bench)
    holds(bench, 3, instrument=INVERSE)
    compare_twice(bench)
    assert len(corrections(bench)) == 4
    bench.advance(1)
    before = books(bench.state)
    assert usdt(bench).suspense == 100
    with closing(memory_store()) as empty:
        again = restore(empty, bench.journal, now_ns=bench.clock.now_ns())
        assert books(again) == before
    bench.restart()
    assert books(bench.state) == before
