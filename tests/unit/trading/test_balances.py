"""Balances: the venue's word and our postings are two opinions, kept beside each other."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.evidence import Balance
from algotradehub.domain.ids import AccountId, Asset
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import FORMAT_VERSION, Record
from algotradehub.ports.store import Changes
from algotradehub.trading.balances import BalanceKeeper
from tests.unit.trading.words import ACCOUNT, BTC, USDT, changed, facts

OTHER = AccountId("okx-main")


def record(at_ns: int = 1, account: AccountId = ACCOUNT) -> Record:
    return Record(
        v=FORMAT_VERSION,
        seq=1,
        at_ns=at_ns,
        account=account,
        account_seq=1,
        kind=Kind.EVENT,
        body=None,
    )


def word(total: int, asset: Asset = USDT, venue_time_ns: int = 1) -> Balance:
    amount = Decimal(total)
    return Balance(asset=asset, total=amount, available=amount, venue_time_ns=venue_time_ns)


def test_what_is_not_known_is_not_there() -> None:
    keeper = BalanceKeeper()
    assert keeper.get(ACCOUNT, BTC) is None
    assert keeper.all() == ()


def test_balances_are_kept_by_account_and_asset() -> None:
    keeper, changes = BalanceKeeper(), Changes(applied_seq=1)
    told = [
        keeper.tell(record(), word(5), changes),
        keeper.tell(record(), word(6, BTC), changes),
        keeper.tell(record(account=OTHER), word(7), changes),
    ]
    assert keeper.all() == tuple(told)
    assert keeper.all(frozenset({OTHER})) == (told[2],)
    assert keeper.get(ACCOUNT, BTC) == told[1]
    assert list(changes.balances.values()) == told


def test_a_restored_balance_goes_on_where_it_was() -> None:
    keeper = BalanceKeeper()
    held = AssetBalance(account=ACCOUNT, asset=BTC, opening=Decimal(5), posted=Decimal(2))
    keeper.restore(held)
    assert keeper.get(ACCOUNT, BTC) == held
    (posted,) = keeper.post(record(), [(BTC, Decimal(-3))], Changes(applied_seq=1))
    assert facts(posted.expected, posted.posted) == (4, -1)


postings = st.lists(
    st.tuples(st.sampled_from([BTC, USDT]), st.integers(-5, 5).map(Decimal)), max_size=3
)
words = st.builds(word, st.integers(-9, 9), st.sampled_from([BTC, USDT]), st.integers(0, 9))


@pytest.mark.design_property(27)
@given(st.lists(postings | words, max_size=20))
def test_the_venues_word_stands_beside_ours_after_any_history(
    events: list[list[tuple[Asset, Decimal]] | Balance],
) -> None:
    """``total`` is its newest word, ``posted`` the sum of ours, and neither touches the other."""
    keeper, changes = BalanceKeeper(), Changes(applied_seq=1)
    posted: dict[Asset, Decimal] = {}
    newest: dict[Asset, Balance] = {}
    openings: dict[Asset, Decimal] = {}
    for at_ns, event in enumerate(events):
        if isinstance(event, Balance):
            keeper.tell(record(at_ns), event, changes)
            asset = event.asset
            openings.setdefault(asset, event.total - posted.get(asset, Decimal(0)))
            if asset not in newest or event.venue_time_ns >= newest[asset].venue_time_ns:
                newest[asset] = event
        else:
            keeper.post(record(at_ns), event, changes)
            for asset, amount in event:
                posted[asset] = posted.get(asset, Decimal(0)) + amount
    for balance in keeper.all():
        asset = balance.asset
        told = newest.get(asset)
        assert balance.total == (None if told is None else told.total)
        assert balance.posted == posted.get(asset, 0)
        assert balance.opening == openings.get(asset)
        assert changes.balances[ACCOUNT, asset] == balance


def test_a_word_that_changes_no_total_moves_only_what_is_available() -> None:
    keeper, changes = BalanceKeeper(), Changes(applied_seq=1)
    assert keeper.refresh(ACCOUNT, word(5)) is None, "the first word makes the opening balance"
    told = keeper.tell(record(), word(5), changes)
    assert keeper.refresh(ACCOUNT, word(6)) is None
    reserved = Balance(asset=USDT, total=Decimal(5), available=Decimal(2), venue_time_ns=2)
    refreshed = keeper.refresh(ACCOUNT, reserved)
    assert refreshed == changed(told, available=Decimal(2))
    assert keeper.get(ACCOUNT, USDT) == refreshed
    assert changes.balances[ACCOUNT, USDT] == told, "the fold of the journal knows nothing of it"


def test_a_word_older_than_one_that_was_heard_is_stale() -> None:
    keeper = BalanceKeeper()
    heard = [keeper.is_stale(ACCOUNT, word(1, venue_time_ns=at)) for at in (5, 4, 5, 6)]
    assert heard == [False, True, False, False]
    assert not keeper.is_stale(ACCOUNT, word(1, BTC, venue_time_ns=1))
    assert not keeper.is_stale(OTHER, word(1, venue_time_ns=1))


@pytest.mark.design_property(27)
def test_a_correction_is_posted_and_kept_apart() -> None:
    keeper, changes = BalanceKeeper(), Changes(applied_seq=1)
    keeper.tell(record(), word(10), changes)
    keeper.post(record(), [(USDT, Decimal(2))], changes)
    corrected = keeper.correct(record(7), USDT, Decimal(-5), changes)
    assert facts(corrected.posted, corrected.suspense, corrected.expected) == (-3, -5, 7)
    assert facts(corrected.total, corrected.updated_ns) == (10, 7)
    assert keeper.get(ACCOUNT, USDT) == corrected == changes.balances[ACCOUNT, USDT]
