"""The rule against trading with oneself, across the accounts of a tenant at one venue."""

from decimal import Decimal
from typing import Final

from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ONE, ZERO
from algotradehub.trading.risk.resting import RestingOrders
from algotradehub.trading.risk.rule import Asked, Rule
from algotradehub.trading.risk.use import Scope

_BUY: Final = Side.BUY


class SelfTrade(Rule):
    """Refuses what would match an own order that may rest in another account.

    It holds for reducing orders too: a trade with oneself reduces nothing. Within one account the
    venue's own prevention applies.
    """

    name = "refuse_self_trade"

    def __init__(
        self, scope: Scope, resting: RestingOrders, accounts: frozenset[AccountId]
    ) -> None:
        super().__init__(scope, ZERO)
        self._resting = resting
        self._others = {account: accounts - {account} for account in accounts}

    def after(self, asked: Asked) -> Decimal | None:
        return ZERO if self._met(asked) is None else ONE

    def unit(self, asked: Asked) -> str:
        return "own orders"

    def words(self, asked: Asked) -> str:
        met = self._met(asked)
        if met is None:
            return f"it meets no other order of {self.scope}"
        return f"it would trade with order {met[1]} at {met[0]:f}, which is of {self.scope} too"

    def _met(self, asked: Asked) -> tuple[Decimal, ClientOrderId] | None:
        request = asked.request
        if request.trigger is not None or (not asked.is_new and asked.limit_price is None):
            return None
        met = self._resting.opposite(
            asked.instrument.venue, request.symbol, request.side, self._others[request.account]
        )
        price = asked.limit_price
        if met is None or price is None:
            return met
        crosses = price >= met[0] if request.side is _BUY else price <= met[0]
        return met if crosses else None
