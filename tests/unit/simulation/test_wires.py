"""Each wire fails by itself; a dead stream may go unnoticed for a while, but not beyond its end."""

from collections.abc import Iterator
from contextlib import closing
from random import Random

import pytest

from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.simulation.timeline import Source, Timeline
from algotradehub.simulation.wires import Wire, Wires
from tests.unit.simulation.stage import START_NS

S = 1_000_000_000
DOWN, UP = ConnectionState.DOWN, ConnectionState.UP


class Line:
    """Wires, and when what was heard of them."""

    def __init__(self, timeline: Timeline, seed: int = 1) -> None:
        self.timeline = timeline
        self.heard: list[tuple[int, ConnectionState]] = []
        self.wires = Wires(timeline, Random(seed), Source(timeline), self._hear)

    def _hear(self, event: Connection) -> None:
        self.heard.append((self.timeline.now_ns - START_NS, event.state))

    def advance(self, by_s: float) -> None:
        self.timeline.run_until(self.timeline.now_ns + int(by_s * S))


@pytest.fixture
def timeline() -> Iterator[Timeline]:
    with closing(Timeline(Random(1), start_ns=START_NS)) as opened:
        yield opened


@pytest.mark.parametrize("wire", Wire)
def test_each_wire_is_cut_and_mended_alone(timeline: Timeline, wire: Wire) -> None:
    line = Line(timeline)
    line.wires.cut([wire])
    assert [other for other in Wire if not line.wires.is_up(other)] == [wire]
    line.advance(20)
    line.wires.mend([wire])
    line.advance(1)
    assert all(line.wires.is_up(other) for other in Wire)
    told = [DOWN, UP] if wire is Wire.STREAM else []
    assert [state for _, state in line.heard] == told


def test_a_dead_stream_is_noticed_at_once_or_late(timeline: Timeline) -> None:
    noticed_s = []
    for seed in range(30):
        line = Line(timeline, seed)
        began_ns = timeline.now_ns - START_NS
        line.wires.cut(tuple(Wire))
        line.advance(20)
        ((at_ns, state),) = line.heard
        assert state is DOWN
        noticed_s.append((at_ns - began_ns) / S)
    assert min(noticed_s) < 0.01
    assert 8 < max(noticed_s) < 12.1


def test_whoever_had_not_noticed_hears_of_the_new_stream_alone(timeline: Timeline) -> None:
    heard = set()
    for seed in range(30):
        line = Line(timeline, seed)
        line.wires.cut([Wire.STREAM])
        line.advance(0.5)
        line.wires.mend([Wire.STREAM])
        line.advance(20)
        heard.add(tuple(state for _, state in line.heard))
    assert heard == {(DOWN, UP), (UP,)}


def test_a_second_cut_or_mending_says_nothing_new(timeline: Timeline) -> None:
    line = Line(timeline)
    line.wires.mend(tuple(Wire))
    line.wires.cut([Wire.STREAM])
    line.advance(20)
    line.wires.cut(tuple(Wire))
    line.advance(20)
    line.wires.mend(tuple(Wire))
    line.wires.mend(tuple(Wire))
    line.advance(20)
    assert [state for _, state in line.heard] == [DOWN, UP]
