"""Balances: the venue's word and our postings are two opinions, and postings lose nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.balance import AssetBalance, posted, postings, told
from algotradehub.domain.evidence import Balance
from algotradehub.domain.fill import Effect
from algotradehub.domain.ids import AccountId, Asset
from algotradehub.domain.instrument import Instrument, Side
from tests.unit.domain.examples import INVERSE, LINEAR, SPOT

BASE, QUOTE, THIRD = SPOT.base, SPOT.quote, Asset("BNB")
amounts = st.integers(-50, 50).map(Decimal)
effects = st.builds(
    Effect,
    side=st.sampled_from(Side),
    quantity=st.integers(0, 5).map(Decimal),
    price=st.integers(1, 300).map(Decimal),
    correction=st.integers(-9, 9).map(Decimal),
    fee=st.none() | amounts,
    fee_asset=st.sampled_from([None, BASE, QUOTE, THIRD]),
)


def word(total: Decimal | int, venue_time_ns: int) -> Balance:
    total = Decimal(total)
    return Balance(asset=QUOTE, total=total, available=total / 2, venue_time_ns=venue_time_ns)


def unheard() -> AssetBalance:
    return AssetBalance(account=AccountId("kraken-main"), asset=QUOTE)


@given(effects)
def test_what_is_bought_is_paid_for(effect: Effect) -> None:
    """Base received, valued at the price with its correction, equals quote paid."""
    moved: dict[Asset, Decimal] = {}
    for asset, amount in postings(effect, SPOT):
        moved[asset] = moved.get(asset, Decimal(0)) + amount
    fee = effect.fee or Decimal(0)
    if effect.fee_asset is not None:
        moved[effect.fee_asset] = moved.get(effect.fee_asset, Decimal(0)) + fee
    base, quote = moved.get(BASE, Decimal(0)), moved.get(QUOTE, Decimal(0))
    assert base == effect.side.sign * effect.quantity
    assert quote == -effect.side.sign * (effect.quantity * effect.price + effect.correction)
    assert moved.get(THIRD, 0) == 0


@given(effects, st.sampled_from([LINEAR, INVERSE]))
def test_a_contract_moves_nothing_but_its_fee(effect: Effect, instrument: Instrument) -> None:
    moved = list(postings(effect, instrument))
    charged = bool(effect.fee) and effect.fee_asset is not None
    assert moved == ([(effect.fee_asset, -(effect.fee or 0))] if charged else [])


@given(effects)
def test_nothing_is_posted_for_nothing(effect: Effect) -> None:
    assert all(amount for _, amount in postings(effect, SPOT))


@given(st.lists(st.tuples(st.booleans(), amounts, st.integers(0, 5)), max_size=10))
def test_difference_is_the_venues_word_less_ours(
    history: list[tuple[bool, Decimal, int]],
) -> None:
    balance, newest, opening = unheard(), 0, None
    total, ours = None, Decimal(0)
    for at_ns, (spoke, amount, venue_time_ns) in enumerate(history, 1):
        if not spoke:
            balance = posted(balance, amount, at_ns)
            ours += amount
        else:
            balance = told(balance, word(amount, venue_time_ns), at_ns)
            if venue_time_ns >= newest:
                newest, total = venue_time_ns, amount
                opening = amount - ours if opening is None else opening
        assert balance.posted == ours
        assert balance.total == total
        assert balance.expected == (None if opening is None else opening + ours)
        if total is None:
            assert balance.difference is None
        else:
            assert opening is not None
            assert balance.difference == total - opening - ours


def test_the_first_word_opens_the_account_without_a_difference() -> None:
    balance = told(posted(unheard(), Decimal(-30), 1), word(70, 5), 2)
    assert (balance.opening, balance.difference) == (Decimal(100), Decimal(0))
    assert balance.available == 35


@pytest.mark.parametrize("venue_time_ns", [3, 4])
def test_an_older_word_changes_nothing(venue_time_ns: int) -> None:
    balance = told(unheard(), word(70, 5), 2)
    assert told(balance, word(10, venue_time_ns), 3) is balance
    assert told(balance, word(10, 5), 3).total == 10
