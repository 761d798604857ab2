"""Turns what a market did into new records and into what each account is told."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.evidence import Acknowledged, CommandKind, Evidence, Execution, Refused
from algotradehub.domain.ids import AccountId, ExecutionId, Symbol, VenueOrderId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import FINAL_STATUSES, Amendment, OrderStatus
from algotradehub.matching.outcomes import (
    Accepted,
    Amended,
    Closed,
    Matched,
    Outcome,
    RefusalCode,
    Triggered,
)
from algotradehub.matching.outcomes import Refused as MarketRefused
from algotradehub.venues.paper.records import Batch, PaperOrder
from algotradehub.venues.paper.register import Register
from algotradehub.venues.paper.reserve import amended_reserve

_replace: Final = msgspec.structs.replace


class Settlement:
    """One request, or one move of a market: all of it is recorded, or none.

    The register is only read. ``batch`` is what has to be written and then folded into it;
    ``told`` is the evidence per account, in the order in which things happened.
    """

    __slots__ = ("_executions", "_orders", "_register", "at_ns", "told", "traded")

    def __init__(self, register: Register, at_ns: int) -> None:
        self._register = register
        self.at_ns = at_ns
        self._orders: dict[VenueOrderId, PaperOrder] = {}  # as they are now
        self._executions: list[tuple[AccountId, Execution]] = []
        self.traded = False  # anybody with anybody
        self.told: dict[AccountId, list[Evidence]] = {}

    def tell(self, account: AccountId, evidence: Evidence) -> None:
        told = self.told.get(account)
        if told is None:
            self.told[account] = [evidence]
        else:
            told.append(evidence)

    def answer(self, kind: CommandKind, order: PaperOrder, outcomes: Sequence[Outcome]) -> bool:
        """Tell what the market answered to a request about ``order``; True if it did it."""
        for outcome in outcomes:
            if type(outcome) is MarketRefused and outcome.order_id == order.venue_order_id:
                self.refuse(kind, order, outcome.code, outcome.reason)
                return False
        acknowledged = Acknowledged(
            command=kind,
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id,
            venue_time_ns=self.at_ns,
        )
        self.tell(order.account, acknowledged)
        return True

    def refuse(self, kind: CommandKind, order: PaperOrder, code: str, reason: str) -> None:
        refusal = Refused(
            command=kind,
            client_order_id=order.client_order_id,
            code=code,
            reason=reason,
            order_unknown=code == RefusalCode.UNKNOWN_ORDER,
        )
        self.tell(order.account, refusal)

    def accept(self, order: PaperOrder) -> None:
        self._orders[order.venue_order_id] = order

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """Follow a market's outcomes; those of orders that are not ours are its own affair."""
        for outcome in outcomes:
            if type(outcome) is Accepted:
                continue
            if type(outcome) is Matched:
                self.traded = True
            order_id = VenueOrderId(outcome.order_id)
            order = self._orders.get(order_id) or self._register.working.get(order_id)
            if order is None:
                continue
            if isinstance(outcome, Matched):
                self._matched(order, outcome)
            elif isinstance(outcome, Amended):
                self._amended(order, outcome)
            elif isinstance(outcome, Closed):
                self._closed(order, outcome)
            elif isinstance(outcome, Triggered):
                fired = _replace(order, fired=True, changed_ns=self.at_ns)
                self._orders[order.venue_order_id] = fired

    def trailed(
        self, order_id: str, best: Decimal, trigger: Decimal, instrument: Instrument
    ) -> None:
        """Note how far a trail has come, and show a price at which it will fire for sure."""
        key = VenueOrderId(order_id)
        order = self._register.working.get(key)
        if order is not None and order.best != best:
            shown = instrument.passive_price(trigger, order.side.opposite)
            self._orders[key] = _replace(order, best=best, trigger_price=shown)

    def batch(self, marks: dict[Symbol, Decimal]) -> Batch | None:
        """What changed; None if nothing did."""
        if not (self._orders or marks):
            return None
        return Batch(
            at_ns=self.at_ns,
            orders=list(self._orders.values()),
            executions=self._executions,
            marks=marks,
        )

    def _matched(self, order: PaperOrder, match: Matched) -> None:
        status = OrderStatus.PARTIALLY_FILLED
        if match.filled == order.quantity:
            status = OrderStatus.FILLED
        execution = Execution(
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id,
            execution_id=ExecutionId(str(self._register.next_execution + len(self._executions))),
            symbol=order.symbol,
            side=order.side,
            price=match.price,
            quantity=match.quantity,
            fee=match.fee,
            fee_asset=match.fee_asset,
            venue_time_ns=self.at_ns,
            liquidity=match.liquidity,
            status=status,
            cumulative=match.filled,
        )
        self._executions.append((order.account, execution))
        self._orders[order.venue_order_id] = _replace(
            order,
            status=status,
            filled=match.filled,
            paid=order.paid + match.price * match.quantity,
            changed_ns=self.at_ns,
        )
        self.tell(order.account, execution)

    def _amended(self, order: PaperOrder, outcome: Amended) -> None:
        # Also when nobody asked: a reduce-only order shrinks with its position.
        amendment = Amendment(limit_price=outcome.limit_price, trigger_price=outcome.trigger_price)
        order = _replace(
            order,
            quantity=None if order.quantity is None else outcome.quantity,
            limit_price=outcome.limit_price,
            trigger_price=outcome.trigger_price or order.trigger_price,
            reserve_price=amended_reserve(order, amendment),
            changed_ns=self.at_ns,
        )
        self._orders[order.venue_order_id] = order
        self.tell(order.account, order.state())

    def _closed(self, order: PaperOrder, outcome: Closed) -> None:
        told = order.status in FINAL_STATUSES  # by its last execution
        order = _replace(order, status=outcome.status, reason=outcome.reason, changed_ns=self.at_ns)
        self._orders[order.venue_order_id] = order
        if not told:
            self.tell(order.account, order.state())
