"""Look-ups of single orders: a few at a time, each one in the journal before it is judged."""

import asyncio
from typing import Final

import msgspec

from algotradehub.domain.evidence import LookUp
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.legs import in_question
from algotradehub.domain.order import Order
from algotradehub.domain.records import LookedUp
from algotradehub.ports.clock import Clock
from algotradehub.ports.venue import OrderName
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.reports import Looked

AT_ONCE: Final = 4
FIRST_DELAY_S: Final = 1.0  # between two about the same thing
MAX_DELAY_S: Final = 60.0  # the ladder of the integration design: 1, 2, 4 ... at most 60 s


class Answered(msgspec.Struct, frozen=True, gc=False):
    """What a look-up brought, when it was asked, and over which connection of the stream."""

    answer: LookUp
    asked_ns: int
    connections: int


class LookUps:
    """Asks the venue of one account about its orders, and counts how often for ``desk.looked``."""

    def __init__(self, *, desk: AccountDesk, recorder: Recorder, clock: Clock) -> None:
        self._desk = desk
        self._recorder = recorder
        self._clock = clock
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def of(self, order: Order) -> Answered:
        """Ask about the leg of ``order`` that is in question."""
        desk = self._desk
        async with self._slots:
            asked_ns, connections = self._clock.now_ns(), desk.connections
            answer = await desk.account.find(_name(order))
        order_id = order.order_id
        looked_up = LookedUp(order_id=order_id, asked_ns=asked_ns, answer=answer)
        self._recorder.keep(desk.account_id, looked_up)
        before = desk.looked.get(order_id)
        times = 1 if before is None else before.times + 1
        desk.looked[order_id] = Looked(times=times, asked_ns=asked_ns, answer=answer)
        return Answered(answer, asked_ns, connections)

    async def at(self, name: OrderName) -> LookUp:
        """Ask what is at the venue under a name that no order here has."""
        async with self._slots:
            return await self._desk.account.find(name)

    def forget(self, order_id: ClientOrderId) -> None:
        """Nothing is asked about the order any more."""
        self._desk.looked.pop(order_id, None)


def _name(order: Order) -> OrderName:
    leg = in_question(order).leg
    return OrderName(
        client_order_id=leg.client_order_id,
        venue_order_id=leg.venue_order_id,
        symbol=order.request.symbol,
        side=order.request.side,
    )
