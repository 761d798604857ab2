"""Fills: one execution of one order, and what it moves."""

from decimal import Decimal

import msgspec

from algotradehub.domain.evidence import Execution, FeeSettled, FillCause, Liquidity
from algotradehub.domain.ids import (
    AccountId,
    Asset,
    ClientOrderId,
    ExecutionId,
    Symbol,
    VenueOrderId,
)
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import Order, PositionSide


class Fill(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One execution as we keep it. A provisional one is replaced, never summed (order-path 8).

    ``execution_id`` is the venue's. Since those repeat from leg to leg, those of a leg that
    replaced another have its number before them: ``2:E1``.
    """

    account: AccountId
    symbol: Symbol
    order_id: ClientOrderId
    venue_order_id: VenueOrderId | None
    execution_id: ExecutionId
    side: Side
    position_side: PositionSide
    price: Decimal
    quantity: Decimal
    fee: Decimal | None  # None: not known yet, never 0 for unknown
    fee_asset: Asset | None
    liquidity: Liquidity
    cause: FillCause
    venue_time_ns: int
    received_ns: int

    @property
    def key(self) -> tuple[AccountId, Symbol, VenueOrderId | None, ExecutionId]:
        """Execution ids repeat across orders and symbols, so the whole key counts."""
        return (self.account, self.symbol, self.venue_order_id, self.execution_id)


class Effect(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one fill moves in position and balance.

    ``quantity`` at ``price`` is new. ``correction`` is the value by which a provisional fill was
    wrong: real value minus provisional value of the quantity it replaced, in quote units.
    ``fee`` None is an execution whose fee has not been told.
    """

    side: Side
    quantity: Decimal
    price: Decimal
    correction: Decimal = ZERO
    fee: Decimal | None = ZERO
    fee_asset: Asset | None = None


class Step(msgspec.Struct, frozen=True, gc=False):
    """An order after one piece of evidence, and what that moves."""

    order: Order
    effect: Effect | None = None


def provisional_id(order: Order) -> ExecutionId:
    """The one provisional fill of an order: the same in every run, so replay finds it again."""
    return ExecutionId(f"provisional:{order.order_id}")


def fill_id(order: Order, execution: Execution | FeeSettled) -> ExecutionId:
    """The id under which ``order`` keeps this execution of one of its legs."""
    if not order.parts:
        return execution.execution_id
    index = leg_index(order, execution.client_order_id, execution.venue_order_id)
    return ExecutionId(f"{index + 1}:{execution.execution_id}") if index else execution.execution_id


def leg_index(
    order: Order, client_order_id: ClientOrderId | None, venue_order_id: VenueOrderId | None
) -> int:
    """Which leg of ``order`` a word is about; what names none of them is about the last."""
    legs = order.legs
    for index, leg in enumerate(legs):
        if client_order_id is not None and client_order_id == leg.client_order_id:
            return index
        if venue_order_id is not None and venue_order_id == leg.venue_order_id:
            return index
    return len(legs) - 1


def part_of(
    order: Order, client_order_id: ClientOrderId | None, venue_order_id: VenueOrderId | None
) -> Order:
    """The leg that a word is about, as an order of its own."""
    if not order.parts:
        return order
    return order.parts[leg_index(order, client_order_id, venue_order_id)]


def fill_of(order: Order, execution: Execution, *, received_ns: int) -> Fill:
    venue_order_id = execution.venue_order_id
    if venue_order_id is None:
        index = leg_index(order, execution.client_order_id, None)
        venue_order_id = order.legs[index].venue_order_id
    return Fill(
        account=order.request.account,
        symbol=order.request.symbol,
        order_id=order.order_id,
        venue_order_id=venue_order_id,
        execution_id=fill_id(order, execution),
        side=order.request.side,
        position_side=order.request.position_side,
        price=execution.price,
        quantity=execution.quantity,
        fee=execution.fee,
        fee_asset=execution.fee_asset,
        liquidity=execution.liquidity,
        cause=execution.cause,
        venue_time_ns=execution.venue_time_ns,
        received_ns=received_ns,
    )


def provisional_fill_of(order: Order, *, at_ns: int) -> Fill | None:
    """The provisional fill ``order`` stands on now, or None."""
    if not order.provisional:
        return None
    return Fill(
        account=order.request.account,
        symbol=order.request.symbol,
        order_id=order.order_id,
        venue_order_id=order.leg.venue_order_id,
        execution_id=provisional_id(order),
        side=order.request.side,
        position_side=order.request.position_side,
        price=order.provisional_paid / order.provisional,
        quantity=order.provisional,
        fee=None,
        fee_asset=None,
        liquidity=Liquidity.UNKNOWN,
        cause=FillCause.PROVISIONAL,
        venue_time_ns=order.venue_time_ns,
        received_ns=at_ns,
    )
