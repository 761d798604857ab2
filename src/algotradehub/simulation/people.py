"""People at the intervention desk: they look at the venue's own page, and some read it wrongly."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Final

from algotradehub.app.core import Core
from algotradehub.domain.errors import InvalidRequest, WrongState
from algotradehub.domain.ids import ClientOrderId, TenantId
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import Leg, Order, OrderStatus
from algotradehub.simulation import scenario as plan
from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.truth import VenueOrder
from algotradehub.simulation.venue import ScriptedVenue
from algotradehub.trading.resolution import Resolution
from algotradehub.trading.stuck import Action

_S: Final = 1_000_000_000
_PRICE: Final = Decimal(100)
_SEEN: Final = "seen on the venue's page"
FIRST, SECOND = "ann", "bob"


class People:
    """Two of them: the first acts, and the second approves where that is asked for."""

    def __init__(self, tenant: TenantId, venue: ScriptedVenue, random: Random) -> None:
        self._tenant = tenant
        self._venue = venue
        self._random = random
        self.cancelled: set[ClientOrderId] = set()  # orders that one of them has cancelled

    def intervene(self, clock: SimClock, core: Core, action: plan.Intervene) -> None:
        """Do it about every order that is stuck and lets it be done."""
        desk = core.intervention
        for stuck in desk.stuck(self._tenant):
            if action.action not in stuck.actions:
                continue
            order_id = stuck.order.order_id
            match action.action:
                case Action.ASK_AGAIN:
                    desk.ask_again(self._tenant, order_id, by=FIRST)
                case Action.FORCE_CANCEL:
                    self.cancelled.add(order_id)
                    desk.force_cancel(self._tenant, order_id, by=FIRST)
                case _:
                    if self._decide(core, stuck.order, wrong=action.wrong):
                        after_s = action.approves_after_ns / _S
                        clock.after(after_s, self._approve, core, order_id)

    def _decide(self, core: Core, order: Order, *, wrong: bool) -> bool:
        """Whether somebody is asked to approve it."""
        there = [found for leg in order.legs if (found := self._found(leg)) is not None]
        # Of what was never at the venue, it has nothing to contradict anybody with.
        wrong = wrong and order.leg.client_order_id in self._venue.by_client_id
        told = self._mistake(order) if wrong else truth(order, there)
        if told is None:
            return False
        try:
            shown = core.intervention.decide(self._tenant, order.order_id, told, by=FIRST)
        except InvalidRequest:
            return False  # it cannot be so, by what is known
        return shown.proposal is not None

    def _found(self, leg: Leg) -> VenueOrder | None:
        """By our name, or by the venue's: strangers' orders have no name of ours."""
        found = self._venue.by_client_id.get(leg.client_order_id)
        if found is None and leg.venue_order_id is not None:
            found = self._venue.orders.get(leg.venue_order_id)
        return found

    def _approve(self, core: Core, order_id: ClientOrderId) -> None:
        try:
            core.intervention.approve(self._tenant, order_id, by=SECOND)
        except WrongState:
            return  # more has become known: whoever proposed it looks again

    def _mistake(self, order: Order) -> Resolution:
        """An order of the venue that the person takes for ended, or for ended otherwise."""
        known = max(order.filled, order.venue_filled)
        whole = order.quantity or ZERO
        choices = [
            Resolution(status=OrderStatus.REJECTED, reason=_SEEN),
            _cancelled(known, order.paid + (known - order.filled) * _PRICE),
            Resolution(status=OrderStatus.FILLED, reason=_SEEN, average_price=_PRICE),
        ]
        if known < whole:
            filled = known + Decimal(self._random.randint(1, int(whole - known)))
            choices.append(_cancelled(filled, order.paid + (filled - order.filled) * _PRICE))
        return self._random.choice(choices)


def truth(order: Order, there: Sequence[VenueOrder]) -> Resolution | None:
    """How the order ended, by what the venue has of it; None while something rests there."""
    if any(each.is_open for each in there):
        return None
    filled = sum((each.filled for each in there), ZERO)
    value = sum((each.value for each in there), ZERO)
    if not there and len(order.legs) == 1:
        return Resolution(status=OrderStatus.REJECTED, reason=_SEEN)
    if filled and filled == order.quantity:
        return Resolution(status=OrderStatus.FILLED, reason=_SEEN, value=value)
    return _cancelled(filled, value)


def _cancelled(filled: Decimal, value: Decimal) -> Resolution:
    return Resolution(status=OrderStatus.CANCELLED, reason=_SEEN, filled=filled, value=value)
