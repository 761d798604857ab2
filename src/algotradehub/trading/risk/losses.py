"""The loss of the day: reckoned by a timer, remembered over restarts, in force until midnight UTC.

When the limit is hit only reducing orders pass until the next day, also if the loss is won back.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.ids import AccountId, Asset
from algotradehub.domain.money import ZERO
from algotradehub.domain.trading_day import ProfitSum, TradingDay, day_of
from algotradehub.ports.clock import Clock
from algotradehub.trading.risk.rule import Asked, Rule, shown
from algotradehub.trading.risk.use import Scope, Use
from algotradehub.trading.risk.worth import Worth

_NOTHING: Final = ProfitSum()
_replace: Final = msgspec.structs.replace


class Days:
    """The day of every account that has, or whose tenant has, a limit on losses.

    Args:
        worths: Of those accounts.
        days: As recorded, by account.
        record: Makes a day durable; afterwards it is in ``days``.
        clock: For wall time.
    """

    def __init__(
        self,
        worths: Mapping[AccountId, Worth],
        *,
        days: dict[AccountId, TradingDay],
        record: Callable[[AccountId, TradingDay], object],
        clock: Clock,
    ) -> None:
        self._worths = worths
        self._days = days
        self._record = record
        self._clock = clock
        self._losses: dict[AccountId, dict[Asset, Decimal | None]] = {}

    def look(self) -> None:
        """Begin the day where it has not, and reckon its losses; ``Worth.look`` comes first."""
        now_ns = self._clock.now_ns()
        for account, worth in self._worths.items():
            day = self._days.get(account)
            begun = self._begun(account, worth, day, now_ns)
            if begun != day:
                self._record(account, begun)
            self._losses[account] = {
                asset: worth.loss_since(asset, begun.openings.get(asset, _NOTHING))
                for asset in worth.profits
            }

    def loss(self, accounts: tuple[AccountId, ...], asset: Asset) -> Decimal | None:
        """Lost today in ``asset``; a profit is negative; None if it is not known."""
        total = ZERO
        for account in accounts:
            losses = self._losses.get(account)
            loss = None if losses is None else losses.get(asset, ZERO)
            if loss is None:
                return None
            total += loss
        return total

    def assets(self, accounts: Sequence[AccountId]) -> Sequence[Asset]:
        seen: dict[Asset, None] = {}
        for account in accounts:
            seen.update(dict.fromkeys(self._losses.get(account, {})))
        return tuple(seen)

    def hit_ns(self, accounts: tuple[AccountId, ...], key: str) -> int | None:
        """Since when the limit named ``key`` is hit today; None if it is not."""
        for account in accounts:
            day = self._days.get(account)
            if day is not None and key in day.hits:
                return day.hits[key]
        return None

    def hit(self, accounts: Sequence[AccountId], key: str) -> None:
        """Remember that a limit is hit, for the rest of the day."""
        now_ns = self._clock.now_ns()
        for account in accounts:
            day = self._days[account]
            self._record(account, _replace(day, hits={**day.hits, key: now_ns}))

    def why_unknown(self, accounts: Sequence[AccountId], asset: Asset) -> str:
        for account in accounts:
            if account not in self._losses:
                return "no price was looked at yet"
            missing = self._worths[account].without_price.get(asset)
            if missing is not None:
                return missing
        return "a price was not known when the day began"

    def _begun(
        self, account: AccountId, worth: Worth, day: TradingDay | None, now_ns: int
    ) -> TradingDay:
        begins_ns = day_of(now_ns)
        if day is None or day.begins_ns < begins_ns:
            return TradingDay(
                account=account,
                begins_ns=begins_ns,
                taken_ns=now_ns,
                openings=dict(worth.profits),
            )
        # What had no price as the day began opens with the first one it has.
        late = {
            asset: worth.profits[asset]
            for asset, opening in day.openings.items()
            if opening.profit is None
            and asset in worth.profits
            and worth.profits[asset].profit is not None
        }
        return _replace(day, openings={**day.openings, **late}) if late else day


class DailyLoss(Rule):
    """Args: ``accounts`` are those whose losses are added up."""

    name = "max_daily_loss"

    def __init__(
        self, scope: Scope, limit: Decimal, days: Days, accounts: Sequence[AccountId]
    ) -> None:
        super().__init__(scope, limit)
        self._days = days
        self._accounts = tuple(accounts)
        self._keys: dict[Asset, str] = {}  # of an asset in ``TradingDay.hits``

    def breaks(self, asked: Asked) -> bool:
        asset = _asset_of(asked)
        loss = self._days.loss(self._accounts, asset)
        return loss is None or loss >= self.limit or self._hit_ns(asset) is not None

    def now(self, asked: Asked) -> Decimal | None:
        return self._days.loss(self._accounts, _asset_of(asked))

    def after(self, asked: Asked) -> Decimal | None:
        return self.now(asked)

    def unit(self, asked: Asked) -> str:
        return str(_asset_of(asked))

    def told(self, asked: Asked, after: Decimal) -> str:
        return f"{shown(after)} {self.unit(asked)} lost since 00:00 UTC"

    def words(self, asked: Asked) -> str:
        return f"{super().words(asked)}; until midnight UTC only reducing orders pass"

    def why_unknown(self, asked: Asked) -> str:
        asset = _asset_of(asked)
        missing = self._days.why_unknown(self._accounts, asset)
        return f"the loss of the day in {asset} is not known, because {missing}"

    def uses(self) -> Sequence[Use]:
        lines: list[Use] = []
        for asset in self._days.assets(self._accounts):
            loss = self._days.loss(self._accounts, asset)
            note = ""
            if loss is None:
                note = self._days.why_unknown(self._accounts, asset)
            lines.append(Use(loss, str(asset), since_ns=self._hit_ns(asset), note=note))
        return lines

    def look(self) -> None:
        """Remember where the limit is hit; ``Days.look`` comes first."""
        for asset in self._days.assets(self._accounts):
            loss = self._days.loss(self._accounts, asset)
            if loss is not None and loss >= self.limit and self._hit_ns(asset) is None:
                self._days.hit(self._accounts, self._key(asset))

    def _hit_ns(self, asset: Asset) -> int | None:
        return self._days.hit_ns(self._accounts, self._key(asset))

    def _key(self, asset: Asset) -> str:
        key = self._keys.get(asset)
        if key is None:
            key = self._keys[asset] = f"{self.scope.kind.value}:{asset}"
        return key


def _asset_of(asked: Asked) -> Asset:
    instrument = asked.instrument
    return instrument.settle if instrument.inverse else asked.quote
