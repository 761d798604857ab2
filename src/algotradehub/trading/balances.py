"""Balances of every account: the venue's word, and our postings beside it."""

from collections.abc import Iterable
from decimal import Decimal

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

    def refresh(self, account: AccountId, word: Balance, at_ns: int) -> AssetBalance | None:
        """Take a word that changes no total: what is available moves with every order.

        Not journaled, since the venue tells it again at every connect. Returns None if the word
        does change something that must be.
        """
        balance = self._balances.get((account, word.asset))
        if balance is None or balance.total != word.total:
            return None
        told = rules.told(balance, word, at_ns)
        self._balances[account, word.asset] = told
        return told

    def post(
        self, record: Record, postings: Iterable[tuple[Asset, Decimal]], changes: Changes
    ) -> tuple[AssetBalance, ...]:
        """Add what a fill or a fee moved, asset by asset."""
        return tuple(
            self._set(rules.posted(self._of(record.account, asset), amount, record.at_ns), changes)
            for asset, amount in postings
        )

    def _of(self, account: AccountId, asset: Asset) -> AssetBalance:
        return self._balances.get((account, asset)) or AssetBalance(account=account, asset=asset)

    def _set(self, balance: AssetBalance, changes: Changes) -> AssetBalance:
        key = (balance.account, balance.asset)
        self._balances[key] = changes.balances[key] = balance
        return balance
