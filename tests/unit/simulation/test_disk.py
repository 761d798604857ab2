"""The simulated disk: synced bytes survive, and survivors are a prefix of what was written."""

import errno
from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.ports.disk import AppendFile, Disk
from algotradehub.simulation.disk import SYNC_NS, SimDisk
from algotradehub.simulation.timeline import Crash, SimulationFailed, Timeline

NAME = "orders-000001"


def ignore(_: object) -> None:
    """Take an effect or a result without interest."""


class Machine:
    """A disk, its time, and what its syncs answered."""

    def __init__(self, seed: int = 1, effect: Callable[[str], None] = ignore) -> None:
        self.timeline = Timeline(Random(seed), start_ns=0)
        self.disk = SimDisk(self.timeline, Random(seed), effect=effect)
        self.synced: list[tuple[int, OSError | None]] = []

    def sync(self, file: AppendFile, number: int = 0) -> None:
        file.sync(lambda error: self.synced.append((number, error)))

    def wait(self, ns: int = 10 * SYNC_NS[1]) -> None:
        self.timeline.run_until(self.timeline.now_ns + ns)

    def restarts(self) -> bytes:
        """Cut the power and return what is left of the one file, empty if there is none."""
        self.disk.crash()
        return self.disk.read(NAME) if NAME in self.disk.names() else b""


seeds = st.integers(0, 2**32)
writes = st.binary(min_size=1, max_size=6)


@given(
    operations=st.lists(st.one_of(writes, st.just("sync"), st.integers(1, 2 * SYNC_NS[1]))),
    seed=seeds,
    kill_first=st.booleans(),
)
def test_synced_bytes_survive_and_survivors_are_a_prefix_of_what_was_written(
    operations: list[bytes | str | int], seed: int, *, kill_first: bool
) -> None:
    machine = Machine(seed)
    file = machine.disk.open(NAME)
    written = b""
    for operation in operations:
        if isinstance(operation, bytes):
            file.write(operation)
            written += operation
        elif isinstance(operation, int):
            machine.wait(operation)
        else:
            machine.sync(file, file.size)
    promised = max((size for size, _ in machine.synced), default=0)
    assert file.size == len(written)
    if kill_first:
        machine.disk.kill()
        assert machine.disk.read(NAME) == written
    left = machine.restarts()
    assert len(left) >= promised
    assert written.startswith(left)
    assert machine.restarts() == left  # what survived once is durable


