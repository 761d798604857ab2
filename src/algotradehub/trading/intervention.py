"""The intervention desk: orders that are stuck, and what a person does about them (Property 39).

A person may have the venue asked again, cancel once more, and, where the venue cannot tell, decide
how an order ended. Where two people are asked for, one proposes and another approves; a proposal
dies with the process. Whatever is decided, the venue's later word wins.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from algotradehub.domain.errors import WrongState
from algotradehub.domain.ids import AccountId, ClientOrderId, TenantId
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.domain.records import Decided, DecisionProposed, Intervened
from algotradehub.ports.clock import Clock
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.intake import Intake
from algotradehub.trading.orders import OrderManager
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.resolution import Resolution, decision_of
from algotradehub.trading.state import DeskState
from algotradehub.trading.stuck import (
    Action,
    Proposal,
    StuckOrder,
    actions_of,
    is_provable,
    question_of,
    require_decidable,
    same_knowledge,
)

_NS: Final = 1_000_000_000
_OPEN: Final = OrderStatus.OPEN
LOOK_EVERY_S: Final = 5.0
STUCK_AFTER_S: Final = 60.0
NAMED_AT_MOST: Final = 5  # in one alert


class Approvals(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a decision takes a second person, and how long it waits for one."""

    people: frozenset[str] | None = None  # two of them decide together; None: anybody alone
    approve_within_s: float = 900.0

    @property
    def second_approver(self) -> bool:
        return self.people is not None


