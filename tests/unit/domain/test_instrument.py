"""Price and lot rules: what is rounded is valid, never worse, and nothing valid is nearer."""

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from algotradehub.domain.instrument import (
    FixedTick,
    Instrument,
    InstrumentKind,
    PriceRule,
    Side,
    SignificantFigures,
    TickBands,
)
from algotradehub.domain.money import NotMoney, parse, text
from tests.unit.domain.examples import INVERSE, LINEAR, SPOT

TICKS = [Decimal(tick) for tick in ("0.00000001", "0.01", "0.05", "0.25", "0.3", "1", "5", "100")]
BANDS = TickBands(
    bands=(
        (Decimal(0), Decimal("0.01")),
        (Decimal(10), Decimal("0.05")),
        (Decimal(1000), Decimal("0.5")),
        (Decimal(5000), Decimal(5)),
    )
)

rules: st.SearchStrategy[PriceRule] = st.one_of(
    st.sampled_from(TICKS).map(FixedTick),
    st.builds(SignificantFigures, st.integers(1, 6), st.integers(0, 8)),
    st.just(BANDS),
)
# Around the borders of bands and decades, and anywhere.
prices = st.one_of(
    st.integers(1, 10**13).map(lambda units: Decimal(units).scaleb(-6)),
    st.tuples(
        st.sampled_from([Decimal(10), Decimal(1000), Decimal(5000), Decimal("0.1")]),
        st.integers(-1000, 1000),
    ).map(lambda drawn: max(drawn[0] + Decimal(drawn[1]).scaleb(-6), Decimal("0.000001"))),
)
sides = st.sampled_from(Side)


def with_rule(rule: PriceRule) -> Instrument:
    return msgspec.structs.replace(SPOT, price_rule=rule)


def is_valid(price: Decimal, rule: PriceRule) -> bool:
    """The rules as their venues word them, without our arithmetic."""
    if isinstance(rule, FixedTick):
        return Fraction(price) % Fraction(rule.tick) == 0
    if isinstance(rule, TickBands):
        tick = [tick for start, tick in rule.bands if start <= abs(price)][-1]
        return Fraction(price) % Fraction(tick) == 0
    if price == price.to_integral_value():
        return True
    _, digits, exponent = price.normalize().as_tuple()
    assert isinstance(exponent, int)
    return -exponent <= rule.max_decimals and len(digits) <= rule.figures


@given(rules, prices)
def test_validity_is_what_the_venue_says(rule: PriceRule, price: Decimal) -> None:
    assert with_rule(rule).is_valid_price(price) == is_valid(price, rule)


@given(rules, prices)
def test_the_nearest_price_is_valid(rule: PriceRule, price: Decimal) -> None:
    nearest = with_rule(rule).nearest_price(price)
    assert is_valid(nearest, rule)
    assert is_valid(-nearest, rule)
    assert with_rule(rule).nearest_price(-price) == -nearest


@given(rules, prices, st.integers(-2, 2), st.integers(-30, 30))
def test_no_valid_price_is_nearer(rule: PriceRule, price: Decimal, whole: int, steps: int) -> None:
    """Candidates: every step of the finest grid around, and the borders of bands and decades."""
    instrument = with_rule(rule)
    distance = abs(instrument.nearest_price(price) - price)
    finest = instrument.price_step(price / 2)
    grid = (price / finest).to_integral_value() * finest
    for candidate in (grid + steps * finest, price.to_integral_value() + whole):
        if is_valid(candidate, rule):
            assert distance <= abs(candidate - price)


@given(rules, prices, sides)
def test_a_passive_price_is_valid_and_never_worse(
    rule: PriceRule, price: Decimal, side: Side
) -> None:
    instrument = with_rule(rule)
    passive = instrument.passive_price(price, side)
    assert is_valid(passive, rule)
    assert (passive - price) * side.sign <= 0
    assert abs(passive - price) < instrument.price_step(price)


@given(rules, prices)
def test_a_valid_price_is_left_alone(rule: PriceRule, price: Decimal) -> None:
    instrument = with_rule(rule)
    valid = instrument.nearest_price(price)
    assert instrument.nearest_price(valid) == valid
    assert instrument.passive_price(valid, Side.BUY) == valid
    assert instrument.passive_price(valid, Side.SELL) == valid


