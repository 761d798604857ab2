"""Events that name no order here: whose they are is asked, and strangers' orders are adopted.

Order-path 8: asked only once no order of ours can still turn out to be the owner.
"""

from algotradehub.domain.evidence import Found, OrderState
from algotradehub.domain.order import UNANSWERED_STATUSES
from algotradehub.ports.clock import Clock
from algotradehub.ports.venue import OrderName
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.intake import Intake
from algotradehub.trading.look_ups import FIRST_DELAY_S, MAX_DELAY_S, LookUps
from algotradehub.trading.state import DeskState


class Strays:
    """Finds the owners of what waits in the orphan buffer of one account."""

    def __init__(
        self,
        *,
        desk: AccountDesk,
        intake: Intake,
        state: DeskState,
        clock: Clock,
        look_ups: LookUps,
    ) -> None:
        self._desk = desk
        self._intake = intake
        self._state = state
        self._clock = clock
        self._look_ups = look_ups

    async def pursue(self, name: OrderName) -> None:
        """Ask whose an event is, once no order here can still turn out to be its owner."""
        delay_s = FIRST_DELAY_S
        while self._desk.orphans.holds(name):
            await self._clock.sleep(delay_s)
            delay_s = min(delay_s * 2, MAX_DELAY_S)
            if self._may_be_ours(name) or not self._desk.orphans.holds(name):
                continue
            answer = await self._look_ups.at(name)
            if isinstance(answer, Found) and self._desk.orphans.holds(name):
                self._identify(name, answer.state)

    def _identify(self, name: OrderName, state: OrderState) -> None:
        desk = self._desk
        order = self._intake.known(desk, state.client_order_id, state.venue_order_id)
        if order is None:
            self._intake.adopt(desk, state)
            order = self._intake.known(desk, state.client_order_id, state.venue_order_id)
            if order is None:
                return  # it cannot be adopted, and people were told why
        else:
            self._intake.observe(desk, order.order_id, state)
        # Adopting hands waiting events on by the names it learnt; what waits under another one
        # is known to be the order's only since this look-up.
        for evidence in desk.orphans.take(name.client_order_id, name.venue_order_id):
            self._intake.attribute(desk, self._state.orders[order.order_id], evidence)

    def _may_be_ours(self, name: OrderName) -> bool:
        for order_id in self._state.live.get(self._desk.account_id, ()):
            order = self._state.orders[order_id]
            same = order.request.symbol == name.symbol and order.request.side is name.side
            waiting = order.status in UNANSWERED_STATUSES or order.amend_pending is not None
            if order.is_waiting:
                continue  # nothing of it was sent
            if same and waiting and order.leg.venue_order_id is None:
                return True
        return False
