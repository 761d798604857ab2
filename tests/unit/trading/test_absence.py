"""Each condition under which empty look-ups prove absence (order-path 5)."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.capabilities import AbsenceProof
from algotradehub.domain.order import Amendment, OrderStatus
from algotradehub.trading.absence import Look, absence_proven, dead_ns, unproven
from tests.fakes.account import ALL
from tests.unit.domain.examples import order as pending
from tests.unit.trading.bench import S
from tests.unit.trading.words import changed

RULE = ALL.absence  # dead 6.5 s after the last instant, look-ups 2 s apart, two of them


def look(asked_s: float, connections: int = 1, sources: tuple[str, ...] = RULE.sources) -> Look:
    return Look(int(asked_s * S), connections, sources)


@pytest.mark.parametrize(
    ("looks", "proof"),
    [
        ([], 0),
        ([look(10)], 0),
        ([look(10), look(12)], 2),
        ([look(10), look(11.9)], 0),
        ([look(10), look(11), look(12)], 2),
        ([look(9.9), look(12)], 0),
        ([look(9.9), look(12), look(14)], 2),
        ([look(10), look(12, connections=2)], 0),
        ([look(10), look(12, connections=2), look(14, connections=2)], 2),
        ([look(10), look(12, sources=RULE.sources[:-1])], 0),
        ([look(10), look(11, sources=()), look(12)], 2),
        ([look(10), look(12, sources=("more", *RULE.sources))], 2),
    ],
)
def test_each_condition_of_absence_is_needed(looks: list[Look], proof: int) -> None:
    """Order-path 5: after the last instant, apart, over every source, on one whole stream."""
    assert len(absence_proven(looks, RULE, dead_ns=10 * S)) == proof


def test_where_a_person_decides_no_look_up_proves_anything() -> None:
    rule = changed(RULE, proof=AbsenceProof.PERSON)
    assert absence_proven([look(10), look(20), look(30)], rule, dead_ns=0) == ()


looks = st.lists(
    st.builds(look, st.integers(0, 30), st.integers(1, 2), st.sampled_from([(), RULE.sources])),
    max_size=8,
).map(lambda seen: sorted(seen, key=lambda one: one.asked_ns))


@given(looks, st.integers(0, 20))
def test_a_proof_meets_every_condition(seen: list[Look], dead_s: int) -> None:
    proof = absence_proven(seen, RULE, dead_ns=dead_s * S)
    if proof:
        assert len(proof) >= RULE.look_ups
        assert len({one.connections for one in proof}) == 1
        assert all(one.sources == RULE.sources and one.asked_ns >= dead_s * S for one in proof)
        pairs = pairwise(one.asked_ns for one in proof)
        assert all(second - first >= RULE.settle_s * S for first, second in pairs)


def test_nothing_executes_after_its_last_instant_and_the_venues_delay() -> None:
    order = changed(pending(), send_before_ns=20 * S)
    assert dead_ns(order, RULE) == 26.5 * S
    amended = changed(order, amend_pending=Amendment(), amend_before_ns=30 * S)
    assert dead_ns(amended, RULE) == 36.5 * S, "the place or the amend, whichever may come later"
    assert dead_ns(changed(amended, amend_before_ns=10 * S), RULE) == 26.5 * S
    replaced = changed(amended, replacing=amended.order_id)
    assert dead_ns(replaced, RULE) == 26.5 * S, "of this amendment the venue is told nothing"
    assert dead_ns(changed(order, amend_before_ns=30 * S), RULE) == 26.5 * S, "it is settled"


def test_of_an_order_with_legs_the_working_one_is_in_question() -> None:
    order = pending()
    old = changed(order, status=OrderStatus.CANCELLED, filled=Decimal(2))
    assert unproven(changed(order, filled=Decimal(2), parts=(old, order)))


def test_what_the_venue_named_or_filled_is_not_unproven() -> None:
    order = pending()
    assert unproven(order)
    assert unproven(changed(order, status=OrderStatus.UNKNOWN))
    assert not unproven(changed(order, status=OrderStatus.OPEN))
    named = changed(order.leg, venue_order_id="V1")
    assert not unproven(changed(order, legs=(named,)))
    assert not unproven(changed(order, filled=Decimal(1)))
    assert not unproven(changed(order, venue_filled=Decimal(1)))
