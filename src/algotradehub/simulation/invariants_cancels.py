"""A cancel waits for nothing: neither for the disk nor for a halt to end (order-path 2)."""

from collections.abc import Sequence

from algotradehub.app.core import Core
from algotradehub.domain.commands import Cancel, OrderCommand
from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.order import Order
from algotradehub.simulation.verdict import require


def check_cancel_left(core: Core, told: Order, sent: Sequence[OrderCommand]) -> None:
    """Judge a cancel that was just asked for, by what was sent while it was.

    ``told`` is what the caller was answered, ``sent`` is every command that left meanwhile.
    """
    order = core.state.orders[told.order_id]
    if order.is_final or (told.cancel_pending and not order.cancel_pending):
        return  # it ended, or ends unsent as soon as its intent is stored
    in_flight = core.orders.desks[0].in_flight
    asked = {command.client_order_id for command in sent if isinstance(command, Cancel)}
    for part in order.parts or (order,):
        leg = part.leg.client_order_id
        unanswered = (leg, CommandKind.CANCEL) in in_flight or (leg, CommandKind.AMEND) in in_flight
        require(
            part.is_final or leg in asked or unanswered,
            "cancel held up",
            f"{leg} may rest, and its cancel did not leave at once",
        )
