"""Positions against a model in whole fractions, under any fills, flips, fees and corrections."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.fill import Effect
from algotradehub.domain.ids import AccountId, Asset
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.position import Position, PositionEvent, fee_settled, filled, worth
from tests.unit.domain.examples import INVERSE, LINEAR, SPOT

BASE, QUOTE, THIRD = SPOT.base, SPOT.quote, Asset("BNB")
NEAR = Fraction(1, 10**35)  # what fifty digits may lose over a short history

prices = st.integers(1, 300).map(Decimal)
quantities = st.integers(1, 5).map(Decimal)
# Tenths of a per cent of a unit, as fees are; negative is a rebate.
fees = st.integers(-3, 3).map(lambda units: Decimal(units).scaleb(-3))
sides = st.sampled_from(Side)
plain = st.builds(
    Effect, side=sides, quantity=quantities, price=prices, fee=fees, fee_asset=st.just(QUOTE)
)
corrections = st.builds(
    Effect,
    side=sides,
    quantity=st.integers(0, 2).map(Decimal),
    price=prices,
    correction=st.integers(-9, 9).map(Decimal),
    fee=st.none() | fees,
    fee_asset=st.sampled_from([None, BASE, QUOTE, THIRD]),
)
instruments = st.sampled_from([SPOT, LINEAR, INVERSE])


def flat(instrument: Instrument) -> Position:
    return Position(account=AccountId("kraken-main"), symbol=instrument.symbol)


def fold(instrument: Instrument, effects: Sequence[Effect]) -> list[Position]:
    positions = [flat(instrument)]
    for at_ns, effect in enumerate(effects, 1):
        moved, _ = filled(positions[-1], effect, instrument, at_ns)
        positions.append(moved)
    return positions


class Model:
    """Average cost, exactly."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self.quantity = self.cost = self.realized = Fraction(0)

    def worth(self, quantity: Fraction, price: Decimal) -> Fraction:
        if self._instrument.inverse:
            return -quantity * Fraction(self._instrument.contract_size) / Fraction(price)
        return quantity * Fraction(price)

    def fill(self, effect: Effect) -> None:
        signed = Fraction(effect.quantity) * effect.side.sign
        if self.quantity * signed < 0:
            closing = min(abs(signed), abs(self.quantity)) * effect.side.sign
            released = self.cost * -closing / self.quantity
            self.realized += -self.worth(closing, effect.price) - released
            self.cost -= released
            self.quantity += closing
            signed -= closing
        self.cost += self.worth(signed, effect.price)
        self.quantity += signed

    def near(self, position: Position) -> bool:
        pairs = (
            (position.quantity, self.quantity),
            (position.cost, self.cost),
            (position.realized, self.realized),
        )
        return all(abs(Fraction(seen) - exact) < NEAR for seen, exact in pairs)


@pytest.mark.design_property(26)
@given(instruments, st.lists(plain, max_size=12))
def test_quantity_cost_and_profit_are_those_of_the_model(
    instrument: Instrument, effects: list[Effect]
) -> None:
    model = Model(instrument)
    for effect, position in zip(effects, fold(instrument, effects)[1:], strict=True):
        model.fill(effect)
        assert model.near(position)
        assert position.quantity or not position.cost


@given(
    st.sampled_from([SPOT, LINEAR]),
    st.lists(plain | corrections, max_size=12),
)
def test_cost_less_realized_is_all_that_was_traded(
    instrument: Instrument, effects: list[Effect]
) -> None:
    traded = Fraction(0)
    for effect, position in zip(effects, fold(instrument, effects)[1:], strict=True):
        value = effect.quantity * effect.price + effect.correction
        traded += effect.side.sign * Fraction(value)
        assert abs(Fraction(position.cost) - Fraction(position.realized) - traded) < NEAR


@pytest.mark.design_property(26)
@given(instruments, st.lists(plain | corrections, max_size=12))
def test_quantity_is_the_signed_sum_less_fees_taken_in_base(
    instrument: Instrument, effects: list[Effect]
) -> None:
    expected = Decimal(0)
    for effect, position in zip(effects, fold(instrument, effects)[1:], strict=True):
        expected += effect.side.sign * effect.quantity
        if instrument.is_spot and effect.fee_asset == instrument.base:
            expected -= effect.fee or 0
        assert position.quantity == expected


@given(instruments, st.lists(corrections, max_size=12))
def test_fees_add_up_by_asset_and_the_unknown_ones_are_counted(
    instrument: Instrument, effects: list[Effect]
) -> None:
    last = fold(instrument, effects)[-1]
    for asset in (BASE, QUOTE, THIRD):
        told = (e.fee for e in effects if e.fee is not None and e.fee_asset == asset)
        assert last.fees.get(asset, 0) == sum(told)
    assert last.fees_unknown == sum(effect.fee is None for effect in effects)


@pytest.mark.design_property(26)
@given(st.sampled_from([SPOT, LINEAR]), sides, st.lists(plain, min_size=1, max_size=8))
def test_while_only_growing_the_entry_is_the_weighted_average(
    instrument: Instrument, side: Side, effects: list[Effect]
) -> None:
    grown = [msgspec.structs.replace(effect, side=side) for effect in effects]
    last = fold(instrument, grown)[-1]
    quantity = sum(effect.quantity for effect in grown)
    average = sum(effect.price * effect.quantity for effect in grown) / quantity
    assert last.average_price == last.entry_price(instrument) == average
    assert last.realized == 0


