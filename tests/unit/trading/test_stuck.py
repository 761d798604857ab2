"""Which orders are a person's business, since when, and what can be done about them."""

import pytest

from algotradehub.domain.errors import WrongState
from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.order import Amendment, Order, OrderStatus
from algotradehub.domain.order_rules import advance, doubted
from algotradehub.trading.stuck import (
    Action,
    actions_of,
    is_provable,
    question_of,
    require_decidable,
    same_knowledge,
)
from tests.fakes.account import ALL
from tests.unit.domain.examples import acknowledged, lost, order, state
from tests.unit.trading.desks import SILENT
from tests.unit.trading.words import changed

pytestmark = pytest.mark.design_property(39)

RULE = ALL.absence
PENDING = order(6)
OPEN = advance(PENDING, acknowledged(), 3).order
LATE_NS = 10**12


@pytest.mark.parametrize(
    ("now", "since_ns"),
    [
        (PENDING, PENDING.created_ns),
        (advance(PENDING, lost(), 7).order, 7),
        (doubted(OPEN, "?", 8), 8),
        (changed(OPEN, amend_pending=Amendment(), amend_before_ns=9), 9),
        (changed(OPEN, cancel_pending=True), 11),
    ],
)
def test_a_question_has_an_age(now: Order, since_ns: int) -> None:
    question = question_of(now, 11)
    assert question is not None
    assert question.since_ns == since_ns


def test_an_open_order_without_a_doubt_is_no_question() -> None:
    assert question_of(OPEN, 11) is None
    ended = advance(OPEN, state(OrderStatus.CANCELLED, 5, filled=0), 6).order
    assert question_of(ended, 11) is None
    assert actions_of(ended, RULE, LATE_NS) == ()


def test_a_person_decides_where_there_is_a_question_and_nothing_can_happen_any_more() -> None:
    for now in (PENDING, advance(PENDING, lost(), 7).order, doubted(OPEN, "?", 8)):
        assert Action.DECIDE in actions_of(now, RULE, LATE_NS)
        with pytest.raises(WrongState, match="decide in"):
            require_decidable(now, RULE, now.send_before_ns)
    asked = changed(OPEN, amend_pending=Amendment(), amend_before_ns=LATE_NS)
    amending = advance(asked, lost(CommandKind.AMEND), 9).order
    assert Action.DECIDE not in actions_of(amending, RULE, LATE_NS)
    for now in (OPEN, changed(OPEN, cancel_pending=True)):
        assert actions_of(now, RULE, LATE_NS) == (Action.ASK_AGAIN, Action.FORCE_CANCEL)


def test_some_venues_never_prove_absence() -> None:
    assert is_provable(RULE)
    assert not is_provable(SILENT.absence)


def test_the_time_of_a_word_is_no_knowledge() -> None:
    assert same_knowledge(OPEN, changed(OPEN, updated_ns=99))
    assert not same_knowledge(OPEN, doubted(OPEN, "?", 8))
