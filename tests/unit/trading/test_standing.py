"""A halt is what its last record says; a proof belongs to the stop it was made for."""

from algotradehub.domain.records import FORMAT_VERSION, Body, HaltSet, Record, StopProven
from algotradehub.ports.store import Changes, Halt
from algotradehub.trading.standing import Standing
from tests.unit.trading.words import ACCOUNT, changed

STOP = HaltSet(halted=True, reason="enough", by="ann", stop=True)


def record(body: Body, at_ns: int = 7) -> Record:
    return Record(
        v=FORMAT_VERSION,
        seq=1,
        at_ns=at_ns,
        account=ACCOUNT,
        account_seq=1,
        kind=body.kind,
        body=body,
    )


def halt_after(before: Halt | None, last: Record) -> Halt:
    standing, changes = Standing(), Changes(applied_seq=0)
    standing.restore([] if before is None else [before], [], [])
    standing.apply(last, last.body, changes)
    assert changes.halts == standing.halts
    return standing.halts[ACCOUNT]


def test_a_halt_is_what_was_asked_for() -> None:
    halt = halt_after(None, record(STOP))
    assert halt == Halt(
        account=ACCOUNT, halted=True, reason="enough", by="ann", at_ns=7, stop=True, looked_ns=()
    )


def test_a_proof_changes_nothing_else() -> None:
    halt = halt_after(None, record(STOP))
    proven = halt_after(halt, record(StopProven(looked_ns=(8, 9)), 10))
    assert proven == changed(halt, looked_ns=(8, 9))


def test_a_later_halt_needs_a_proof_of_its_own() -> None:
    proven = changed(halt_after(None, record(STOP)), looked_ns=(8, 9))
    resumed = halt_after(proven, record(HaltSet(halted=False, reason="", by="bob"), 11))
    assert (resumed.halted, resumed.stop, resumed.looked_ns) == (False, False, ())
    assert halt_after(proven, record(STOP, 12)).looked_ns == ()
