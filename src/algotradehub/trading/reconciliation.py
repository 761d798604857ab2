"""Reconciliation of one account: the venue's lists beside our books (order-path 9).

At the start, after a connect, on schedule and on demand, in the same way. The answers are taken in
as evidence; what they tell that we should have known is a difference. Of balances and positions one
is believed when it was seen twice, ``settle_s`` apart, while nothing was under way: then the
venue's word wins, by a posting that everybody can see.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from algotradehub.domain.difference import Difference, Subject
from algotradehub.domain.evidence import Balance, Execution, OrderState, PositionReport
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.domain.records import Differed, Doubted
from algotradehub.ports.clock import Clock
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.intake import Intake
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.reports import Occasion, Reconciliation
from algotradehub.trading.state import DeskState
from algotradehub.trading.suspects import Suspects

_NS: Final = 1_000_000_000
_MISSING: Final = "not among the venue's open orders"


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What the venue lists, and when it was asked and had answered, by our clock."""

    asked_ns: int
    answered_ns: int
    executions: Sequence[Execution]
    resting: Sequence[OrderState]
    balances: Sequence[Balance]
    positions: Sequence[PositionReport]


class Reconciler:
    """Compares, takes in, corrects.

    Args:
        unsettled: Why balances cannot be compared now, such as a fill whose fee is not known; None
            if they can.
    """

    def __init__(
        self,
        *,
        desk: AccountDesk,
        intake: Intake,
        recorder: Recorder,
        state: DeskState,
        clock: Clock,
        unsettled: Callable[[], str | None],
    ) -> None:
        self._desk = desk
        self._intake = intake
        self._state = state
        self._clock = clock
        self._unsettled = unsettled
        self._suspects = Suspects(desk=desk, intake=intake, recorder=recorder, state=state)

    async def run(self, occasion: Occasion) -> Reconciliation | None:
        """Compare once; None if the stream changed meanwhile, so that nothing can be said.

        Raises:
            VenueError: The venue could not be asked.
        """
        desk, state = self._desk, self._state
        connection = desk.connections
        desk.instruments = {listed.symbol: listed for listed in await desk.account.instruments()}
        asked_about = {
            order_id: state.orders[order_id]
            for order_id in state.live.get(desk.account_id, ())
            if state.orders[order_id].status is not OrderStatus.PENDING
        }
        answers = await self._ask()
        if desk.connections != connection:
            return None
        settle_ns = int(desk.account.capabilities.absence.settle_s * _NS)
        settled_ns = answers.asked_ns - settle_ns
        # Nothing was heard or asked of them since a list that lags may have been made: they are
        # the same values still, and were then.
        quiet = {
            name
            for name, was in asked_about.items()
            if state.orders.get(name) is was and was.updated_ns <= settled_ns
        }
        found: list[Difference] = []
        found += self._fills(answers, occasion)
        complete, missing = self._orders(answers, quiet, asked_about)
        found += missing
        skipped, corrected = self._holdings(answers)
        found += corrected
        report = Reconciliation(
            account=desk.account_id,
            occasion=occasion,
            asked_ns=answers.asked_ns,
            answered_ns=answers.answered_ns,
            orders=len(asked_about),
            fills=len(answers.executions),
            balances=0 if skipped else len(answers.balances),
            positions=0 if skipped else len(answers.positions),
            skipped=skipped,
            differences=found,
            complete=complete,
        )
        if found:
            differed = Differed(
                occasion=occasion.value, asked_ns=answers.asked_ns, differences=tuple(found)
            )
            self._intake.keep(desk, differed)
        desk.reconciliations.append(report)
        return report

    async def _ask(self) -> Answers:
        account, clock = self._desk.account, self._clock
        asked_ns = clock.now_ns()
        # Fills first: what is told here needs no look-up afterwards. The window overlaps by the
        # venue's replay horizon, since fills may be told out of order.
        horizon_ns = int(account.capabilities.replay_horizon_s * _NS)
        caught_up_ns = self._state.caught_up_ns(self._desk.account_id, asked_ns)
        executions = await account.fills_since(max(0, caught_up_ns - horizon_ns))
        resting = await account.open_orders()
        balances = await account.balances()
        positions = await account.positions()
        return Answers(
            asked_ns=asked_ns,
            answered_ns=clock.now_ns(),
            executions=executions,
            resting=resting,
            balances=balances,
            positions=positions,
        )

    def _fills(self, answers: Answers, occasion: Occasion) -> Iterator[Difference]:
        """Take the executions in; those that the stream should have told long ago differ."""
        desk = self._desk
        rule = desk.account.capabilities.absence
        late_s = rule.settle_s + rule.clock_error_s
        overdue_ns = answers.asked_ns - int(late_s * _NS)
        missed = "happened while we were not connected"
        if occasion is not Occasion.CONNECTED:
            missed = "the stream did not tell of it"
        for execution in answers.executions:
            order = self._intake.known(desk, execution.client_order_id, execution.venue_order_id)
            new = order is not None and self._state.counted(order, execution) is None
            self._intake.receive(desk, execution)
            if new and execution.venue_time_ns < overdue_ns:
                yield Difference(
                    subject=Subject.FILL,
                    name=execution.execution_id,
                    ours="not counted",
                    theirs=f"{execution.side} {execution.quantity:f} at {execution.price:f}",
                    meaning=f"{missed}; counted now",
                )

    def _orders(
        self,
        answers: Answers,
        quiet: Collection[ClientOrderId],
        asked_about: Iterable[ClientOrderId],
    ) -> tuple[bool, list[Difference]]:
        """Take the open orders in, and question those of ours that are not among them."""
        desk, state = self._desk, self._state
        found: list[Difference] = []
        listed = set()
        for told in answers.resting:
            known = self._intake.known(desk, told.client_order_id, told.venue_order_id)
            self._intake.receive(desk, told)
            if known is not None:
                listed.add(known.order_id)
                continue
            adopted = self._intake.known(desk, told.client_order_id, told.venue_order_id)
            if adopted is not None:
                listed.add(adopted.order_id)
                found.append(_stranger(adopted))
        complete = True
        for order_id in asked_about:
            order = state.orders.get(order_id)  # None: it ended, and left memory meanwhile
            if order is None or order_id in listed or order.is_final or order.doubt is not None:
                continue
            complete = complete and order_id in quiet
            # Missing from the list is a question, not an answer, and of quiet orders.
            if order_id in quiet:
                self._intake.keep(desk, Doubted(order_id=order_id, what=_MISSING))
                found.append(_missing(order))
        return complete, found

    def _holdings(self, answers: Answers) -> tuple[str | None, list[Difference]]:
        """Take the venue's word on what is held; correct ours where it is wrong for certain."""
        for balance in answers.balances:
            self._intake.receive(self._desk, balance)
        for position in answers.positions:
            self._intake.receive(self._desk, position)
        settle_ns = int(self._desk.account.capabilities.absence.settle_s * _NS)
        skipped = self._unsettled()
        if self._state.moved_ns.get(self._desk.account_id, 0) > answers.asked_ns - settle_ns:
            skipped = "something filled just before or meanwhile"
        if skipped is not None:
            self._suspects.forget()
            return skipped, []
        told = {(word.symbol, word.position_side): word for word in answers.positions}
        return None, self._suspects.compare(told, answers.asked_ns, answers.answered_ns)


def _stranger(order: Order) -> Difference:
    return Difference(
        subject=Subject.ORDER,
        name=order.order_id,
        ours="not known",
        theirs=f"{order.request.side} {order.quantity or ZERO:f} {order.request.symbol}",
        meaning="not placed from here, or lost by our journal; it is in the books now",
    )


def _missing(order: Order) -> Difference:
    return Difference(
        subject=Subject.ORDER,
        name=order.order_id,
        ours=order.status.value,
        theirs="not listed as open",
        meaning="it may have ended unheard; a look-up asks what became of it",
    )
