"""The second half of an amendment by cancel-replace: the leg that follows a dead one.

Order-path 7: the old leg is dead by the venue's word, and what it filled is known, before the new
one is journaled. What cannot be sent then and there is dropped, and the order ends.
"""

from typing import Final

import msgspec

from algotradehub.domain.emulation_rules import sent_request
from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import BaseAmount, Order, OrderRequest
from algotradehub.domain.records import LegAdded, ReplaceDropped
from algotradehub.ports.clock import Clock
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.dispatch import Dispatch
from algotradehub.trading.intake import Intake
from algotradehub.trading.new_order import SEND_WITHIN_NS
from algotradehub.trading.state import DeskState
from algotradehub.trading.validation import refusals

_replace: Final = msgspec.structs.replace


class Replacing:
    """Sends the leg that follows, or says why there is none."""

    def __init__(
        self, *, state: DeskState, intake: Intake, dispatch: Dispatch, clock: Clock
    ) -> None:
        self._state = state
        self._intake = intake
        self._dispatch = dispatch
        self._clock = clock

    def go_on(self, desk: AccountDesk, order_id: ClientOrderId) -> None:
        """Call it when the working leg may have died."""
        order = self._state.orders[order_id]
        legs = order.parts or (order.part,)
        if order.replacing is None or order.lacks_fills or not all(leg.is_final for leg in legs):
            return  # by the venue's later word an earlier leg may rest again
        reason = self._dispatch.why_not(desk, order.amend_before_ns)
        request = wanted_of(order)
        if reason is None:
            reason = self._broken(desk, request)
        if reason is not None:
            dropped = ReplaceDropped(order_id=order_id, reason=f"not replaced: {reason}")
            self._intake.keep(desk, dropped)
            return
        send_before_ns = self._clock.now_ns() + SEND_WITHIN_NS
        leg = LegAdded(order_id=order_id, request=request, send_before_ns=send_before_ns)
        self._dispatch.add_leg(desk, leg)

    def _broken(self, desk: AccountDesk, request: OrderRequest) -> str | None:
        """What forbids the rest of the order as a new one."""
        amount = request.amount
        if not isinstance(amount, BaseAmount) or amount.quantity <= ZERO:
            return "it had filled as much as the amendment asks for"
        instrument: Instrument | None = desk.instruments.get(request.symbol)
        if instrument is None:
            return f"{desk.account.venue} lists {request.symbol} no more"
        broken = refusals(
            request,
            instrument,
            desk.account.capabilities,
            now_ns=self._clock.now_ns(),
            reference_price=None,
        )
        return str(InvalidRequest(*broken)) if broken else None


def wanted_of(order: Order) -> OrderRequest:
    """What is left to ask the venue for: the pending amendment, less what has filled."""
    amendment = order.amend_pending
    assert amendment is not None  # noqa: S101 - set as long as the order is being replaced
    request, leg = sent_request(order), order.leg
    whole = order.quantity if amendment.quantity is None else amendment.quantity
    assert whole is not None  # noqa: S101 - only orders in base units are amended
    trigger = request.trigger
    price = leg.trigger_price if amendment.trigger_price is None else amendment.trigger_price
    if trigger is not None and price is not None:
        trigger = _replace(trigger, price=price)
    return _replace(
        request,
        amount=BaseAmount(whole - order.filled),
        limit_price=leg.limit_price if amendment.limit_price is None else amendment.limit_price,
        trigger=trigger,
    )
