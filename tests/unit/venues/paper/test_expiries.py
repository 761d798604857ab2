"""Expiries wake the markets that are due, once, by the wall clock."""

from algotradehub.domain.ids import Symbol
from algotradehub.venues.paper.expiries import Expiries
from tests.fakes.clock import START_NS, FakeClock

ONE, TWO = Symbol("ONE"), Symbol("TWO")
S = 1_000_000_000


def test_each_market_is_woken_in_time() -> None:
    clock = FakeClock()
    woken: list[tuple[Symbol, int]] = []
    expiries = Expiries(clock, lambda symbol: woken.append((symbol, clock.now_ns() - START_NS)))
    for symbol, after_s in ((TWO, 30), (ONE, 10), (ONE, 10), (TWO, 10), (ONE, 20)):
        expiries.add(START_NS + after_s * S, symbol)
    clock.advance(60)
    assert woken == [(ONE, 10 * S), (TWO, 10 * S), (ONE, 20 * S), (TWO, 30 * S)]


def test_a_wall_clock_set_back_only_delays() -> None:
    clock = FakeClock()
    woken: list[int] = []
    expiries = Expiries(clock, lambda _: woken.append(clock.now_ns()))
    expiries.add(START_NS + 10 * S, ONE)
    clock.step_wall(-5)
    clock.advance(14)
    assert woken == []
    clock.advance(2)
    assert woken == [START_NS + 10 * S]


def test_an_expiry_of_the_past_is_due_at_once() -> None:
    clock = FakeClock()
    woken: list[Symbol] = []
    Expiries(clock, woken.append).add(START_NS - 1, ONE)
    assert woken == []
    clock.advance(0)
    assert woken == [ONE]


def test_nothing_wakes_after_close() -> None:
    clock = FakeClock()
    woken: list[Symbol] = []
    expiries = Expiries(clock, woken.append)
    expiries.add(START_NS + 10 * S, ONE)
    expiries.close()
    clock.advance(60)
    assert woken == []
