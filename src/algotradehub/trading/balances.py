"""Balances of every account: the venue's word, and our postings beside it."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from algotradehub.domain import balance as rules
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.evidence import Balance
from algotradehub.domain.ids import AccountId, Asset
from algotradehub.domain.records import Record
from algotradehub.ports.store import Changes


class BalanceKeeper:
    """The only writer of balances."""

    def __init__(self) -> None:
        self._balances: dict[tuple[AccountId, Asset], AssetBalance] = {}
        self._heard_ns: dict[tuple[AccountId, Asset], int] = {}  # venue time of the newest word

    def restore(self, balance: AssetBalance) -> None:
        self._balances[balance.account, balance.asset] = balance

    def get(self, account: AccountId, asset: Asset) -> AssetBalance | None:
        return self._balances.get((account, asset))

    def all(self, accounts: frozenset[AccountId] | None = None) -> tuple[AssetBalance, ...]:
        return tuple(
            balance
            for balance in self._balances.values()
            if accounts is None or balance.account in accounts
        )

    def tell(self, record: Record, word: Balance, changes: Changes) -> AssetBalance:
        """Take the venue's word on one asset."""
        told = rules.told(self._of(record.account, word.asset), word, record.at_ns)
        return self._set(told, changes)

    def is_stale(self, account: AccountId, word: Balance) -> bool:
        """Whether a newer word on the asset was heard in this process."""
        key = (account, word.asset)
        stale = word.venue_time_ns < self._heard_ns.get(key, 0)
        if not stale:
            self._heard_ns[key] = word.venue_time_ns
        return stale

    def refresh(self, account: AccountId, word: Balance) -> AssetBalance | None:
        """Take a word that changes no total: what is available moves with every order.

        Not journaled, since the venue tells it again at every connect; so it may move nothing that
        the journal's fold depends on. Returns None if the word does change the total.
        """
        balance = self._balances.get((account, word.asset))
        if balance is None or balance.total != word.total:
            return None
        refreshed = msgspec.structs.replace(balance, available=word.available)
        self._balances[account, word.asset] = refreshed
        return refreshed

    def post(
        self, record: Record, postings: Iterable[tuple[Asset, Decimal]], changes: Changes
    ) -> tuple[AssetBalance, ...]:
        """Add what a fill or a fee moved, asset by asset."""
        return tuple(
            self._set(rules.posted(self._of(record.account, asset), amount, record.at_ns), changes)
            for asset, amount in postings
        )

    def correct(
        self, record: Record, asset: Asset, amount: Decimal, changes: Changes
    ) -> AssetBalance:
        """Post what only the venue's word explains."""
        balance = rules.corrected(self._of(record.account, asset), amount, record.at_ns)
        return self._set(balance, changes)

    def _of(self, account: AccountId, asset: Asset) -> AssetBalance:
        return self._balances.get((account, asset)) or AssetBalance(account=account, asset=asset)

    def _set(self, balance: AssetBalance, changes: Changes) -> AssetBalance:
        key = (balance.account, balance.asset)
        self._balances[key] = changes.balances[key] = balance
        return balance
