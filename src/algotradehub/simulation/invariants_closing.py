"""What must hold of orders that close positions: they reduce, and a stop leaves them alone."""

from collections.abc import Collection

from algotradehub.domain.commands import Cancel, CancelAll, OrderCommand, Place
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import BaseAmount, Order
from algotradehub.simulation.users import ACCOUNT
from algotradehub.simulation.verdict import Broken
from algotradehub.trading.state import DeskState


def check_closing(
    state: DeskState, command: OrderCommand, by_hand: Collection[ClientOrderId]
) -> None:
    """Whatever is sent: nothing by a permit enlarges a position, and no stop cancels it.

    ``by_hand`` are the orders that a person cancelled one by one.
    """
    match command:
        case Place():
            order = _permitted(state, command.client_order_id)
            if order is not None:
                _check_reduces(state, order)
        case Cancel():
            order = _permitted(state, command.client_order_id)
            if order is None or order.order_id in by_hand:
                return
            if not _is_before_stop(state, order):
                raise Broken("closing cancelled", f"{order} was placed after the stop")
        case CancelAll():
            for order_id in state.live.get(ACCOUNT, ()):
                order = _permitted(state, order_id)
                if order is not None and not _is_before_stop(state, order):
                    raise Broken("closing cancelled", f"{order}, by a cancel of everything")
        case _:
            pass


def _permitted(state: DeskState, order_id: ClientOrderId) -> Order | None:
    order = state.order(state.legs.get(order_id, order_id))
    return order if order is not None and order.permit is not None else None


def _check_reduces(state: DeskState, order: Order) -> None:
    request = order.request
    held = state.positions.get(ACCOUNT, request.symbol, request.position_side)
    quantity = ZERO if held is None else held.quantity
    amount = request.amount
    assert isinstance(amount, BaseAmount)  # noqa: S101 - what closes a position is counted in base
    closes = quantity > ZERO if request.side is Side.SELL else quantity < ZERO
    if not closes or amount.quantity > abs(quantity):
        raise Broken("closing too much", f"{order}, of {quantity} held")


def _is_before_stop(state: DeskState, order: Order) -> bool:
    halt = state.standing.halt_in_force(ACCOUNT)
    return halt is not None and halt.stop and order.created_ns <= halt.at_ns
