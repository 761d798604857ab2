"""Where every word of a venue arrives: matched to its order, counted once, recorded, followed."""

from typing import Final

from algotradehub.domain.evidence import (
    Acknowledged,
    Balance,
    CommandKind,
    Connection,
    ConnectionState,
    Cumulative,
    Execution,
    FeeSettled,
    Lost,
    NotSent,
    OrderEvidence,
    OrderState,
    PositionReport,
    Refused,
)
from algotradehub.domain.fill import part_of
from algotradehub.domain.ids import ClientOrderId, VenueOrderId, installation_tag
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.domain.records import Adopted, Body, Listed, Observed, Requested, Responded
from algotradehub.ports.clock import Clock
from algotradehub.ports.venue import Word
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.adoption import adopted
from algotradehub.trading.applied import Applied
from algotradehub.trading.orphans import OrphanEvidence
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.state import DeskState
from algotradehub.trading.venue_errors import VenueErrors

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_PLACE: Final = CommandKind.PLACE
_PENDING: Final = OrderStatus.PENDING
_UNKNOWN: Final = OrderStatus.UNKNOWN
_LIVE: Final = {OrderStatus.OPEN, OrderStatus.PARTIALLY_FILLED}


class Intake:
    """Receives evidence for every account of the desk.

    Args:
        tag: This installation's tag: an id that carries it is ours, even if we forgot it.
    """

    def __init__(self, *, state: DeskState, recorder: Recorder, clock: Clock, tag: int) -> None:
        self._state = state
        self._recorder = recorder
        self._clock = clock
        self._tag = tag
        self.errors = VenueErrors(state=state, recorder=recorder, clock=clock)

    def receive(self, desk: AccountDesk, evidence: Word) -> None:
        """Take a piece of evidence, or the bytes of one; every account's sink ends here."""
        match evidence:  # the frequent ones first: a class that does not match costs 0.1 us
            case Acknowledged():
                self._answered(desk, evidence)
            case Balance():
                self._recorder.hear(desk.account_id, evidence)
            case Execution() | OrderState() | Cumulative() | FeeSettled():
                self._happened(desk, evidence)
            case Refused() | NotSent() | Lost():
                self._answered(desk, evidence)
            case PositionReport():
                self._recorder.hear(desk.account_id, evidence)
            case Connection():
                if evidence.state is ConnectionState.DOWN:
                    desk.line.cut(self._clock.monotonic_ns())
                desk.questions.connection(evidence)
            case Requested() | Responded():
                self._recorder.defer(desk.account_id, evidence)

    def observe(self, desk: AccountDesk, order_id: ClientOrderId, evidence: OrderEvidence) -> None:
        """Record evidence about a known order."""
        observed = Observed(order_id=order_id, evidence=evidence)
        self._follow(desk, self._recorder.keep(desk.account_id, observed))

    def attribute(self, desk: AccountDesk, order: Order, evidence: OrphanEvidence) -> None:
        """Take what happened as being about ``order``, by whatever name it was told."""
        news = self._news(order, evidence)
        if news is not None:
            self.observe(desk, order.order_id, news)

    def keep(self, desk: AccountDesk, body: Body) -> None:
        """Record what became known about an order, and take up what follows from it."""
        self._follow(desk, self._recorder.keep(desk.account_id, body))

    def require_listed(self, desk: AccountDesk, instrument: Instrument) -> None:
        """Make sure the books reckon with ``instrument`` as it is now.

        Raises:
            NotReady: The journal refuses; nothing changed.
        """
        known = self._state.positions.instrument(desk.account_id, instrument.symbol)
        if known is not instrument and known != instrument:
            self._recorder.append(desk.account_id, Listed(instrument=instrument))

    def keep_listed(self, desk: AccountDesk, instrument: Instrument) -> None:
        """The same for what never waits for the disk."""
        known = self._state.positions.instrument(desk.account_id, instrument.symbol)
        if known != instrument:
            self._recorder.keep(desk.account_id, Listed(instrument=instrument))

    def adopt(self, desk: AccountDesk, state: OrderState) -> None:
        """Take an order into the books that is at the venue but not in them (order-path 8)."""
        instrument = desk.instruments.get(state.symbol)
        if instrument is None:
            self._recorder.alert(
                "order_not_adopted",
                f"{state.venue_order_id} is for {state.symbol}, which the venue does not list",
                desk.account_id,
            )
            return
        if self._state.positions.instrument(desk.account_id, state.symbol) is None:
            self._recorder.keep(desk.account_id, Listed(instrument=instrument))
        ours = state.client_order_id is not None and self.is_ours(state.client_order_id)
        order = adopted(
            state,
            account=desk.account_id,
            tenant=desk.tenant,
            ours=ours,
            now_ns=self._clock.now_ns(),
        )
        adopted_before = self._state.order(order.order_id)
        if adopted_before is not None:  # it left memory, and no name but its own leads to it
            self.attribute(desk, adopted_before, state)
            return
        self._recorder.alert(
            "order_adopted",
            f"{state.venue_order_id} on {state.symbol} was found at the venue and is now in the "
            "books; " + ("our journal had lost it" if ours else "it was not placed from here"),
            desk.account_id,
        )
        self.keep(desk, Adopted(order=order, state=state))

    def is_ours(self, client_order_id: ClientOrderId) -> bool:
        return installation_tag(client_order_id) == self._tag

    def known(
        self,
        desk: AccountDesk,
        client_order_id: ClientOrderId | None,
        venue_order_id: VenueOrderId | None,
    ) -> Order | None:
        """The order of either name, from memory or from the projection."""
        state = self._state
        if client_order_id is not None:
            order_id = state.legs.get(client_order_id, client_order_id)
            order = state.orders.get(order_id)
            if order is None and self.is_ours(client_order_id):
                order = state.order(order_id)
            if order is not None and not (
                order.external and _is_namesake(desk, order, client_order_id, venue_order_id)
            ):
                return order
        if venue_order_id is not None:
            return state.order_of_venue(desk.account_id, venue_order_id)
        return None

    def _answered(
        self, desk: AccountDesk, evidence: Acknowledged | Refused | NotSent | Lost
    ) -> None:
        desk.line.outcome(evidence, self._clock.monotonic_ns())
        order_id = evidence.client_order_id  # of the leg
        if evidence.command is not _PLACE:  # it is answered, whosever it was
            desk.in_flight.discard((order_id, evidence.command))
        order = self._state.orders.get(order_id) or self.known(desk, order_id, None)
        if order is None:
            self._recorder.alert(
                "answer_without_order", f"{evidence!r} names no order here", desk.account_id
            )
            return
        if type(evidence) is Refused:
            self.errors.refused(desk, order, evidence)
        elif desk.fatal_answers and type(evidence) is Acknowledged:
            desk.fatal_answers = 0
        observed = Observed(order_id=order.order_id, evidence=evidence)
        self._follow(desk, self._recorder.keep(desk.account_id, observed))

    def _happened(self, desk: AccountDesk, evidence: OrphanEvidence) -> None:
        order = self.known(desk, evidence.client_order_id, evidence.venue_order_id)
        if order is not None:
            self.attribute(desk, order, evidence)
            return
        if isinstance(evidence, OrderState) and evidence.client_order_id is not None:
            # It names an order that is neither in memory nor in the projection: not placed from
            # here, or lost by us. Either way the venue has just described it whole. Before the
            # instruments are known the order waits for the resynchronisation that fetches them.
            if desk.instruments:
                self.adopt(desk, evidence)
            return
        if desk.orphans.full:
            desk.orphans.drop_all()
            desk.questions.resynchronise("more events than orders: the orphan buffer is full")
            return
        name = desk.orphans.add(evidence)
        if name is not None:
            desk.questions.watch_orphan(name)

    def _news(self, order: Order, evidence: OrphanEvidence) -> OrphanEvidence | None:
        """What of ``evidence`` could change anything, or None: snapshots mostly repeat."""
        news = True
        part = part_of(order, evidence.client_order_id, evidence.venue_order_id)
        match evidence:
            case Execution():
                counted = self._state.counted(order, evidence)
                if counted is None:
                    return evidence
                return _fee_of(evidence) if counted.fee is None else None
            case Cumulative():
                news = evidence.filled > part.venue_filled or part.filled < evidence.filled
            case FeeSettled():
                pass
            case OrderState():
                leg = part.leg
                news = (
                    part.doubt is not None
                    or part.decision is not None
                    or part.total_untold
                    or part.amend_pending is not None
                    or (evidence.status in _LIVE) != (part.status in _LIVE)
                    or (evidence.status not in _LIVE and evidence.status is not part.status)
                    or leg.venue_order_id is None
                    or (evidence.filled is not None and evidence.filled > part.filled)
                    or evidence.quantity not in (None, leg.quantity)
                    or evidence.limit_price not in (None, leg.limit_price)
                )
        return evidence if news else None

    def _follow(self, desk: AccountDesk, applied: Applied) -> None:
        """What must happen next because of what was just recorded."""
        order, before = applied.order, applied.before
        if order is None:
            return
        self._compare(before, order)
        if desk.orphans and (before is None or before.legs is not order.legs):
            for leg in order.legs:
                for waiting in desk.orphans.take(leg.client_order_id, leg.venue_order_id):
                    self._happened(desk, waiting)
            order = self._state.orders.get(order.order_id, order)
        fills = applied.fills
        if order.lacks_fills or (fills and any(fill.fee is None for fill in fills)):
            desk.questions.watch_fills(order.order_id)
        if order.replacing is not None and order.part.is_final:
            desk.questions.replace(order.order_id)
        if order.status is _UNKNOWN or order.doubt is not None or order.decision is not None:
            desk.questions.watch(order.order_id)
        elif order.wants_cancel and not order.is_final:
            if before is not None and before.status is _PENDING:
                # The cancel that overtook the place may have found nothing (order-path 6).
                desk.questions.cancel_again(order.order_id)
            desk.questions.watch(order.order_id)

    def _compare(self, decided: Order | None, now: Order) -> None:
        """Tell people when the venue shows that one of them was wrong."""
        if decided is None or decided.decision is None:
            return
        if decided.is_final and (now.status, now.filled) != (decided.status, decided.filled):
            said = f"{decided.status} with {decided.filled:f} filled"
            self._recorder.alert(
                "decision_contradicted",
                f"order {now.order_id} was decided {said}; by the venue's word it is {now.status} "
                f"with {now.filled:f} filled",
                now.request.account,
            )


def _is_namesake(
    desk: AccountDesk,
    stranger: Order,
    client_order_id: ClientOrderId,
    venue_order_id: VenueOrderId | None,
) -> bool:
    """Whether a name that somebody else gave stands for another order: such names repeat."""
    if stranger.request.account != desk.account_id:
        return True
    first = stranger.legs[0]
    named_elsewhere = client_order_id == first.client_order_id
    return (
        named_elsewhere
        and venue_order_id is not None
        and first.venue_order_id not in {None, venue_order_id}
    )


def _fee_of(execution: Execution) -> FeeSettled | None:
    """What a repeated execution adds: the fee, where the first telling had none."""
    if execution.fee is None or execution.fee_asset is None:
        return None
    return FeeSettled(
        client_order_id=execution.client_order_id,
        venue_order_id=execution.venue_order_id,
        execution_id=execution.execution_id,
        symbol=execution.symbol,
        side=execution.side,
        fee=execution.fee,
        fee_asset=execution.fee_asset,
    )
