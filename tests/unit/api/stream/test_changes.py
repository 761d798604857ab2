"""The newest of everything, each written once, the oldest let go first."""

import json

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.api.stream.changes import ChangeLog, listed


def test_a_value_replaces_the_one_before_and_is_newer_than_all() -> None:
    log = ChangeLog(kept=10)
    for key, value in (("a", 1), ("b", 2), ("a", 3)):
        log.put("numbers", key, value)
    assert json.loads(f"{{{listed(log.since(0))}}}") == {"numbers": [2, 3]}
    assert [change.version for change in log.since(0)] == [2, 3]
    assert log.since(log.version) == []


def test_a_value_is_written_once_and_only_if_somebody_asks() -> None:
    written: list[int] = []

    def show(value: int) -> int:
        written.append(value)
        return value

    log = ChangeLog(kept=10)
    log.put("numbers", "a", 1, show)
    log.put("numbers", "a", 2, show)
    assert written == []
    assert [change.text for _ in range(3) for change in log.since(0)] == ["2", "2", "2"]
    assert written == [2]


def test_groups_that_are_asked_for_are_there_even_if_empty() -> None:
    assert listed([], ["orders", "fills"]) == '"orders":[],"fills":[]'


@given(
    puts=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=40),
    kept=st.integers(1, 6),
)
def test_it_is_bounded_and_knows_from_where_on_it_is_complete(
    puts: list[tuple[int, int]], kept: int
) -> None:
    log, seq = ChangeLog(kept=kept), 0
    states: list[dict[int, int]] = [{}]
    seqs = [0]
    for key, later in puts:
        seq += later
        log.put("n", key, log.version, lambda value: value, seq=seq)
        states.append(states[-1] | {key: log.version})
        seqs.append(seq)
    assert len(log.since(0)) <= kept
    for version, state in enumerate(states):
        newer = {json.loads(change.text) + 1: change.version for change in log.since(version)}
        assert set(newer) == set(newer.values())
        complete = set(states[-1].values()) - set(state.values())
        if version >= log.forgotten:
            assert set(newer) == complete
        assert version >= log.forgotten or set(newer) <= complete
    for asked in range(seq + 1):
        if asked > log.forgotten_seq:
            found = {change.version for change in log.since(log.version_before(asked))}
            assert found == {v for v in states[-1].values() if seqs[v] >= asked}
