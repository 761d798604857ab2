"""An account's desk begins by refusing: nothing is accepted before the venue was asked."""

from algotradehub.trading.account_desk import AccountDesk, Durability, Questions
from algotradehub.trading.orphans import Orphans
from algotradehub.trading.risk.sums import RunningSums
from tests.unit.trading.bench import NotedQuestions
from tests.unit.trading.words import ACCOUNT, TENANT


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
