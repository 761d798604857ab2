"""Words about any leg of an order, and what the desk records of it, for the tests of legs."""

from decimal import Decimal
from typing import Any

import msgspec

from algotradehub.domain import order_fold
from algotradehub.domain.evidence import Execution, OrderEvidence
from algotradehub.domain.fill import Effect, fill_id
from algotradehub.domain.ids import ClientOrderId, ExecutionId, VenueOrderId
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import (
    FINAL_STATUSES,
    Amendment,
    BaseAmount,
    Decision,
    Order,
    OrderStatus,
)
from algotradehub.domain.records import (
    AmendAsked,
    CancelAsked,
    Decided,
    Doubted,
    LegAdded,
    OrderRecord,
    ProvenAbsent,
    ReplaceDropped,
    Restarted,
)
from tests.unit.domain.examples import ORDER_ID, order

LIVE = {OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED}


def leg_id(number: int) -> ClientOrderId:
    return ORDER_ID if number == 1 else ClientOrderId(f"{number:032x}")


def venue_id(number: int) -> VenueOrderId:
    return VenueOrderId(f"V{number}")


def of(number: int, word: Any, *, venue: bool = True, client: bool = True) -> Any:
    """``word`` as one about that leg, which it names by the venue's id, by ours, or by both."""
    names: dict[str, object] = {"client_order_id": leg_id(number) if client else None}
    if hasattr(word, "venue_order_id"):
        names["venue_order_id"] = venue_id(number) if venue else None
    return msgspec.structs.replace(word, **names)


class Story:
    """An order, and what is recorded of it one after another; executions count once.

    Attributes:
        now: The order after the last record.
        effects: What the records moved.
        counted: Executions that were new, by leg.
    """

    def __init__(self, quantity: int = 6) -> None:
        self.now: Order = order(quantity)
        self.effects: list[Effect] = []
        self.counted: list[Execution] = []
        self.at_ns = 0
        self._seen: set[ExecutionId] = set()

    def hear(self, *words: OrderEvidence) -> Order:
        for word in words:
            if isinstance(word, Execution):
                name = fill_id(self.now, word)
                if name in self._seen:
                    continue
                self._seen.add(name)
                self.counted.append(word)
            step = order_fold.advanced(self.now, word, self._tick())
            self.now = step.order
            if step.effect is not None:
                self.effects.append(step.effect)
        return self.now

    def record(self, body: OrderRecord) -> Order:
        step = order_fold.recorded(self.now, body, self._tick())
        self.now = step.order
        if step.effect is not None:
            self.effects.append(step.effect)
        return self.now

    def amend(
        self, quantity: int | None = None, price: int | None = None, *, send_before_ns: int = 5
    ) -> Order:
        """Ask for new values, by a leg that replaces the working one."""
        return self.record(
            AmendAsked(
                order_id=ORDER_ID,
                amendment=Amendment(
                    quantity=None if quantity is None else Decimal(quantity),
                    limit_price=None if price is None else Decimal(price),
                ),
                send_before_ns=send_before_ns,
                leg=leg_id(len(self.now.legs) + 1),
            )
        )

    @property
    def waits(self) -> bool:
        """Whether the leg that follows may be added now."""
        now = self.now
        return now.replacing is not None and now.part.is_final and not now.lacks_fills

    def follow(self) -> Order:
        """Add the leg that follows, over what is left."""
        wanted, price = self.wanted, self.now.leg.limit_price
        assert wanted is not None
        if wanted <= self.now.filled:
            return self.drop()
        request = msgspec.structs.replace(
            self.now.request, amount=BaseAmount(wanted - self.now.filled), limit_price=price
        )
        return self.record(LegAdded(order_id=ORDER_ID, request=request, send_before_ns=9))

    @property
    def wanted(self) -> Decimal | None:
        """What the order is to be over, if a leg follows."""
        amendment = self.now.amend_pending
        if self.now.replacing is None or amendment is None:
            return None
        return self.now.quantity if amendment.quantity is None else amendment.quantity

    def drop(self, reason: str = "halted") -> Order:
        return self.record(ReplaceDropped(order_id=ORDER_ID, reason=reason))

    def cancel(self) -> Order:
        return self.record(CancelAsked(order_id=ORDER_ID))

    def doubt(self) -> Order:
        return self.record(Doubted(order_id=ORDER_ID, what="a look-up failed"))

    def absent(self) -> Order:
        return self.record(ProvenAbsent(order_id=ORDER_ID, looked_ns=(1, 2), sources=()))

    def decide(self, status: OrderStatus, more: Decimal) -> Order:
        """Let a person end it, with so much more filled, at 100 each."""
        decision = Decision(
            status=status,
            filled=self.now.filled + more,
            value=self.now.paid + more * 100,
            by="ann",
            reason="seen there",
        )
        return self.record(Decided(order_id=ORDER_ID, decision=decision))

    def restart(self) -> Order:
        self.now = order_fold.one_of_many(self.now, Restarted(epoch=2), self._tick())
        return self.now

    def _tick(self) -> int:
        self.at_ns += 1
        return self.at_ns


def parts(now: Order) -> tuple[Order, ...]:
    return now.parts or (now,)


def may_fill(now: Order) -> Decimal:
    """What the legs may still fill, if all that is not proven dead fills wholly."""
    left = ZERO
    for part in parts(now):
        if part.status not in FINAL_STATUSES:
            assert part.leg.quantity is not None
            left += max(ZERO, part.leg.quantity - part.filled)
    return left
