"""Rules of what orders could come to: how many are open, and how large a position may get."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeAlias

from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ZERO
from algotradehub.trading.risk.rule import Asked, Rule, shown
from algotradehub.trading.risk.sums import InstrumentSums
from algotradehub.trading.risk.use import Scope, Use

InstrumentsOf: TypeAlias = Callable[
    [], Sequence[tuple[InstrumentSums, Instrument, Decimal | None]]
]  # with what each costs now


class OpenOrders(Rule):
    """Args: ``are_open`` counts those of the scope."""

    name = "max_open_orders"

    def __init__(self, scope: Scope, limit: Decimal, are_open: Callable[[], int]) -> None:
        super().__init__(scope, limit)
        self._most = int(limit)
        self._are_open = are_open

    def breaks(self, asked: Asked) -> bool:
        return asked.is_new and self._are_open() >= self._most

    def now(self, asked: Asked) -> Decimal | None:
        return Decimal(self._are_open())

    def after(self, asked: Asked) -> Decimal | None:
        return Decimal(self._are_open() + asked.is_new)

    def unit(self, asked: Asked) -> str:
        return "orders"

    def told(self, asked: Asked, after: Decimal) -> str:
        return f"{self._are_open()} are open"

    def uses(self) -> Sequence[Use]:
        return [Use(Decimal(self._are_open()), "orders")]


class Position(Rule):
    """How large the position in one instrument may get, working orders included."""

    name = "max_position"

    def __init__(self, scope: Scope, limit: Decimal, instruments: InstrumentsOf) -> None:
        super().__init__(scope, limit)
        self._instruments = instruments

    def breaks(self, asked: Asked) -> bool:
        return asked.worst > self.limit

    def now(self, asked: Asked) -> Decimal | None:
        return asked.worst - asked.added

    def after(self, asked: Asked) -> Decimal | None:
        return asked.worst

    def unit(self, asked: Asked) -> str:
        return str(asked.instrument.base)

    def told(self, asked: Asked, after: Decimal) -> str:
        return f"could reach {shown(after)} {self.unit(asked)}"

    def largest(self, asked: Asked) -> Decimal | None:
        return self.limit - asked.worst + asked.quantity

    def uses(self) -> Sequence[Use]:
        return [
            Use(sums.reach, instrument.base, sums.symbol)
            for sums, instrument, _ in self._instruments()
        ]


class PositionNotional(Rule):
    """The same, valued at the order's price."""

    name = "max_position_notional"

    def __init__(self, scope: Scope, limit: Decimal, instruments: InstrumentsOf) -> None:
        super().__init__(scope, limit)
        self._instruments = instruments

    def now(self, asked: Asked) -> Decimal | None:
        if not asked.price:
            return None
        return max(ZERO, asked.worst - asked.added) * asked.unit_value

    def after(self, asked: Asked) -> Decimal | None:
        return asked.worst * asked.unit_value if asked.price else None

    def told(self, asked: Asked, after: Decimal) -> str:
        return f"could reach {shown(after)} {self.unit(asked)}"

    def largest(self, asked: Asked) -> Decimal | None:
        unit_value = asked.unit_value
        return self.limit / unit_value - asked.worst + asked.quantity if unit_value else None

    def uses(self) -> Sequence[Use]:
        return [
            Use(
                None if price is None else instrument.notional(price, sums.reach),
                instrument.quote,
                sums.symbol,
                note="" if price is not None else f"no known price of {sums.symbol}",
            )
            for sums, instrument, price in self._instruments()
        ]
