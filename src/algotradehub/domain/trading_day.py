"""A trading day of an account: what its profit stood at as it began, and which limits it hit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.ids import AccountId, Asset
from algotradehub.domain.money import ZERO

DAY_NS: Final = 86_400 * 1_000_000_000


class ProfitSum(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything one account ever made or lost in one asset."""

    profit: Decimal | None = ZERO  # realized and unrealized, before fees; None: a price was unknown
    fees: Mapping[Asset, Decimal] = {}  # each in its own asset


class TradingDay(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """From 00:00 UTC to 00:00 UTC."""

    account: AccountId
    begins_ns: int
    taken_ns: int  # when ``openings`` were taken: later, if nothing ran at midnight
    openings: Mapping[Asset, ProfitSum] = {}  # an asset that is missing began with nothing
    hits: Mapping[str, int] = {}  # limits hit, such as "account:USDT", and when


def day_of(at_ns: int) -> int:
    """Return when the day of ``at_ns`` began."""
    return at_ns - at_ns % DAY_NS
