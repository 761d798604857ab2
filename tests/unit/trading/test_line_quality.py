"""A line that degrades is told of once, and pauses its venue where that was chosen."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from algotradehub.domain.errors import RiskRefused
from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.domain.order import Order, Origin
from algotradehub.ports.bus import Alert
from algotradehub.trading.line import Line
from algotradehub.trading.line_quality import (
    LOOK_EVERY_S,
    WINDOW_S,
    LineLimits,
    LineMeasure,
    LineWatch,
    measured,
)
from algotradehub.trading.recovery import Spawn
from tests.unit.trading.bench import Bench, S
from tests.unit.trading.words import VENUE, acknowledged, limit, lost

pytestmark = pytest.mark.design_property(31)

LIMITS: dict[str, Any] = {
    "lost_share": 0.25,
    "answer_p95_s": 1.0,
    "disconnects_per_minute": 1,
    "at_least": 4,
}
A_LOOK_S = LOOK_EVERY_S * 1.5
Send: TypeAlias = Callable[..., None]


def watch(bench: Bench, **limits: Any) -> None:
    """Look at the line of the account from now on."""
    spawn: Spawn = bench.loop.create_task
    made = LineWatch(
        desk=bench.desk,
        limits=LineLimits(**{**LIMITS, **limits}),
        orders=bench.orders,
        recorder=bench.recorder,
        state=bench.state,
        clock=bench.clock,
    )
    spawn(made.run())


@pytest.fixture
def send(bench: Bench) -> Send:
    """Sends so many orders, of which the venue answers some."""
    orders: list[Order] = []

    def sending(*, answered: int = 0, unanswered: int = 0, takes_s: float = 0.0) -> None:
        for number in range(answered + unanswered):
            order = bench.submit(limit(f"k{len(orders)}"))
            orders.append(order)
            bench.advance(takes_s)
            name = f"V{len(orders)}"
            told = number < answered
            word = acknowledged(order, venue_order_id=name) if told else lost(order)
            bench.account.tell(word)

    return sending


def degraded(bench: Bench) -> str | None:
    return bench.desk.line.degraded


def told(bench: Bench) -> list[tuple[str, str]]:
    return [(fact.name, fact.detail) for fact in bench.facts if isinstance(fact, Alert)]


def disconnect(bench: Bench) -> None:
    bench.account.tell(Connection(state=ConnectionState.DOWN, reason="cut"))


def test_a_line_is_measured_by_its_last_requests() -> None:
    line, now_ns = Line(), 1_000 * S
    assert measured(line, now_ns) == LineMeasure(
        requests=0, lost=0, answer_p95_s=None, disconnects=0
    )
    line.ended.append((now_ns - int(WINDOW_S) * S, None))  # too old
    line.ended.extend((now_ns - 1, took_s * S) for took_s in range(1, 21))
    line.ended.append((now_ns - 1, None))
    for ago_s in (60, 59, 1):
        line.cut(now_ns - ago_s * S)
    measure = measured(line, now_ns)
    assert measure == LineMeasure(requests=21, lost=1, answer_p95_s=19.0, disconnects=2)
    assert str(measure) == (
        "1 of 21 requests without an answer; 95 of 100 answers within 19.000 s; "
        "2 disconnects in a minute"
    )


def test_too_many_lost_requests_are_told_once_and_again_when_it_is_well(
    bench: Bench, send: Send
) -> None:
    watch(bench)
    send(answered=3, unanswered=1)
    bench.advance(A_LOOK_S)
    assert told(bench) == [], "a quarter is allowed"
    send(unanswered=1)
    bench.advance(A_LOOK_S)
    text = "2 of 5 requests got no answer (at most 0.25 of them)"
    assert degraded(bench) == text
    send(unanswered=3)
    bench.advance(3 * A_LOOK_S)
    assert told(bench) == [("line_degraded", f"kraken-main at kraken: {text}")]
    assert bench.state.standing.pauses == {}, "nobody chose that"
    send(answered=20)
    bench.advance(A_LOOK_S)
    assert degraded(bench) is None
    assert [name for name, _ in told(bench)] == ["line_degraded", "line_recovered"]
    send(unanswered=20)
    bench.advance(A_LOOK_S)
    assert [name for name, _ in told(bench)][2:] == ["line_degraded"]


def test_slow_answers_are_told(bench: Bench, send: Send) -> None:
    watch(bench)
    send(answered=4, takes_s=1.0)
    bench.advance(A_LOOK_S)
    assert told(bench) == []
    send(answered=4, takes_s=1.5)
    bench.advance(A_LOOK_S)
    ((name, detail),) = told(bench)
    assert name == "line_degraded"
    assert detail.endswith("5 of 100 answers took 1.500 s or more (at most 1 s)")


def test_few_requests_say_nothing(bench: Bench, send: Send) -> None:
    watch(bench)
    send(unanswered=3)
    bench.advance(A_LOOK_S)
    assert told(bench) == []


def test_silence_is_no_sign_that_a_line_is_well(bench: Bench, send: Send) -> None:
    watch(bench)
    send(unanswered=4)
    bench.advance(2 * WINDOW_S)
    assert measured(bench.desk.line, bench.clock.monotonic_ns()).requests == 0
    assert [name for name, _ in told(bench)] == ["line_degraded"]
    send(answered=4)
    bench.advance(A_LOOK_S)
    assert [name for name, _ in told(bench)] == ["line_degraded", "line_recovered"]


def test_a_stream_that_is_cut_again_and_again_is_told_and_a_quiet_minute_is_well(
    bench: Bench,
) -> None:
    watch(bench)
    disconnect(bench)
    bench.advance(A_LOOK_S)
    assert told(bench) == []
    disconnect(bench)
    bench.advance(A_LOOK_S)
    assert degraded(bench) == "2 disconnects in a minute (at most 1)"
    bench.advance(60)
    assert [name for name, _ in told(bench)] == ["line_degraded", "line_recovered"]


def test_the_venue_is_paused_with_what_was_measured_until_a_person_resumes_it(
    bench: Bench, send: Send
) -> None:
    watch(bench, pause=True)
    send(unanswered=4)
    bench.advance(A_LOOK_S)
    pause = bench.state.standing.pauses[VENUE]
    assert (pause.by, pause.reason) == (
        "platform",
        "the line of kraken-main is bad: 4 of 4 requests got no answer (at most 0.25 of them)",
    )
    late = bench.submit(limit("late"))
    assert late.origin is Origin.RISK
    assert late.reason.startswith("pause: kraken was paused by platform: the line of kraken-main")
    bench.advance(2 * WINDOW_S)
    assert bench.state.standing.pauses == {VENUE: pause}, "never lifted by itself"
    bench.restart()
    watch(bench, pause=True)
    bench.advance(A_LOOK_S)
    assert bench.state.standing.pauses == {VENUE: pause}


@pytest.mark.parametrize("after_s", [0, 10])
def test_after_a_resumption_the_measure_begins_anew(
    bench: Bench, send: Send, after_s: float
) -> None:
    watch(bench, pause=True)
    send(unanswered=4)
    bench.advance(A_LOOK_S + after_s)
    bench.orders.pause(VENUE, paused=False, reason="", by="ann")
    bench.advance(10)
    assert bench.state.standing.pauses == {}, "what led to it is over"
    assert degraded(bench) is None
    send(unanswered=4)
    bench.advance(A_LOOK_S)
    assert bench.state.standing.pauses[VENUE].by == "platform"
    assert [name for name, _ in told(bench)].count("line_degraded") == 2


def test_a_pause_of_somebody_stays_that_pause(bench: Bench, send: Send) -> None:
    watch(bench, pause=True)
    send(unanswered=4)
    bench.orders.pause(VENUE, paused=True, reason="upkeep", by="ann")
    bench.advance(A_LOOK_S)
    assert bench.state.standing.pauses[VENUE].by == "ann"
    assert [name for name, _ in told(bench)] == ["line_degraded"]
    with pytest.raises(RiskRefused, match="paused by ann"):
        bench.state.standing.require_open(bench.desk.account_id, VENUE)
