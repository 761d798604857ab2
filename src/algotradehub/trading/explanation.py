"""What would become of an order, rule by rule."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.errors import Refusal, RiskRefused
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import OrderRequest
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.new_order import new_order
from algotradehub.trading.risk.engine import RiskEngine
from algotradehub.trading.risk.use import RuleVerdict
from algotradehub.trading.standing import Standing
from algotradehub.trading.validation import refusals

_NO_ORDER: Final = ClientOrderId("")


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What every rule says to a request that was not placed.

    Fields that are broken come first: an order that cannot exist is held against no limit.
    """

    reference: Decimal | None  # what it would trade at now
    refusals: Sequence[Refusal]  # broken rules of fields, instrument and venue
    closed: str | None  # why nothing new is taken just now, whatever the order
    verdicts: Sequence[RuleVerdict]

    @property
    def passes(self) -> bool:
        return (
            not self.refusals
            and self.closed is None
            and all(verdict.passes for verdict in self.verdicts)
        )


def explained(
    request: OrderRequest,
    *,
    desk: AccountDesk,
    instrument: Instrument,
    reference: Decimal | None,
    now_ns: int,
    standing: Standing,
    risk: RiskEngine,
) -> Explanation:
    """Hold ``request`` against every rule; nothing is claimed, recorded or sent."""
    broken = refusals(
        request,
        instrument,
        desk.account.capabilities,
        now_ns=now_ns,
        reference_price=reference,
    )
    closed = desk.refusing
    if closed is None:
        try:
            standing.require_open(desk.account_id, desk.account.venue)
        except RiskRefused as refused:
            closed = str(refused)
    verdicts: Sequence[RuleVerdict] = ()
    if not broken:
        order = new_order(request, reference, order_id=_NO_ORDER, now_ns=now_ns)
        verdicts = risk.explain(order, instrument, reference)
    return Explanation(
        reference=reference, refusals=tuple(broken), closed=closed, verdicts=verdicts
    )
