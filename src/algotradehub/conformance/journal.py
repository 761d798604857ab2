"""What every journal must do, whatever it is kept in (order-path 2).

Each check is a coroutine over a fresh ``World``; it raises ``AssertionError`` with a sentence that
says what was expected.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeAlias

from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import NotReady
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.records import Body, Checkpoint, Doubted, Record, Requested
from algotradehub.ports.journal import Journal

ONE = AccountId("one")
TWO = AccountId("two")
SYNCED_WITHIN_S = 0.02
HEALED_WITHIN_S = 10.0


class World(Protocol):
    """A place to keep a journal in that outlives the journals opened on it."""

    def open(self) -> Journal:
        """Start the process that owns the journal."""
        ...

    async def pass_time(self, seconds: float) -> None:
        """Let timers run and the disk answer."""
        ...

    def process_dies(self) -> None:
        """End the process that owns the journal, without any warning."""
        ...

    def power_fails(self) -> None:
        """End it, and lose whatever was not synced. A real disk may be kinder."""
        ...

    def fill_disk(self) -> None:
        """Fail every write from now on."""
        ...

    def free_disk(self) -> None: ...

    def break_sync(self) -> None:
        """Fail every sync from now on."""
        ...

    def mend_sync(self) -> None: ...


Check: TypeAlias = Callable[[World], Awaitable[None]]


async def records_are_numbered_in_the_order_of_the_calls(world: World) -> None:
    journal = world.open()
    first = journal.seq + 1
    records = [
        journal.append(ONE, _note("a"), at_ns=1),
        journal.append_synced(ONE, _note("b"), at_ns=2, done=lambda _: None),
        journal.keep(TWO, _note("c"), at_ns=3),
        journal.append(ONE, _note("d"), at_ns=4),
    ]
    numbers = [record.seq for record in records]
    _expect(numbers == [first, first + 1, first + 2, first + 3], f"numbers rise by one: {numbers}")
    _expect(journal.seq == numbers[-1], "seq is the number of the last record")
    counts = [journal.account_seq(account) for account in (ONE, TWO, AccountId("nobody"))]
    _expect(counts == [3, 1, 0], f"each account counts its own records: {counts}")


async def deferred_records_are_stored_before_the_next_one(world: World) -> None:
    journal = world.open()
    first = journal.seq + 1
    for number in (1, 2):
        _expect(journal.defer(ONE, _asked(number), at_ns=5), "there is room for what is deferred")
    _expect(journal.seq == first - 1, "what is deferred has no number yet")
    record = journal.append(TWO, _note("next"), at_ns=6)
    _expect(record.seq == first + 2, "it goes before the next record")
    journal.defer(ONE, _asked(3), at_ns=7)
    await world.pass_time(SYNCED_WITHIN_S)
    _expect(journal.synced_seq == first + 3, "without a next record it is stored, and synced")
    bodies = [line.body for line in journal.read(first - 1)]
    wanted = [_asked(1), _asked(2), _note("next"), _asked(3)]
    _expect(bodies == wanted, f"nothing is lost, and all is in its order: {bodies}")


async def records_are_read_as_they_were_stored(world: World) -> None:
    journal = world.open()
    first = journal.append(ONE, _note("a"), at_ns=11)
    second = journal.append(TWO, _note("b"), at_ns=12)
    third = journal.keep(ONE, _note("c"), at_ns=13)
    records = [record for record in journal.read() if not isinstance(record.body, Checkpoint)]
    facts = [(r.at_ns, r.account, r.account_seq, r.kind, r.body) for r in records]
    kind = Doubted.kind
    expected = [
        (11, ONE, 1, kind, _note("a")),
        (12, TWO, 1, kind, _note("b")),
        (13, ONE, 2, kind, _note("c")),
    ]
    _expect(facts == expected, f"what went in comes out: {facts}")
    _expect(records == [first, second, third], "and is what the calls returned")
    later = list(journal.read(after_seq=second.seq))
    _expect(later == [third], f"read skips what is not above after_seq: {later}")


async def reading_tells_what_was_stored_before_the_call(world: World) -> None:
    journal = world.open()
    journal.append(ONE, _note("a"), at_ns=1)
    reading = journal.read()
    journal.append(ONE, _note("b"), at_ns=2)
    _expect(_notes_of(reading) == ["a"], "a record stored after the call is not read")


async def a_stored_record_survives_the_death_of_the_process(world: World) -> None:
    journal = world.open()
    journal.append(ONE, _note("a"), at_ns=1)
    journal.append_synced(ONE, _note("b"), at_ns=2, done=lambda _: None)
    journal.keep(ONE, _note("c"), at_ns=3)
    last = journal.append(TWO, _note("d"), at_ns=4)
    world.process_dies()
    journal = world.open()
    _expect(_notes(journal) == ["a", "b", "c", "d"], "append and keep store before they return")
    _expect(journal.seq == last.seq, "the numbers go on where they were")
    counts = [journal.account_seq(account) for account in (ONE, TWO)]
    _expect(counts == [3, 1], f"so do the numbers of the accounts: {counts}")


async def a_synced_record_survives_power_loss(world: World) -> None:
    journal = world.open()
    answers: list[bool] = []
    journal.append(ONE, _note("a"), at_ns=1)
    journal.append_synced(ONE, _note("b"), at_ns=2, done=answers.append)
    _expect(not answers, "done is not called before append_synced returns")
    await world.pass_time(SYNCED_WITHIN_S)
    _expect(answers == [True], f"done(True) follows the sync: {answers}")
    world.power_fails()
    _expect(_notes(world.open()) == ["a", "b"], "what was synced, and all before it, is there")


async def kept_records_are_synced_soon(world: World) -> None:
    journal = world.open()
    kept = journal.keep(ONE, _note("a"), at_ns=1)
    await world.pass_time(SYNCED_WITHIN_S)
    _expect(journal.synced_seq >= kept.seq, "nothing stored waits longer than 20 ms for its sync")
    world.power_fails()
    _expect(_notes(world.open()) == ["a"], "what synced_seq speaks of survives power loss")


async def callers_are_told_in_journal_order(world: World) -> None:
    journal = world.open()
    told: list[tuple[int, bool]] = []
    seqs: list[int] = []

    def store() -> None:
        def done(durable: bool) -> None:  # noqa: FBT001 - the port's callback takes a bare bool
            told.append((seqs[len(told)], durable and journal.synced_seq >= seqs[len(told)]))

        seqs.append(journal.append_synced(ONE, _note("x"), at_ns=1, done=done).seq)

    for _ in range(3):
        store()
    await world.pass_time(SYNCED_WITHIN_S)
    for _ in range(3):
        store()
        journal.keep(TWO, _note("y"), at_ns=2)
    await world.pass_time(2 * SYNCED_WITHIN_S)
    _expect(told == [(seq, True) for seq in seqs], f"each is told once, in order: {told}")


async def a_full_disk_refuses_new_records_and_leaves_nothing(world: World) -> None:
    journal = world.open()
    before = journal.append(ONE, _note("a"), at_ns=1)
    world.fill_disk()
    _refused(journal, "an append that cannot be written raises NotReady")
    _expect(journal.refusing is not None, "refusing tells why")
    _refused(journal, "and so does the next")
    _expect(journal.account_seq(ONE) == 1, "a refused record has no number")
    _expect(_notes(journal) == ["a"], "nor can it be read")
    world.process_dies()
    world.free_disk()
    journal = world.open()
    _expect(_notes(journal) == ["a"], "nor is it there after a restart")
    _expect(journal.seq >= before.seq, "numbers never go back behind a stored record")


async def a_full_disk_answers_those_who_wait(world: World) -> None:
    journal = world.open()
    answers: list[bool] = []
    await world.pass_time(SYNCED_WITHIN_S)
    for text in "ab":
        journal.append_synced(ONE, _note(text), at_ns=1, done=answers.append)
    world.fill_disk()
    await world.pass_time(SYNCED_WITHIN_S)
    _expect(answers == [False, False], f"done(False): it never became durable: {answers}")
    world.free_disk()
    await world.pass_time(HEALED_WITHIN_S)
    _expect(_notes(journal) == [], "nothing may follow from it later either")


async def evidence_is_kept_through_a_full_disk(world: World) -> None:
    journal = world.open()
    journal.append(ONE, _note("a"), at_ns=1)
    world.fill_disk()
    seqs = [journal.keep(ONE, _note(text), at_ns=2).seq for text in "bcd"]
    _expect(seqs == sorted(set(seqs)), f"kept records have their numbers at once: {seqs}")
    _expect(journal.refusing is not None, "new orders are refused meanwhile")
    world.free_disk()
    await world.pass_time(HEALED_WITHIN_S)
    _expect(journal.refusing is None, "the journal heals by itself")
    journal.append(ONE, _note("e"), at_ns=3)
    _expect(_notes(journal) == list("abcde"), "all that was kept is written, in order")
    numbers = [r.seq for r in journal.read() if r.body in [_note(text) for text in "bcd"]]
    _expect(numbers == seqs, f"under the numbers it was given: {numbers}")


async def a_failed_sync_stops_new_records_for_good(world: World) -> None:
    journal = world.open()
    await world.pass_time(SYNCED_WITHIN_S)
    synced = journal.synced_seq
    answers: list[bool] = []
    journal.append_synced(ONE, _note("a"), at_ns=1, done=answers.append)
    world.break_sync()
    await world.pass_time(SYNCED_WITHIN_S)
    _expect(answers == [False], f"done(False) follows a failed sync: {answers}")
    world.mend_sync()
    kept = journal.keep(ONE, _note("b"), at_ns=2)
    await world.pass_time(HEALED_WITHIN_S)
    _expect(journal.refusing is not None, "a failed sync is never tried again")
    _refused(journal, "new records are refused until the program is started again")
    _expect(journal.synced_seq == synced, "nothing counts as synced any more")
    _expect(_notes(journal)[-1] == "b", "evidence is still stored")
    world.process_dies()
    journal = world.open()
    _expect(journal.seq == kept.seq, "and found by the next process")
    _expect(journal.refusing is None, "which takes new records")


CHECKS: Sequence[Check] = (
    records_are_numbered_in_the_order_of_the_calls,
    deferred_records_are_stored_before_the_next_one,
    records_are_read_as_they_were_stored,
    reading_tells_what_was_stored_before_the_call,
    a_stored_record_survives_the_death_of_the_process,
    a_synced_record_survives_power_loss,
    kept_records_are_synced_soon,
    callers_are_told_in_journal_order,
    a_full_disk_refuses_new_records_and_leaves_nothing,
    a_full_disk_answers_those_who_wait,
    evidence_is_kept_through_a_full_disk,
    a_failed_sync_stops_new_records_for_good,
)


def _asked(request_id: int) -> Requested:
    return Requested(
        request_id=request_id,
        operation=Operation.BALANCE_QUERY,
        client_order_id=None,
        body=b"GET /balances",
    )


def _note(text: str) -> Body:
    return Doubted(order_id=ClientOrderId("0" * 32), what=text)


def _notes(journal: Journal) -> list[str]:
    return _notes_of(journal.read())


def _notes_of(reading: Iterable[Record]) -> list[str]:
    return [record.body.what for record in reading if isinstance(record.body, Doubted)]


def _refused(journal: Journal, sentence: str) -> None:
    try:
        journal.append(ONE, _note("refused"), at_ns=9)
    except NotReady:
        return
    raise AssertionError(sentence)


def _expect(truth: bool, sentence: str) -> None:  # noqa: FBT001 - an assertion's condition
    if not truth:
        raise AssertionError(sentence)