@given(rules, st.integers(1, 10**15 - 1), st.integers(0, 15))
def test_a_book_level_gives_its_wire_price_back(rule: PriceRule, digits: int, places: int) -> None:
    instrument = with_rule(rule)
    price = instrument.nearest_price(Decimal(digits).scaleb(-places))
    assume(len(price.normalize().as_tuple().digits) <= 15)
    assert instrument.price_of(float(text(price))) == price


lots = st.sampled_from(TICKS)
quantities = st.integers(0, 10**13).map(lambda units: Decimal(units).scaleb(-8))


@given(lots, quantities)
def test_quantities_are_rounded_to_the_lots_around_them(lot: Decimal, quantity: Decimal) -> None:
    instrument = msgspec.structs.replace(SPOT, lot=lot)
    down, up = instrument.quantity_down(quantity), instrument.quantity_up(quantity)
    assert down <= quantity <= up
    assert up - down in (0, lot)
    assert Fraction(down) % Fraction(lot) == 0
    assert (up == down) == (Fraction(quantity) % Fraction(lot) == 0)


@given(quantities)
def test_market_orders_may_have_a_coarser_lot(quantity: Decimal) -> None:
    coarse = msgspec.structs.replace(SPOT, lot=Decimal("0.001"), market_lot=Decimal(1))
    assert coarse.quantity_down(quantity, market=True) == quantity // 1
    assert coarse.quantity_down(quantity) == quantity // Decimal("0.001") * Decimal("0.001")
    assert SPOT.lot_of(market=True) == SPOT.lot


@given(st.text(alphabet="0123456789.E-", max_size=12), rules)
def test_any_amount_from_outside_can_be_rounded(words: str, rule: PriceRule) -> None:
    try:
        price = parse(words)
    except NotMoney:
        return
    with_rule(rule).nearest_price(price)
    SPOT.quantity_down(price)


def test_notional_is_in_quote_units() -> None:
    assert SPOT.notional(Decimal(100), Decimal(3)) == 300
    assert INVERSE.notional(Decimal(100), Decimal(3)) == 300  # 3 contracts of 100
    assert INVERSE.notional(Decimal(50000), Decimal(3)) == 300


@pytest.mark.parametrize("kind", list(InstrumentKind))
def test_spot_and_equity_move_the_asset_itself(kind: InstrumentKind) -> None:
    moves = kind in {InstrumentKind.SPOT, InstrumentKind.EQUITY}
    assert msgspec.structs.replace(SPOT, kind=kind).is_spot == moves
    assert not LINEAR.is_spot


def test_sides() -> None:
    for side in Side:
        assert side.opposite.sign == -side.sign
        assert side.opposite.opposite is side
    assert Side.BUY.sign == 1


@pytest.mark.parametrize("tick", ["0", "-0.1", "NaN", "Infinity"])
def test_a_tick_is_a_positive_number(tick: str) -> None:
    with pytest.raises(ValueError, match="tick must be positive"):
        FixedTick(Decimal(tick))
    with pytest.raises(ValueError, match="tick must be positive"):
        TickBands(bands=((Decimal(0), Decimal(tick)),))
    with pytest.raises(ValueError, match="lot must be positive"):
        msgspec.structs.replace(SPOT, lot=Decimal(tick))


@pytest.mark.parametrize(
    ("bands", "complaint"),
    [
        ((), "must rise from 0"),
        ((("1", "0.1"),), "must rise from 0"),
        ((("0", "0.1"), ("10", "0.5"), ("5", "1")), "must rise from 0"),
        ((("0", "0.1"), ("10", "0.5"), ("10", "1")), "must rise from 0"),
        ((("0", "0.3"), ("10", "0.5")), "must start on ticks of 0.3"),
        ((("0", "0.1"), ("10", "3")), "and 3"),
    ],
)
def test_bands_join(bands: tuple[tuple[str, str], ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        TickBands(bands=tuple((Decimal(start), Decimal(tick)) for start, tick in bands))