@given(st.lists(plain, min_size=1, max_size=8))
def test_the_entry_of_an_inverse_position_is_the_harmonic_average(effects: list[Effect]) -> None:
    grown = [msgspec.structs.replace(effect, side=Side.SELL) for effect in effects]
    entry = fold(INVERSE, grown)[-1].entry_price(INVERSE)
    assert entry is not None
    quantity = sum((Fraction(effect.quantity) for effect in grown), Fraction(0))
    parts = (Fraction(effect.quantity) / Fraction(effect.price) for effect in grown)
    inverse = sum(parts, Fraction(0))
    assert abs(Fraction(entry) - quantity / inverse) < NEAR


@pytest.mark.design_property(26)
@given(st.lists(plain, max_size=10), prices)
def test_unrealized_is_the_way_from_entry_to_mark(effects: list[Effect], mark: Decimal) -> None:
    last = fold(LINEAR, effects)[-1]
    entry = last.entry_price(LINEAR)
    unrealized = Fraction(last.unrealized(mark, LINEAR))
    if entry is None:
        assert unrealized == 0
    else:
        expected = (Fraction(mark) - Fraction(entry)) * Fraction(last.quantity)
        assert abs(unrealized - expected) < NEAR


@given(instruments, st.lists(plain, max_size=10), prices, st.randoms(use_true_random=False))
def test_profit_at_a_mark_does_not_depend_on_the_order_of_fills(
    instrument: Instrument, effects: list[Effect], mark: Decimal, random: object
) -> None:
    shuffled = list(effects)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    totals = [
        Fraction(last.realized) + Fraction(last.unrealized(mark, instrument))
        for last in (fold(instrument, effects)[-1], fold(instrument, shuffled)[-1])
    ]
    assert abs(totals[0] - totals[1]) < NEAR


@given(instruments, plain, prices)
def test_a_long_gains_as_the_price_rises(
    instrument: Instrument, effect: Effect, mark: Decimal
) -> None:
    last = fold(instrument, [effect])[-1]
    gains = (mark - effect.price) * effect.side.sign
    profit = last.unrealized(mark, instrument)
    assert (profit > 0) == (gains > 0)
    assert (profit < 0) == (gains < 0)


@given(st.lists(plain, max_size=10))
def test_every_step_is_named_for_what_it_did(effects: list[Effect]) -> None:
    position = flat(LINEAR)
    for at_ns, effect in enumerate(effects, 1):
        before = position.quantity
        position, event = filled(position, effect, LINEAR, at_ns)
        now = position.quantity
        if not before:
            expected = PositionEvent.OPEN
        elif not now:
            expected = PositionEvent.CLOSE
        elif before * now < 0:
            expected = PositionEvent.FLIP
        else:
            grew = abs(now) > abs(before)
            expected = PositionEvent.INCREASE if grew else PositionEvent.DECREASE
        assert event is expected
        opened = event in {PositionEvent.OPEN, PositionEvent.FLIP}
        assert (position.opened_ns == at_ns) == opened
        assert position.updated_ns == at_ns


def test_a_fee_in_base_is_taken_out_at_cost() -> None:
    bought = Effect(
        side=Side.BUY,
        quantity=Decimal(10),
        price=Decimal(100),
        fee=Decimal("0.1"),
        fee_asset=BASE,
    )
    spot = fold(SPOT, [bought])[-1]
    assert spot.quantity == Decimal("9.9")
    assert spot.average_price == 100
    assert spot.realized == -10
    contract = fold(LINEAR, [bought])[-1]
    assert contract.quantity == 10


@given(quantities, prices, fees, st.sampled_from([BASE, QUOTE, THIRD]))
def test_a_fee_told_later_moves_what_it_would_have_moved_at_once(
    quantity: Decimal, price: Decimal, fee: Decimal, asset: Asset
) -> None:
    at_once = Effect(side=Side.BUY, quantity=quantity, price=price, fee=fee, fee_asset=asset)
    unknown = msgspec.structs.replace(at_once, fee=None, fee_asset=None)
    waiting = fold(SPOT, [unknown])[-1]
    assert waiting.fees_unknown == 1
    settled = fee_settled(waiting, fee, asset, SPOT, 1)
    assert settled == fold(SPOT, [at_once])[-1]


def test_a_correction_of_what_opened_moves_cost_and_of_what_closed_moves_profit() -> None:
    correction = Effect(
        side=Side.BUY,
        quantity=Decimal(0),
        price=Decimal(100),
        correction=Decimal(7),
        fee=Decimal(0),
    )
    bought, sold = (
        Effect(side=side, quantity=Decimal(2), price=Decimal(100), fee=Decimal(0)) for side in Side
    )
    long = fold(LINEAR, [bought, correction])[-1]
    assert (long.cost, long.realized) == (Decimal(207), Decimal(0))
    closed = fold(LINEAR, [sold, bought, correction])[-1]
    assert (closed.cost, closed.realized) == (Decimal(0), Decimal(-7))
    _, event = filled(long, correction, LINEAR, 9)
    assert event is PositionEvent.CORRECT


@given(quantities, st.integers(-200, 200))
def test_a_correction_of_an_inverse_contract_is_in_the_settle_asset(
    quantity: Decimal, basis_points: int
) -> None:
    """Exact but for the square of the step, here at most two per cent."""
    provisional, real = Decimal(50_000), Decimal(50_000) + 5 * basis_points
    effects = [
        Effect(side=Side.BUY, quantity=quantity, price=provisional, fee=Decimal(0)),
        Effect(
            side=Side.BUY,
            quantity=Decimal(0),
            price=real,
            correction=(real - provisional) * quantity,
            fee=Decimal(0),
        ),
    ]
    cost = fold(INVERSE, effects)[-1].cost
    exact = worth(INVERSE, quantity, real)
    assert abs(cost - exact) <= abs(exact) * (Decimal(basis_points) / 10_000) ** 2 * 2
