"""Positions: one writer, every change one line of history, and sums that are sums."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.evidence import PositionReport
from algotradehub.domain.fill import Effect
from algotradehub.domain.ids import AccountId, ExecutionId, Symbol
from algotradehub.domain.instrument import InstrumentKind, Side
from algotradehub.domain.order import Order, PositionSide
from algotradehub.domain.position import Position, PositionEvent
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import FORMAT_VERSION, PositionCorrected, Record
from algotradehub.ports.store import Changes
from algotradehub.trading.positions import PositionManager
from algotradehub.trading.risk.sums import RunningSums
from tests.unit.trading.words import (
    ACCOUNT,
    BTC,
    SPOT,
    SYMBOL,
    USDT,
    changed,
    facts,
    fee_settled,
    limit,
)

OKX = AccountId("okx-main")
ETH = Symbol("ETH/USDT")
LISTED = {
    (ACCOUNT, SYMBOL): SPOT,
    (OKX, SYMBOL): SPOT,
    (OKX, Symbol("BTC/USDT:USDT")): changed(
        SPOT, symbol=Symbol("BTC/USDT:USDT"), kind=InstrumentKind.PERPETUAL
    ),
    (ACCOUNT, ETH): changed(SPOT, symbol=ETH, base="ETH"),
}


def manager() -> tuple[PositionManager, RunningSums]:
    sums = RunningSums()
    made = PositionManager(sums=sums)
    for (account, _), instrument in LISTED.items():
        made.list_instrument(account, instrument)
    return made, sums


def order(
    account: AccountId = ACCOUNT,
    symbol: Symbol = SYMBOL,
    side: Side = Side.BUY,
    position_side: PositionSide = PositionSide.NET,
) -> Order:
    request = limit(account=account, symbol=symbol, side=side, position_side=position_side)
    return Order(
        order_id="o",  # type: ignore[arg-type]
        request=request,
        legs=(),
        created_ns=0,
        send_before_ns=0,
        reserve_price=Decimal(1),
    )


def record(seq: int) -> Record:
    return Record(
        v=FORMAT_VERSION,
        seq=seq,
        at_ns=seq * 10,
        account=ACCOUNT,
        account_seq=seq,
        kind=Kind.EVENT,
        body=None,
    )


def fill(
    positions: PositionManager,
    changes: Changes,
    of: Order,
    traded: tuple[int, int],
    seq: int = 1,
) -> Position:
    """Have ``of`` fill a quantity at a price."""
    quantity, price = traded
    effect = Effect(side=of.request.side, quantity=Decimal(quantity), price=Decimal(price))
    return positions.fill(record(seq), of, effect, ExecutionId(f"e{seq}"), changes)


fills = st.lists(
    st.tuples(
        st.sampled_from([*LISTED]), st.sampled_from(Side), st.integers(1, 5), st.integers(1, 200)
    ),
    max_size=25,
)


@pytest.mark.design_property(26)
@given(fills)
def test_quantity_cost_and_profit_follow_from_the_fills(
    told: list[tuple[tuple[AccountId, Symbol], Side, int, int]],
) -> None:
    """Buys add, sells subtract; profit at any price is what the fills would be worth at it."""
    positions, sums = manager()
    changes = Changes(applied_seq=0)
    mark = Decimal(77)
    for seq, ((account, symbol), side, quantity, price) in enumerate(told, 1):
        fill(positions, changes, order(account, symbol, side), (quantity, price), seq)
    for (account, symbol), instrument in LISTED.items():
        mine = [(side, q, p) for key, side, q, p in told if key == (account, symbol)]
        held = positions.get(account, symbol)
        assert (held is not None) == bool(mine)
        if held is None:
            continue
        assert held.quantity == sum(side.sign * q for side, q, _ in mine)
        assert sums.of(account, symbol).position == held.quantity
        profit = held.realized + held.unrealized(mark, instrument)
        assert profit.quantize(Decimal("1e-20")) == sum(
            side.sign * q * (mark - p) for side, q, p in mine
        )
        if held.quantity:
            assert held.average_price is not None
            unrealized = (mark - held.average_price) * held.quantity
            difference = held.unrealized(mark, instrument) - unrealized
            assert abs(difference) < Decimal("1e-20")


@pytest.mark.design_property(28)
@given(fills)
def test_every_change_is_one_line_of_history(
    told: list[tuple[tuple[AccountId, Symbol], Side, int, int]],
) -> None:
    """Each line begins where the one before it ended, and says what happened."""
    positions, _ = manager()
    changes = Changes(applied_seq=0)
    for seq, ((account, symbol), side, quantity, price) in enumerate(told, 1):
        fill(positions, changes, order(account, symbol, side), (quantity, price), seq)
    lines = changes.position_changes
    assert [line.seq for line in lines] == list(range(1, len(told) + 1))
    assert [line.execution_id for line in lines] == [f"e{line.seq}" for line in lines]
    for account, symbol in LISTED:
        own = [
            line
            for line in lines
            if (line.position.account, line.position.symbol) == (account, symbol)
        ]
        if own:
            assert (own[0].previous_quantity, own[0].previous_cost) == ("0", "0")
            assert own[0].event is PositionEvent.OPEN
            assert own[-1].position == positions.get(account, symbol)
        for before, after in pairwise(own):
            assert Decimal(after.previous_quantity) == before.position.quantity
            assert Decimal(after.previous_cost) == before.position.cost
            assert (after.event is PositionEvent.OPEN) == (not before.position.quantity)
            assert (after.event is PositionEvent.CLOSE) == (not after.position.quantity)


@pytest.mark.design_property(25)
@given(fills, st.sets(st.sampled_from([ACCOUNT, OKX])))
def test_aggregated_positions_are_the_sums_of_the_single_ones(
    told: list[tuple[tuple[AccountId, Symbol], Side, int, int]], wanted: set[AccountId]
) -> None:
    """Three views of the same: per account and symbol, per asset, and all."""
    positions, _ = manager()
    changes = Changes(applied_seq=0)
    for (account, symbol), side, quantity, price in told:
        fill(positions, changes, order(account, symbol, side), (quantity, price))
    for accounts in (None, frozenset(wanted)):
        single = positions.all(accounts)
        involved = {account for (account, _), *_ in told}
        assert {held.account for held in single} == (
            involved if accounts is None else involved & accounts
        )
        together = positions.aggregated(accounts)
        assert len({line.asset for line in together}) == len(together)
        assert sorted(map(repr, (held for line in together for held in line.positions))) == sorted(
            map(repr, single)
        )
        for line in together:
            for field in ("quantity", "cost", "realized"):
                parts = [getattr(held, field) for held in line.positions]
                assert getattr(line, field) == sum(parts, Decimal(0))
            expected = line.cost / line.quantity if line.quantity else None
            assert line.average_price == expected


def test_long_and_short_are_two_positions_of_one_instrument() -> None:
    positions, sums = manager()
    changes = Changes(applied_seq=0)
    fill(positions, changes, order(position_side=PositionSide.LONG), (3, 100))
    fill(positions, changes, order(side=Side.SELL, position_side=PositionSide.SHORT), (2, 100))
    assert positions.get(ACCOUNT, SYMBOL) is None
    long, short = (
        positions.get(ACCOUNT, SYMBOL, side) for side in (PositionSide.LONG, PositionSide.SHORT)
    )
    assert long is not None
    assert short is not None
    assert facts(long.quantity, short.quantity) == (3, -2)
    assert sums.of(ACCOUNT, SYMBOL).position == 1


@pytest.mark.design_property(28)
def test_a_settled_fee_is_a_line_of_history_too() -> None:
    """In the base asset it takes quantity away, so the chain would break without it."""
    positions, _ = manager()
    changes = Changes(applied_seq=0)
    effect = Effect(side=Side.BUY, quantity=Decimal(1), price=Decimal(100), fee=None)
    held = positions.fill(record(1), order(), effect, None, changes)
    assert held.fees_unknown == 1
    settled = positions.settle_fee(record(2), order(), fee_settled(), changes)
    assert (settled.fees, settled.fees_unknown) == ({USDT: Decimal("0.2")}, 0)
    in_base = fee_settled(fee=Decimal("0.1"), fee_asset=BTC)
    last = positions.settle_fee(record(3), order(), in_base, changes)
    assert last.quantity == Decimal("0.9")
    assert changes.positions[ACCOUNT, SYMBOL, PositionSide.NET] == last
    assert [line.event for line in changes.position_changes] == [
        PositionEvent.OPEN,
        PositionEvent.CORRECT,
        PositionEvent.CORRECT,
    ]
    assert [line.previous_quantity for line in changes.position_changes] == ["0", "1", "1"]
    assert [line.position for line in changes.position_changes[1:]] == [settled, last]


def test_what_was_restored_counts() -> None:
    positions, sums = manager()
    positions.restore(Position(account=OKX, symbol=SYMBOL, quantity=Decimal(-4)))
    assert sums.of(OKX, SYMBOL).position == -4
    assert positions.instrument(OKX, SYMBOL) == SPOT
    assert positions.instrument(OKX, ETH) is None


@pytest.mark.design_property(27)
def test_the_venues_report_changes_nothing_of_ours() -> None:
    positions, sums = manager()
    fill(positions, Changes(applied_seq=0), order(), (3, 100))
    for quantity in (5, 4):
        positions.report(
            ACCOUNT,
            PositionReport(
                symbol=SYMBOL,
                position_side=PositionSide.NET,
                quantity=Decimal(quantity),
                entry_price=None,
                venue_time_ns=1,
            ),
        )
    assert [word.quantity for word in positions.reported(ACCOUNT)] == [4]
    assert list(positions.reported(OKX)) == []
    held = positions.get(ACCOUNT, SYMBOL)
    assert held is not None
    assert held.quantity == sums.of(ACCOUNT, SYMBOL).position == 3


@pytest.mark.design_property(27)
@pytest.mark.design_property(28)
def test_a_correction_is_a_line_of_history() -> None:
    """It is booked as if it had traded, and named for what it is."""
    made, sums = manager()
    changes = Changes(applied_seq=1)
    held = fill(made, changes, order(), (2, 100))
    word = PositionCorrected(
        symbol=SYMBOL, side=PositionSide.NET, quantity=Decimal(-5), price=Decimal(110)
    )
    flipped = made.correct(record(2), word, changes)
    assert facts(flipped.quantity, flipped.cost, flipped.realized) == (-3, -330, 20)
    assert made.get(ACCOUNT, SYMBOL) == flipped
    assert sums.of(ACCOUNT, SYMBOL).position == -3
    line = changes.position_changes[-1]
    assert (line.event, line.execution_id, line.seq) == (PositionEvent.RECONCILE, None, 2)
    assert (line.position, line.previous_quantity) == (flipped, f"{held.quantity:f}")
    assert changes.positions[ACCOUNT, SYMBOL, PositionSide.NET] == flipped
