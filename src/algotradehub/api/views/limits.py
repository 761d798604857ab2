"""Limits of an account as callers see them, and how much of each is used."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.domain.ids import AccountId, Symbol
from algotradehub.domain.instrument import Instrument
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.risk.sums import InstrumentSums
from algotradehub.trading.risk.use import RuleUse

_Told: TypeAlias = msgspec.Meta


class CountUse(msgspec.Struct, frozen=True, kw_only=True):
    now: int
    limit: Annotated[int | None, _Told(description="Null is no limit.")]


class AmountUse(msgspec.Struct, frozen=True, kw_only=True):
    now: Annotated[Decimal | None, _Told(description="Null without a known price.")]
    limit: Annotated[Decimal | None, _Told(description="Null is no limit.")]


class PositionUse(msgspec.Struct, frozen=True, kw_only=True):
    """The largest position, long or short, that one instrument may still come to."""

    symbol: Symbol
    position: Annotated[
        AmountUse, _Told(description="Base units or contracts, working orders included.")
    ]
    notional: Annotated[AmountUse, _Told(description="The same at the last price, in the quote.")]


class AccountLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What new orders of an account are held against. Null is no limit."""

    account: AccountId
    limits: RiskLimits
    open_orders: CountUse
    positions: Annotated[
        Sequence[PositionUse], _Told(description="Of every instrument with orders or a position.")
    ]
    instruments: Annotated[
        Mapping[Symbol, RiskLimits], _Told(description="Limits of single instruments, by symbol.")
    ]
    uses: Annotated[
        Sequence[RuleUse],
        _Told(description="Use of each limit of the account and of its instruments."),
    ]


def position_use(
    sums: InstrumentSums, instrument: Instrument, price: Decimal | None, limits: RiskLimits
) -> PositionUse:
    """Say how far orders that work now could take the position, as the risk check sees it."""
    worst = max(sums.position + sums.buying, sums.selling - sums.position)
    notional = None if price is None else instrument.notional(price, worst)
    return PositionUse(
        symbol=instrument.symbol,
        position=AmountUse(now=worst, limit=limits.max_position),
        notional=AmountUse(now=notional, limit=limits.max_position_notional),
    )
