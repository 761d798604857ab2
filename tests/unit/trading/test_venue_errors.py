"""A venue's errors reach people, once a minute each; a refused credential halts the account."""

import pytest

from algotradehub.domain.errors import (
    CredentialRefused,
    ErrorCategory,
    ProtocolViolation,
    VenueError,
    VenueUnavailable,
)
from algotradehub.domain.evidence import CommandKind
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.ports.bus import Alert
from algotradehub.trading import venue_errors
from algotradehub.trading.recovery import RECONCILE_EVERY_S
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.words import ACCOUNT, VENUE, acknowledged, changed, limit, refused

FATAL, BROKEN = ErrorCategory.FATAL, ErrorCategory.EXCHANGE_ERROR


def told(bench: Bench, name: str = "exchange_error") -> list[str]:
    return [fact.detail for fact in bench.facts if isinstance(fact, Alert) and fact.name == name]


def refuse(bench: Bench, key: str, category: ErrorCategory, code: str = "E7") -> Order:
    order = bench.submit(limit(key))
    bench.account.tell(changed(refused(order), category=category, code=code))
    return order


@pytest.mark.design_property(38)
def test_an_error_of_the_venue_is_told_with_code_message_and_context(bench: Bench) -> None:
    order = refuse(bench, "k1", BROKEN)
    assert bench.now(order).status is OrderStatus.REJECTED
    (detail,) = told(bench)
    for part in ("kraken", "E7", "EXCHANGE_ERROR", "PLACE", "BTC/USDT", order.order_id):
        assert part in detail
    assert "refused by the venue" in detail


@pytest.mark.design_property(7, 38)
@pytest.mark.parametrize(
    "category",
    [ErrorCategory.INVALID_REQUEST, ErrorCategory.RATE_LIMITED, ErrorCategory.RETRYABLE],
)
def test_what_a_caller_can_mend_or_time_will_is_no_alert(
    bench: Bench, category: ErrorCategory
) -> None:
    refuse(bench, "k1", category)
    assert told(bench) == []


def test_many_of_one_kind_are_told_once_a_minute(bench: Bench) -> None:
    for number in range(5):
        refuse(bench, f"k{number}", BROKEN)
    refuse(bench, "other", BROKEN, "E8")
    assert len(told(bench)) == 2, "one of each kind"
    bench.advance(venue_errors.TELL_AGAIN_S)
    refuse(bench, "later", BROKEN)
    assert told(bench)[-1].endswith("(and 4 more like it)")


def test_kinds_without_number_are_not_remembered_for_ever(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venue_errors, "CODES_REMEMBERED", 3)
    for number in range(10):
        refuse(bench, f"k{number}", BROKEN, f"E{number}")
    assert len(bench.intake.errors._told) <= 3
    assert len(told(bench)) == 10


def test_a_credential_refused_twice_halts_the_account(bench: Bench) -> None:
    refuse(bench, "k1", FATAL)
    assert bench.state.standing.halt_in_force(ACCOUNT) is None
    refuse(bench, "k2", FATAL)
    halt = bench.state.standing.halt_in_force(ACCOUNT)
    assert halt is not None
    assert (halt.by, halt.stop) == (venue_errors.BY, False)
    assert "E7" in halt.reason
    assert len(told(bench, "credential_refused")) == 1
    late = bench.submit(limit("k3"))
    assert late.reason.startswith("halt: kraken-main was halted by platform")
    bench.restart()
    assert bench.state.standing.halt_in_force(ACCOUNT) == halt


def test_one_that_worked_in_between_begins_the_count_anew(bench: Bench) -> None:
    refuse(bench, "k1", FATAL)
    bench.account.tell(acknowledged(bench.submit(limit("k2"))))
    refuse(bench, "k3", FATAL)
    assert bench.state.standing.halt_in_force(ACCOUNT) is None


def test_a_halt_of_somebody_stays_that_halt(bench: Bench) -> None:
    first, second = bench.submit(limit("k1")), bench.submit(limit("k2"))
    bench.orders.halt(ACCOUNT, halted=True, reason="lunch", by="ann")
    for order in (first, second):
        bench.account.tell(changed(refused(order), category=FATAL))
    halt = bench.state.standing.halt_in_force(ACCOUNT)
    assert halt is not None
    assert halt.by == "ann"


def test_cancels_go_on_with_a_refused_credential(bench: Bench) -> None:
    resting = bench.rest()
    for key in ("k2", "k3"):
        refuse(bench, key, FATAL)
    bench.cancel(resting)
    assert bench.sent[-1].client_order_id == resting.order_id  # type: ignore[union-attr]
    bench.account.tell(changed(refused(resting, CommandKind.CANCEL), category=FATAL))
    assert bench.now(resting).cancel_pending, "it is still wanted"


@pytest.mark.parametrize(
    ("error", "names"),
    [
        (CredentialRefused(VENUE, "revoked"), ["exchange_error"]),
        (ProtocolViolation(VENUE, "not JSON"), ["exchange_error"]),
        (VenueUnavailable(VENUE, "HTTP 502"), []),
    ],
)
def test_a_question_without_an_answer_is_told_too(
    open_bench: OpenBench, error: VenueError, names: list[str]
) -> None:
    bench = open_bench(recovers=True)
    bench.recovery.watch_all()
    bench.account.trouble = error
    bench.advance(RECONCILE_EVERY_S)
    assert bench.alerts() == names
