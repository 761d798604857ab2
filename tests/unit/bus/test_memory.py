"""The bus in memory: every fact to everybody it concerns, and nobody can hurt the publisher."""

from collections.abc import Callable

from algotradehub.bus.memory import MemoryBus
from algotradehub.domain.ids import AccountId
from algotradehub.ports.bus import Alert, Bus, Fact

ALICE, BOB = AccountId("alice"), AccountId("bob")


def fact(name: str = "f", account: AccountId | None = ALICE) -> Fact:
    return Alert(name=name, detail="", account=account, at_ns=0)


class Failures:
    """Notes which subscriber was taken off, and why."""

    def __init__(self) -> None:
        self.told: list[tuple[object, str]] = []

    def __call__(self, receive: object, error: Exception) -> None:
        self.told.append((receive, str(error)))


def bus() -> tuple[MemoryBus, Failures]:
    failures = Failures()
    return MemoryBus(on_failure=failures), failures


def broken(fact: Fact) -> None:
    raise RuntimeError("bad day")


def test_facts_reach_every_subscriber_in_order() -> None:
    made, _ = bus()
    port: Bus = made
    heard: list[tuple[str, Fact]] = []
    port.subscribe(lambda told: heard.append(("first", told)))
    port.subscribe(lambda told: heard.append(("second", told)))
    port.publish(fact("a"))
    port.publish(fact("b"))
    assert heard == [
        ("first", fact("a")),
        ("second", fact("a")),
        ("first", fact("b")),
        ("second", fact("b")),
    ]


def test_a_subscriber_hears_of_its_accounts_and_of_what_concerns_everybody() -> None:
    made, _ = bus()
    heard: list[Fact] = []
    made.subscribe(heard.append, accounts=frozenset({BOB}))
    for account in (ALICE, BOB, None):
        made.publish(fact(account=account))
    assert heard == [fact(account=BOB), fact(account=None)]


def test_nothing_is_heard_after_the_subscription_ended() -> None:
    made, _ = bus()
    heard: list[Fact] = []
    leave = made.subscribe(heard.append)
    made.subscribe(heard.append)
    leave()
    leave()
    made.publish(fact())
    assert heard == [fact()], "the same function subscribed twice is two subscribers"


def test_one_that_raises_is_taken_off_and_the_others_still_hear() -> None:
    made, failures = bus()
    before: list[Fact] = []
    after: list[Fact] = []
    made.subscribe(before.append)
    made.subscribe(broken)
    made.subscribe(after.append)
    made.publish(fact("a"))
    made.publish(fact("b"))
    assert before == after == [fact("a"), fact("b")]
    assert failures.told == [(broken, "bad day")], "told once: it hears no more"


def test_what_is_published_about_the_failure_reaches_the_others() -> None:
    """The failed one is off the list first, or it would be told of itself without end."""
    heard: list[Fact] = []
    alarm = fact("subscriber_failed", None)
    made = MemoryBus(on_failure=lambda receive, error: made.publish(alarm))
    made.subscribe(broken)
    made.subscribe(heard.append)
    made.publish(fact())
    assert heard == [alarm, fact()]


def test_the_list_may_change_while_a_fact_is_told() -> None:
    made, failures = bus()
    heard: list[str] = []
    leave: list[Callable[[], None]] = []

    def join_and_leave(told: Fact) -> None:
        heard.append("first")
        made.subscribe(lambda late: heard.append("late"))
        leave[0]()

    leave.append(made.subscribe(join_and_leave))
    made.subscribe(lambda told: heard.append("second"))
    made.publish(fact())
    assert heard == ["first", "second"], "this fact goes to who was there when it was published"
    made.publish(fact())
    assert heard == ["first", "second", "second", "late"]
    assert not failures.told
