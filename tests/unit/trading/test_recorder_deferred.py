"""What goes over the wires is recorded without a word to anybody, and what is left out is told."""

import msgspec
import pytest

from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import NotReady
from algotradehub.domain.order import OrderStatus
from algotradehub.domain.records import Intent, Requested, Responded
from algotradehub.ports.audit import OperationFilter
from algotradehub.storage.journal import deferred as deferred_module
from algotradehub.trading import recorder as recorder_module
from algotradehub.trading.account_desk import Durability
from tests.fakes.builds import patches_what_is_compiled
from tests.unit.trading.bench import Bench
from tests.unit.trading.words import ACCOUNT, limit

pytestmark = pytest.mark.design_property(9)

ASKED = Requested(
    request_id=1, operation=Operation.BALANCE_QUERY, client_order_id=None, body=b"GET /balances"
)
TOLD = Responded(
    request_id=1, operation=Operation.BALANCE_QUERY, client_order_id=None, body=b'{"BTC":"1"}'
)


def test_bytes_told_to_the_sink_are_recorded_in_their_order(bench: Bench) -> None:
    bench.facts.clear()
    bench.account.tell(ASKED)
    bench.account.tell(TOLD)
    bench.advance(0.1)
    assert list(bench.journaled())[-2:] == [ASKED, TOLD]
    (performed,) = bench.store.operations(OperationFilter())
    assert (performed.request.body, performed.success) == (ASKED, True)
    assert performed.response is not None
    assert performed.response.body == TOLD
    assert not bench.facts, "nobody needs to hear of it"


@patches_what_is_compiled
def test_a_long_body_is_cut_and_says_by_how_much(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "MAX_BODY_BYTES", 10)
    bench.account.tell(msgspec.structs.replace(ASKED, body=b"0123456789abc"))
    bench.account.tell(msgspec.structs.replace(TOLD, body=b"0123456789"))
    bench.advance(0.1)
    asked, told = list(bench.journaled())[-2:]
    assert (asked.body, asked.cut_bytes) == (b"0123456789", 3)
    assert (told.body, told.cut_bytes) == (b"0123456789", 0)


@patches_what_is_compiled
def test_what_a_failing_disk_had_no_room_for_is_counted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deferred_module, "MOST_RECORDS", 2)
    bench.disk.room = 0
    with pytest.raises(NotReady):
        bench.submit()
    bench.facts.clear()
    for number in range(5):
        bench.account.tell(msgspec.structs.replace(ASKED, request_id=number + 1))
    assert bench.alerts() == ["audit_incomplete"]
    bench.disk.room = None
    bench.advance(10)
    bench.account.tell(msgspec.structs.replace(ASKED, request_id=6))
    bench.account.tell(msgspec.structs.replace(ASKED, request_id=7))
    bench.advance(0.1)
    kept = [body for body in bench.journaled() if isinstance(body, Requested)]
    assert [(body.request_id, body.missing) for body in kept] == [(1, 0), (2, 0), (6, 3), (7, 0)]


def test_views_hold_no_record_that_was_never_stored() -> None:
    bench = Bench(durability=Durability.SYNC)
    bench.submit()
    bench.advance(1)
    bench.disk.room = 0
    bench.submit(msgspec.structs.replace(limit(), idempotency_key="k-lost"))
    bench.advance(0.02)
    bench.disk.room = None
    bench.advance(10)
    stored = {record.seq: record.body for record in bench.journal.read()}
    performed = {each.seq: each.request.body for each in bench.store.operations(OperationFilter())}
    assert performed == {
        seq: body
        for seq, body in stored.items()
        if isinstance(body, Intent) and body.order.status is OrderStatus.PENDING
    }
    bench.close()


def test_the_account_is_the_one_that_was_asked(bench: Bench) -> None:
    bench.account.tell(ASKED)
    bench.advance(0.1)
    (performed,) = bench.store.operations(OperationFilter())
    assert performed.account == ACCOUNT
