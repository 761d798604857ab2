"""What people did is told in words: what, by whom, and why."""

from decimal import Decimal

import pytest

from algotradehub.api.views.audit import action_view
from algotradehub.domain.ids import AccountId, Asset, ClientOrderId, VenueId
from algotradehub.domain.order import Decision, OrderStatus
from algotradehub.domain.records import (
    FORMAT_VERSION,
    BalanceCorrected,
    CloseAsked,
    Decided,
    DecisionProposed,
    HaltSet,
    Intervened,
    PauseSet,
    Privileged,
    Record,
    StopProven,
)

ORDER = ClientOrderId("01a3185c5000700080007002dfdc1c35")
DECISION = Decision(
    status=OrderStatus.CANCELLED, filled=Decimal(0), value=Decimal(0), by="ann", reason="seen"
)
APPROVED = Decision(
    status=OrderStatus.CANCELLED,
    filled=Decimal(0),
    value=Decimal(0),
    by="ann",
    reason="seen",
    approved_by="bob",
)


@pytest.mark.design_property(9)
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (HaltSet(halted=True, reason="lunch", by="ann"), ("halt", "ann", "lunch")),
        (HaltSet(halted=True, reason="odd", by="ann", stop=True), ("stop", "ann", "odd")),
        (HaltSet(halted=False, reason="", by="ann"), ("resume", "ann", "")),
        (StopProven(looked_ns=(1, 2)), ("stop_proven", "", "")),
        (CloseAsked(reason="enough", by="ann", spot=False), ("close_all", "ann", "enough")),
        (
            PauseSet(venue=VenueId("kraken"), paused=True, reason="upkeep", by="ann"),
            ("pause", "ann", "kraken: upkeep"),
        ),
        (
            PauseSet(venue=VenueId("kraken"), paused=False, reason="", by="ann"),
            ("resume", "ann", "kraken"),
        ),
        (Intervened(order_id=ORDER, action="ask_again", by="ann"), ("ask_again", "ann", ORDER)),
        (
            DecisionProposed(order_id=ORDER, decision=DECISION, expires_ns=9),
            ("propose", "ann", f"{ORDER}: CANCELLED, seen"),
        ),
        (
            Decided(order_id=ORDER, decision=APPROVED),
            ("decide", "ann, bob", f"{ORDER}: CANCELLED, seen"),
        ),
        (
            BalanceCorrected(asset=Asset("USDT"), amount=Decimal("1.50")),
            ("balance_corrected", "", "1.50 USDT"),
        ),
    ],
)
def test_an_action_is_told_in_words(body: Privileged, told: tuple[str, str, str]) -> None:
    record = Record(
        v=FORMAT_VERSION,
        seq=1,
        at_ns=7,
        account=AccountId("main"),
        account_seq=1,
        kind=body.kind,
        body=body,
    )
    shown = action_view(record)
    assert (shown.what, shown.by, shown.detail) == told
