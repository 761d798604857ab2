"""Fills, positions and balances as callers see them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.api.views.quotients import quotient
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, Asset, Symbol, VenueId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import PositionSide
from algotradehub.domain.position import Position
from algotradehub.trading.aggregation import AggregatedPosition

_Told: TypeAlias = msgspec.Meta


class FillPage(msgspec.Struct, frozen=True, kw_only=True):
    """Fills, newest first. Those of one instant stay on one page, which may exceed ``limit``."""

    fills: Sequence[Fill]
    next_cursor: str | None
    complete: bool


class PositionView(msgspec.Struct, frozen=True, kw_only=True):
    """What one account holds of one instrument, and what it is worth where a price is known."""

    account: AccountId
    venue: VenueId
    symbol: Symbol
    side: PositionSide
    quantity: Annotated[
        Decimal, _Told(description="Negative is short. Contracts for inverse instruments.")
    ]
    entry_price: Annotated[Decimal | None, _Told(description="To 20 digits; null while flat.")]
    cost: Annotated[Decimal, _Told(description="Quote units; settle units for inverse ones.")]
    mark_price: Annotated[
        Decimal | None, _Told(description="Last trade or middle of the quote; null if unknown.")
    ]
    unrealized: Annotated[
        Decimal | None, _Told(description="At ``mark_price``, before fees; in units of ``cost``.")
    ]
    realized: Annotated[Decimal, _Told(description="Before fees; in units of ``cost``.")]
    fees: dict[Asset, Decimal]
    fees_unknown: Annotated[int, _Told(description="Executions whose fee was not told yet.")]
    opened_ns: int
    updated_ns: int


def position_view(held: Position, instrument: Instrument, mark: Decimal | None) -> PositionView:
    if mark is not None and mark <= ZERO and instrument.inverse:
        mark = None  # an inverse contract has no worth at such a price
    per_unit = held.quantity * instrument.contract_size
    inverse = instrument.inverse
    return PositionView(
        account=held.account,
        venue=instrument.venue,
        symbol=held.symbol,
        side=held.side,
        quantity=held.quantity,
        entry_price=quotient(per_unit, -held.cost) if inverse else quotient(held.cost, per_unit),
        cost=held.cost,
        mark_price=mark,
        unrealized=None if mark is None else held.unrealized(mark, instrument),
        realized=held.realized,
        fees=dict(held.fees),
        fees_unknown=held.fees_unknown,
        opened_ns=held.opened_ns,
        updated_ns=held.updated_ns,
    )


class Positions(msgspec.Struct, frozen=True, kw_only=True):
    positions: Sequence[PositionView]


class AggregatedView(msgspec.Struct, frozen=True, kw_only=True):
    """One base asset over every account that holds it, of what is reckoned alike."""

    asset: Asset
    quote: Annotated[
        Asset, _Told(description="Of the amounts; contracts' settle asset if inverse.")
    ]
    inverse: Annotated[bool, _Told(description="Whether the quantity counts inverse contracts.")]
    quantity: Decimal
    average_price: Decimal | None
    cost: Decimal
    unrealized: Annotated[
        Decimal | None, _Told(description="Null unless every open position has a mark price.")
    ]
    realized: Decimal
    positions: Sequence[PositionView]


def aggregated_view(whole: AggregatedPosition, parts: Sequence[PositionView]) -> AggregatedView:
    return AggregatedView(
        asset=whole.asset,
        quote=whole.quote,
        inverse=whole.inverse,
        quantity=whole.quantity,
        average_price=None if whole.inverse else quotient(whole.cost, whole.quantity),
        cost=whole.cost,
        unrealized=_sum_of_known(part.unrealized for part in parts if part.quantity),
        realized=whole.realized,
        positions=parts,
    )


class AggregatedPositions(msgspec.Struct, frozen=True, kw_only=True):
    positions: Sequence[AggregatedView]


class BalanceView(msgspec.Struct, frozen=True, kw_only=True):
    """One asset of one account: the venue's word, and ours beside it."""

    account: AccountId
    asset: Asset
    total: Annotated[Decimal | None, _Told(description="The venue's word; null until it spoke.")]
    available: Decimal | None
    expected: Annotated[Decimal | None, _Told(description="Opening balance and all our postings.")]
    difference: Annotated[Decimal | None, _Told(description="``total`` minus ``expected``.")]
    venue_time_ns: int
    updated_ns: int


def balance_view(balance: AssetBalance) -> BalanceView:
    return BalanceView(
        account=balance.account,
        asset=balance.asset,
        total=balance.total,
        available=balance.available,
        expected=balance.expected,
        difference=balance.difference,
        venue_time_ns=balance.venue_time_ns,
        updated_ns=balance.updated_ns,
    )


class Balances(msgspec.Struct, frozen=True, kw_only=True):
    balances: Sequence[BalanceView]


def _sum_of_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
