"""What an account says before the desk can ask it anything."""

from algotradehub.domain.evidence import Connection, ConnectionState
from algotradehub.trading.inbox import Inbox
from tests.unit.trading.bench import OpenBench

UP, DOWN = Connection(state=ConnectionState.UP), Connection(state=ConnectionState.DOWN, reason="x")


def test_early_words_wait_and_keep_their_order(open_bench: OpenBench) -> None:
    bench = open_bench()
    inbox = Inbox(bench.intake, bench.desk)
    inbox.receive(UP)
    inbox.receive(DOWN)
    assert bench.questions.noted == []
    inbox.open()
    assert bench.questions.noted == [("connection", UP), ("connection", DOWN)]
    inbox.receive(UP)
    assert bench.questions.noted[2:] == [("connection", UP)]
