"""Whether an account takes orders: not before its venue was asked, and not while it is stopped."""

import pytest

from algotradehub.domain.ids import VenueId
from algotradehub.trading.account_desk import AccountDesk, Durability, Questions
from algotradehub.trading.orphans import Orphans
from algotradehub.trading.risk.sums import RunningSums
from tests.unit.trading.bench import Bench, NotedQuestions
from tests.unit.trading.words import ACCOUNT, TENANT, VENUE


def test_a_new_desk_accepts_nothing_and_says_why() -> None:
    """Order-path 9: start is a reconnect like any other."""
    desk = AccountDesk(
        ACCOUNT,
        tenant=TENANT,
        durability=Durability.SYNC,
        orphans=Orphans(ACCOUNT, capacity=1, sums=RunningSums()),
    )
    assert desk.refusing == "kraken-main is not connected yet; try again in a moment"
    assert (desk.instruments, desk.in_flight, desk.connections) == ({}, set(), 0)
    desk.questions = NotedQuestions(lambda _: None)
    questions: Questions = desk.questions
    questions.resynchronise("x")
    assert (desk.tenant, desk.durability, len(desk.orphans)) == (TENANT, Durability.SYNC, 0)


@pytest.mark.design_property(31)
def test_it_is_closed_by_its_stream_a_halt_or_a_pause_of_its_venue(bench: Bench) -> None:
    desk, orders, standing = bench.desk, bench.orders, bench.state.standing
    orders.pause(VenueId("elsewhere"), paused=True, reason="fire", by="bob")
    assert desk.closed(standing) is None
    orders.pause(VENUE, paused=True, reason="upkeep", by="ann")
    assert desk.closed(standing) == "kraken is paused by ann: upkeep"
    orders.halt(ACCOUNT, halted=True, reason="lunch", by="bob")
    assert desk.closed(standing) == "halted by bob: lunch"
    desk.refusing = "kraken-main is catching up"
    assert desk.closed(standing) == "kraken-main is catching up"
    desk.refusing = None
    orders.halt(ACCOUNT, halted=False, reason="", by="bob")
    orders.pause(VENUE, paused=False, reason="", by="ann")
    assert desk.closed(standing) is None
