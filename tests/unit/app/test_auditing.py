"""The audit log of a data directory: proven, exported and listed, without changing anything."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from algotradehub.app import auditing
from algotradehub.app.auditing import Wanted
from algotradehub.app.data_directory import DataDirectory
from algotradehub.conformance.store_samples import order_of
from algotradehub.connectivity.clock import LoopClock
from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import InvalidRequest, NotFound, StorageDamaged
from algotradehub.domain.ids import AccountId, ClientOrderId, VenueId
from algotradehub.domain.order import Amendment, OrderStatus
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import (
    AmendAsked,
    Body,
    CancelAsked,
    HaltSet,
    Intent,
    Listed,
    Requested,
    Responded,
)
from algotradehub.ports.store import Changes
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.journal.journal import SegmentJournal
from algotradehub.storage.sqlite.store import SqliteStore
from tests.unit.api.gateway import SPOT
from tests.unit.app.installed import ACCOUNT, copied, install

pytestmark = pytest.mark.design_property(9)

ORDER = order_of(1, status=OrderStatus.PENDING)
ID, LEG, OTHER = ORDER.order_id, ClientOrderId("1e" * 16), ClientOrderId("07" * 16)
ELSEWHERE = AccountId("elsewhere")


def asked(order_id: ClientOrderId | None, operation: Operation) -> Requested:
    return Requested(
        request_id=1, operation=operation, client_order_id=order_id, body=b'{"price":"1"}'
    )


WRITTEN: tuple[tuple[AccountId, Body], ...] = (
    (ACCOUNT, Intent(order=ORDER)),
    (ACCOUNT, asked(ID, Operation.ORDER_SUBMIT)),
    (ACCOUNT, AmendAsked(order_id=ID, amendment=Amendment(), send_before_ns=1, leg=LEG)),
    (ACCOUNT, asked(LEG, Operation.ORDER_SUBMIT)),
    (ACCOUNT, CancelAsked(order_id=OTHER)),
    (
        ELSEWHERE,
        Responded(request_id=1, operation=Operation.FILLS_QUERY, client_order_id=None, body=b"[]"),
    ),
    (ELSEWHERE, HaltSet(halted=True, reason="enough", by="ann")),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of one record each second, and no database."""
    path = tmp_path_factory.mktemp("home") / "data"

    async def write() -> None:
        clock = LoopClock(asyncio.get_running_loop())
        async with OsDisk(path / "journal") as disk:
            with closing(SegmentJournal(disk, clock=clock)) as journal:
                for second, (account, body) in enumerate(WRITTEN, 1):
                    journal.append(account, body, at_ns=second)

    asyncio.run(write())
    return path


def exported(data: Path, wanted: Wanted) -> list[Body]:
    bodies = [record.body for record in auditing.export(data, wanted)]
    return [body for body in bodies if body.kind is not Kind.CHECKPOINT]


def test_everything_is_exported_in_its_order(data: Path) -> None:
    assert exported(data, Wanted()) == [body for _, body in WRITTEN]


@pytest.mark.parametrize(
    ("wanted", "which"),
    [
        (Wanted(from_ns=2, to_ns=4), [1, 2]),
        (Wanted(account=ELSEWHERE), [5, 6]),
        (Wanted(kinds=frozenset({Kind.REQUEST, Kind.RESPONSE})), [1, 3, 5]),
        (Wanted(order_id=ID), [0, 1, 2, 3]),
        (Wanted(order_id=OTHER), [4]),
        (Wanted(operation=Operation.ORDER_SUBMIT), [0, 1, 3]),
        (Wanted(operation=Operation.ORDER_CANCEL), [4]),
        (Wanted(operation=Operation.FILLS_QUERY, account=ACCOUNT), []),
    ],
)
def test_what_is_exported_can_be_narrowed(data: Path, wanted: Wanted, which: list[int]) -> None:
    assert exported(data, wanted) == [WRITTEN[index][1] for index in which]


def test_the_proof_names_what_is_wrong(data: Path, tmp_path: Path) -> None:
    again = copied(DataDirectory(path=data, epoch=1, tag=1), tmp_path / "again").path
    head = auditing.verify(again).head
    assert auditing.verify(again, against=str(head)).head == head
    path = again / "journal" / "journal-00000001.seg"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageDamaged, match=r"journal-00000001.seg is damaged at byte"):
        auditing.verify(again, against=str(head))


def test_what_is_not_there_is_said(tmp_path: Path, data: Path) -> None:
    with pytest.raises(NotFound, match="holds no journal"):
        auditing.verify(tmp_path)
    with pytest.raises(NotFound, match="is no directory"):
        auditing.verify(data, archive=tmp_path / "nowhere")
    with pytest.raises(NotFound, match="holds no database yet"), auditing.views_of(data):
        pass
    with pytest.raises(InvalidRequest, match="as `audit head` prints it"):
        auditing.verify(data, against="abc")


def test_views_are_read_beside_their_owner(tmp_path: Path) -> None:
    path = install(tmp_path / "data").path
    with closing(SqliteStore(path / "projection.db")) as owner:
        listed = {(ACCOUNT, SPOT.symbol): SPOT}
        owner.apply(Changes(applied_seq=owner.applied_seq, instruments=listed))
        with auditing.views_of(path) as views:
            assert auditing.accounts_at(views, SPOT.venue) == {ACCOUNT}
            with pytest.raises(InvalidRequest, match=f"accounts here: {SPOT.venue}"):
                auditing.accounts_at(views, VenueId("nowhere"))


def test_only_requests_have_an_operation(data: Path) -> None:
    found = [auditing.operation_of(record) for record in auditing.export(data, Wanted())]
    assert found.count(None) == 3  # the checkpoint, the replacement, and the halt
    assert Listed(instrument=SPOT).kind is Kind.EVENT