@given(
    operations=st.lists(
        st.one_of(writes, st.integers(0, 100))
    ),  # a number cuts to so many per cent
    sync_after=st.integers(0, 20),
    seed=seeds,
)
def test_a_cut_is_lost_or_kept_in_order_with_the_writes_around_it(
    operations: list[bytes | int], sync_after: int, seed: int
) -> None:
    machine = Machine(seed)
    file = machine.disk.open(NAME)
    states = [b""]  # what the file was after each operation since the last sync
    for index, operation in enumerate(operations):
        if isinstance(operation, bytes):
            file.write(operation)
        else:
            file.truncate(file.size * operation // 100)
        states.append(machine.disk.read(NAME))
        if index == sync_after:
            machine.sync(file)
            machine.wait()
            states = states[-1:]
    left = machine.restarts()
    torn = pairwise(states)
    assert left in states or any(
        after.startswith(left) and left.startswith(before) for before, after in torn
    )


def test_a_crash_tears_records_in_the_middle_and_keeps_all_or_nothing_at_times() -> None:
    def left(seed: int) -> bytes:
        machine = Machine(seed)
        file = machine.disk.open(NAME)
        file.write(b"abc")
        file.write(b"def")
        return machine.restarts()

    assert {left(seed) for seed in range(200)} == {b"abcdef"[:size] for size in range(7)}


def test_the_seed_repeats_its_world() -> None:
    def life(seed: int) -> tuple[int, bytes]:
        machine = Machine(seed)
        file = machine.disk.open(NAME)
        for number in range(20):
            file.write(bytes([number] * number))
            machine.sync(file, number)
            machine.wait(SYNC_NS[0])
        return machine.timeline.now_ns + len(machine.synced), machine.restarts()

    assert [life(seed) for seed in range(20)] == [life(seed) for seed in range(20)]
    assert len({life(seed) for seed in range(50)}) > 10


def test_syncs_answer_in_order_and_cover_only_what_came_before() -> None:
    for seed in range(20):
        machine = Machine(seed)
        file = machine.disk.open(NAME)
        for number in range(5):
            file.write(b"x")
            machine.sync(file, number)
        file.write(b"unsynced")
        machine.wait()
        assert machine.synced == [(number, None) for number in range(5)]
        assert machine.restarts().startswith(b"xxxxx")


def test_a_sync_under_way_dies_with_its_process() -> None:
    machine = Machine()
    file = machine.disk.open(NAME)
    file.write(b"abc")
    machine.sync(file)
    machine.disk.kill()
    machine.wait()
    assert machine.synced == []


def test_what_a_dead_process_wrote_unsynced_is_read_and_may_still_be_lost() -> None:
    """The trap of a restart: bytes that are read back are not therefore durable."""

    def left(seed: int) -> bytes:
        machine = Machine(seed)
        machine.disk.open(NAME).write(b"abc")
        machine.disk.kill()
        assert machine.disk.read(NAME) == b"abc"
        return machine.restarts()

    assert b"" in {left(seed) for seed in range(20)}


def test_files_of_a_dead_process_are_gone() -> None:
    machine = Machine()
    file = machine.disk.open(NAME)
    machine.disk.kill()
    with pytest.raises(SimulationFailed, match="dead process"):
        file.write(b"x")
    with pytest.raises(SimulationFailed, match="dead process"):
        file.truncate(0)
    with pytest.raises(SimulationFailed, match="dead process"):
        file.sync(ignore)


# --- names


def test_names_are_sorted_and_files_reopen_at_their_end() -> None:
    machine = Machine()
    disk: Disk = machine.disk
    for name in ("b", "a"):
        disk.open(name).write(b"1")
    again = disk.open("a")
    assert again.size == 1
    again.write(b"2")
    assert disk.names() == ["a", "b"]
    assert disk.read("a") == b"12"


def test_an_opened_file_keeps_its_name_through_power_loss() -> None:
    for seed in range(20):
        machine = Machine(seed)
        machine.disk.open(NAME)
        machine.disk.crash()
        assert machine.disk.names() == [NAME]


def test_a_name_between_creation_and_durability_survives_by_chance() -> None:
    def names(seed: int) -> tuple[str, ...]:
        machine = Machine(seed, effect=crash_at("after create"))
        with pytest.raises(Crash):
            machine.disk.open(NAME)
        machine.disk.crash()
        return tuple(machine.disk.names())

    assert {names(seed) for seed in range(20)} == {(), (NAME,)}


def test_a_removed_name_may_come_back_until_the_directory_is_synced() -> None:
    def names(seed: int, *, another: bool) -> tuple[str, ...]:
        machine = Machine(seed)
        machine.disk.open(NAME)
        machine.disk.remove(NAME)
        assert machine.disk.names() == []
        if another:
            machine.disk.open("another")
        machine.disk.crash()
        left = machine.disk.names()
        machine.disk.crash()
        assert machine.disk.names() == left  # the chance was taken or missed once
        return tuple(left)

    assert {names(seed, another=False) for seed in range(20)} == {(), (NAME,)}
    assert {names(seed, another=True) for seed in range(20)} == {("another",)}


def test_what_is_not_there_is_not_found() -> None:
    disk = Machine().disk
    for ask in (disk.read, disk.remove):
        with pytest.raises(FileNotFoundError, match=NAME):
            ask(NAME)


def test_a_closed_file_refuses_and_a_cut_stays_within_the_file() -> None:
    file = Machine().disk.open(NAME)
    file.write(b"abc")
    for size in (-1, 4):
        with pytest.raises(ValueError, match="between 0 and 3"):
            file.truncate(size)
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.write(b"x")


# --- faults


def test_a_failed_write_is_cut_off_again() -> None:
    machine = Machine()
    file = machine.disk.open(NAME)
    file.write(b"abc")
    machine.disk.fail_write()
    with pytest.raises(OSError, match="No space") as refused:
        file.write(b"defghi")
    assert refused.value.errno == errno.ENOSPC
    assert machine.disk.read(NAME) == b"abc"
    file.write(b"jkl")
    assert machine.disk.read(NAME) == b"abcjkl"


def test_a_failed_write_that_cannot_be_cut_off_shows_in_the_size() -> None:
    sizes = set()
    for seed in range(100):
        machine = Machine(seed)
        file = machine.disk.open(NAME)
        machine.disk.fail_write(errno.EIO, leaves_part=True)
        with pytest.raises(OSError, match="Input/output"):
            file.write(b"abcd")
        assert machine.disk.read(NAME) == b"abcd"[: file.size]
        sizes.add(file.size)
    assert sizes == {0, 1, 2, 3}


def test_a_failed_sync_is_told_once_and_its_bytes_may_be_holes_ever_after() -> None:
    """The next sync succeeds, as on Linux, and has not written what the failed one left out."""

    def left(seed: int) -> bytes:
        machine = Machine(seed)
        file = machine.disk.open(NAME)
        file.write(b"abc")
        machine.disk.fail_sync()
        machine.sync(file, 1)
        machine.wait()
        file.write(b"def")
        machine.sync(file, 2)
        machine.wait()
        (_, error), second = machine.synced
        assert error is not None
        assert error.errno == errno.EIO
        assert second == (2, None)
        assert machine.disk.read(NAME) == b"abcdef"  # the page cache does not know
        return machine.restarts()

    assert {left(seed) for seed in range(20)} == {b"abcdef", b"\0\0\0def"}


# --- effects


def crash_at(wanted: str | int) -> Callable[[str], None]:
    """Crash at the named effect, or at the n-th one."""
    count = 0

    def effect(name: str) -> None:
        nonlocal count
        count += 1
        if wanted in {name, count}:
            raise Crash

    return effect


def test_every_change_is_announced_before_and_after() -> None:
    effects: list[str] = []
    machine = Machine(effect=effects.append)
    file = machine.disk.open(NAME)
    machine.disk.open(NAME).write(b"abc")
    machine.sync(file)
    file.truncate(1)
    machine.wait()
    machine.disk.remove(NAME)
    kinds = ["create", "make name durable", "write", "truncate", "sync", "remove"]
    assert effects == [f"{when} {kind}" for kind in kinds for when in ("before", "after")]


def test_a_failed_write_and_its_cut_are_two_effects() -> None:
    effects: list[str] = []
    machine = Machine(effect=effects.append)
    file = machine.disk.open(NAME)
    effects.clear()
    machine.disk.fail_write()
    with pytest.raises(OSError, match="No space"):
        file.write(b"abc")
    assert effects == ["before write", "after write", "before truncate", "after truncate"]


@pytest.mark.parametrize(
    ("effect", "seen"),
    [
        ("before write", b""),
        ("after write", b"abc"),
        ("before truncate", b"abc"),
        ("after truncate", b"a"),
    ],
)
def test_a_crash_at_an_effect_leaves_the_change_undone_or_done(effect: str, seen: bytes) -> None:
    machine = Machine(effect=crash_at(effect))
    file = machine.disk.open(NAME)
    with pytest.raises(Crash):  # noqa: PT012 - either of the two may be the one
        file.write(b"abc")
        file.truncate(1)
    machine.disk.kill()
    assert machine.disk.read(NAME) == seen


@pytest.mark.parametrize(("effect", "durable"), [("before sync", False), ("after sync", True)])
def test_a_crash_around_a_sync_is_never_answered(effect: str, *, durable: bool) -> None:
    left = set()
    for seed in range(20):
        machine = Machine(seed, effect=crash_at(effect))
        file = machine.disk.open(NAME)
        file.write(b"abc")
        machine.sync(file)
        with pytest.raises(Crash):
            machine.wait()
        assert machine.synced == []
        left.add(machine.restarts())
    assert (left == {b"abc"}) is durable
