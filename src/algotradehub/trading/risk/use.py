"""What rules tell of themselves: what is used of a limit, and what an order makes of it."""

from decimal import Decimal
from enum import StrEnum

import msgspec

from algotradehub.domain.ids import Symbol


class ScopeKind(StrEnum):
    TENANT = "tenant"
    ACCOUNT = "account"
    STRATEGY = "strategy"
    INSTRUMENT = "instrument"


class Scope(msgspec.Struct, frozen=True):
    """Whose limit it is."""

    kind: ScopeKind
    name: str  # of the tenant, account or strategy; for an instrument, of its account
    symbol: Symbol | None = None  # of an instrument

    def __str__(self) -> str:
        if self.symbol is not None:
            return f"{self.symbol} in account {self.name}"
        return f"{self.kind.value} {self.name}"


class RuleUse(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one limit is used now."""

    scope: ScopeKind
    name: str
    symbol: Symbol | None  # the instrument that is meant, where it is of one
    rule: str
    unit: str
    used: Decimal | None  # None: not known, or a rule of single orders, which has no use
    limit: Decimal
    share: Decimal | None  # used / limit
    since_ns: int | None = None  # since when the loss of the day is hit
    note: str = ""


class RuleVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule says to one order."""

    scope: ScopeKind
    name: str
    symbol: Symbol | None
    rule: str
    unit: str
    now: Decimal | None  # None: not known, or a rule of single orders
    after: Decimal | None
    limit: Decimal
    passes: bool
    largest: Decimal | None = None  # quantity that would pass this rule, where it is easily told
    note: str = ""


class Use(msgspec.Struct, frozen=True):
    """One line of a rule's own account of itself."""

    used: Decimal | None
    unit: str
    symbol: Symbol | None = None
    since_ns: int | None = None
    note: str = ""