class InterventionDesk:
    """Lists what is stuck, tells people once, and does what they say.

    Args:
        stuck_after_s: How old a question is when it is a person's, by account.
        approvals: How many people a decision takes.
    """

    def __init__(
        self,
        *,
        orders: OrderManager,
        intake: Intake,
        recorder: Recorder,
        state: DeskState,
        clock: Clock,
        stuck_after_s: Mapping[AccountId, float],
        approvals: Approvals,
    ) -> None:
        self._orders = orders
        self._intake = intake
        self._recorder = recorder
        self._state = state
        self._clock = clock
        self._stuck_after_s = stuck_after_s
        self._approvals = approvals
        self._proposals: dict[ClientOrderId, Proposal] = {}  # of live orders only
        self._cancel_noticed_ns: dict[ClientOrderId, int] = {}
        self._alerted: set[ClientOrderId] = set()

    async def watch(self) -> None:
        """Look for stuck orders for ever, and tell people of each one once."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            self._forget_ended()
            for desk in self._orders.desks:
                self._alert(desk, [order.order_id for order in self._stuck(desk)])

    def stuck(self, tenant: TenantId) -> list[StuckOrder]:
        """Orders a person should look at, those asked about longest first."""
        found = [
            self._shown(desk, order)
            for desk in self._orders.desks
            if desk.tenant == tenant
            for order in self._stuck(desk)
        ]
        return sorted(found, key=lambda each: each.question.since_ns if each.question else 0)

    def of(self, tenant: TenantId, order_id: ClientOrderId) -> StuckOrder:
        """One order as a person would look at it, stuck or not.

        Raises:
            NotFound: There is no such order for this tenant.
            NotReady: Its account is not open here.
        """
        order = self._orders.order(tenant, order_id)
        return self._shown(self._orders.desk_of(order), order)

    def ask_again(self, tenant: TenantId, order_id: ClientOrderId, *, by: str) -> StuckOrder:
        """Look the order up now, with the pauses as short as at first, and compare the account.

        Raises:
            NotFound: There is no such order for this tenant.
            NotReady: Its account is not open here.
            WrongState: It has ended by the venue's word.
        """
        order, desk = self._open(tenant, order_id, Action.ASK_AGAIN)
        self._note(desk, order, Action.ASK_AGAIN, by)
        desk.questions.ask_now(order.order_id)
        return self._shown(desk, order)

    def force_cancel(self, tenant: TenantId, order_id: ClientOrderId, *, by: str) -> StuckOrder:
        """Send a cancel of every leg that may rest, now, and look the order up.

        A leg with a request that is not answered yet waits for that answer (order-path 6).

        Raises:
            NotFound: There is no such order for this tenant.
            NotReady: Its account is not open here.
            WrongState: It has ended.
        """
        order, desk = self._open(tenant, order_id, Action.FORCE_CANCEL)
        self._note(desk, order, Action.FORCE_CANCEL, by)
        self._orders.cancel(tenant, order.order_id)
        desk.questions.ask_now(order.order_id)
        return self._shown(desk, self._orders.order(tenant, order.order_id))

    def decide(
        self, tenant: TenantId, order_id: ClientOrderId, told: Resolution, *, by: str
    ) -> StuckOrder:
        """End an order as a person says, or propose that, where a second person is asked for.

        Raises:
            NotFound: There is no such order for this tenant.
            NotReady: Its account is not open here.
            WrongState: The venue can tell, something may still happen, or a proposal waits already.
            InvalidRequest: What is told contradicts itself, or what is known.
        """
        order, desk = self._open(tenant, order_id, None)
        require_decidable(order, desk.account.capabilities.absence, self._clock.now_ns())
        decision = decision_of(order, told, by)
        self._require_person(by)
        if not self._approvals.second_approver:
            return self._end(desk, Decided(order_id=order.order_id, decision=decision))
        waiting = self._proposal(order.order_id)
        if waiting is not None:
            raise WrongState(
                f"{waiting.decision.by} has proposed that order {order.order_id} is "
                f"{waiting.decision.status}: another person approves that, or it ends by itself"
            )
        expires_ns = self._clock.now_ns() + int(self._approvals.approve_within_s * _NS)
        proposed = DecisionProposed(
            order_id=order.order_id, decision=decision, expires_ns=expires_ns
        )
        self._recorder.keep(desk.account_id, proposed)
        proposal = Proposal(decision=decision, expires_ns=expires_ns, order=order)
        self._proposals[order.order_id] = proposal
        return self._shown(desk, order)

    def approve(self, tenant: TenantId, order_id: ClientOrderId, *, by: str) -> StuckOrder:
        """Let what another person has proposed be done.

        Raises:
            NotFound: There is no such order for this tenant.
            NotReady: Its account is not open here.
            WrongState: Nothing waits, the same person proposed it, or more is known since.
        """
        order, desk = self._open(tenant, order_id, None)
        self._require_person(by)
        proposal = self._proposal(order.order_id)
        if proposal is None:
            raise WrongState(f"nothing is proposed for order {order.order_id}, or not any more")
        if proposal.decision.by == by:
            raise WrongState(f"{by} has proposed it: another person approves")
        require_decidable(order, desk.account.capabilities.absence, self._clock.now_ns())
        if not same_knowledge(order, proposal.order):
            del self._proposals[order.order_id]
            raise WrongState(
                f"more is known of order {order.order_id} than when it was proposed: look at it "
                "again, and propose anew"
            )
        decision = msgspec.structs.replace(proposal.decision, approved_by=by)
        return self._end(desk, Decided(order_id=order.order_id, decision=decision))

    def _require_person(self, by: str) -> None:
        """The token of the installation may be in more than one hand."""
        people = self._approvals.people
        if people is not None and by not in people:
            raise WrongState(
                f"two of {', '.join(sorted(people))} decide together: use the token of one of them"
            )

    def _end(self, desk: AccountDesk, decided: Decided) -> StuckOrder:
        self._proposals.pop(decided.order_id, None)
        self._intake.keep(desk, decided)
        return self._shown(desk, self._state.orders[decided.order_id])

    def _open(
        self, tenant: TenantId, order_id: ClientOrderId, action: Action | None
    ) -> tuple[Order, AccountDesk]:
        """The order, and its account; ``action`` has to be possible, if one is given."""
        order = self._orders.order(tenant, order_id)
        desk = self._orders.desk_of(order)
        rule = desk.account.capabilities.absence
        if action is not None and action not in actions_of(order, rule, self._clock.now_ns()):
            raise WrongState(f"order {order.order_id} has ended: it is {order.status}")
        return order, desk

    def _note(self, desk: AccountDesk, order: Order, action: Action, by: str) -> None:
        intervened = Intervened(order_id=order.order_id, action=action.value, by=by)
        self._recorder.keep(desk.account_id, intervened)

    def _shown(self, desk: AccountDesk, order: Order) -> StuckOrder:
        rule = desk.account.capabilities.absence
        now_ns = self._clock.now_ns()
        proposal = self._proposal(order.order_id)
        actions = actions_of(order, rule, now_ns)
        if proposal is not None and Action.DECIDE in actions:
            actions = (*(each for each in actions if each is not Action.DECIDE), Action.APPROVE)
        return StuckOrder(
            order=order,
            question=question_of(order, self._cancel_noticed_ns.get(order.order_id, now_ns)),
            looked=desk.looked.get(order.order_id),
            absence_provable=is_provable(rule),
            actions=actions,
            proposal=proposal,
        )

    def _stuck(self, desk: AccountDesk) -> Iterator[Order]:
        now_ns = self._clock.now_ns()
        oldest_ns = now_ns - int(self._stuck_after_s[desk.account_id] * _NS)
        for order_id in self._state.live.get(desk.account_id, ()):
            order = self._state.orders[order_id]
            if (
                order.status is _OPEN
                and order.doubt is None
                and order.amend_pending is None
                and not order.cancel_pending
            ):
                continue  # nearly all of many: nothing is open about it
            noticed_ns = now_ns
            if order.cancel_pending:
                noticed_ns = self._cancel_noticed_ns.setdefault(order_id, now_ns)
            question = question_of(order, noticed_ns)
            if question is not None and question.since_ns <= oldest_ns:
                yield order

    def _proposal(self, order_id: ClientOrderId) -> Proposal | None:
        """What waits for a second person, as long as it may."""
        proposal = self._proposals.get(order_id)
        if proposal is not None and proposal.expires_ns <= self._clock.now_ns():
            del self._proposals[order_id]
            return None
        return proposal

    def _alert(self, desk: AccountDesk, stuck: list[ClientOrderId]) -> None:
        new = [order_id for order_id in stuck if order_id not in self._alerted]
        if not new:
            return
        self._alerted.update(new)
        named = ", ".join(new[:NAMED_AT_MOST])
        more = f" and {len(new) - NAMED_AT_MOST} more" if len(new) > NAMED_AT_MOST else ""
        self._recorder.alert(
            "order_stuck",
            f"nobody can tell what became of {named}{more}: look with `algotradehub stuck list`",
            desk.account_id,
        )

    def _forget_ended(self) -> None:
        orders = self._state.orders
        for kept in (self._cancel_noticed_ns, self._proposals):
            for order_id in [name for name in kept if _has_ended(orders.get(name))]:
                kept.pop(order_id)
        self._alerted = {name for name in self._alerted if not _has_ended(orders.get(name))}


def _has_ended(order: Order | None) -> bool:
    return order is None or order.is_final
