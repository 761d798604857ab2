"""An intervention desk on the bench, and orders for it that are stuck."""

from decimal import Decimal

from algotradehub.domain.capabilities import AbsenceProof
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.trading.intervention import Approvals, InterventionDesk
from algotradehub.trading.resolution import Resolution
from tests.fakes.account import ALL
from tests.unit.trading.bench import Bench
from tests.unit.trading.words import ACCOUNT, changed, lost

SILENT = changed(ALL, absence=changed(ALL.absence, proof=AbsenceProof.PERSON))
DEAD_S = 5.0 + ALL.absence.dead_after_s
STUCK_AFTER_S = 30.0
GONE = Resolution(status=OrderStatus.REJECTED, reason="not on the venue's page")


def desk_of(bench: Bench, approvals: Approvals | None = None) -> InterventionDesk:
    return InterventionDesk(
        orders=bench.orders,
        intake=bench.intake,
        recorder=bench.recorder,
        state=bench.state,
        clock=bench.clock,
        stuck_after_s={ACCOUNT: STUCK_AFTER_S},
        approvals=approvals or Approvals(),
    )


def unanswered(bench: Bench) -> Order:
    """An order whose place was lost: over 6, at 100."""
    order = bench.submit()
    bench.account.tell(lost(order))
    return bench.now(order)


def ended(status: OrderStatus, filled: int, value: int) -> Resolution:
    return Resolution(
        status=status, filled=Decimal(filled), value=Decimal(value), reason="order history"
    )
