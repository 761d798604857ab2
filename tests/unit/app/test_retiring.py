"""Retiring segments: only what nobody needs any more goes, and the chain holds with and without."""

from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from algotradehub.app import auditing
from algotradehub.app.auditing import Wanted
from algotradehub.app.backups import back_up, restore
from algotradehub.app.bystander import FrozenDisk
from algotradehub.app.checkup import Level, check_up
from algotradehub.app.data_directory import DataDirectory, open_data_directory
from algotradehub.app.retiring import retire
from algotradehub.conformance.store_samples import order_of
from algotradehub.domain.errors import InvalidRequest, NotFound, NotReady, StorageDamaged
from algotradehub.domain.records import CancelAsked
from algotradehub.ports.store import Changes
from algotradehub.storage.journal import segments
from algotradehub.storage.journal.retired import NAME
from algotradehub.storage.sqlite.store import SqliteStore
from tests.unit.app.installed import WRITTEN_NS, copied, install, write_journal

pytestmark = pytest.mark.design_property(9)

# After every record but the checkpoints, which have the time of this machine.
LATER_NS = 2**62


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> DataDirectory:
    return install(tmp_path_factory.mktemp("home") / "data", records=30, segment_bytes=700)


@pytest.fixture
def data(untouched: DataDirectory, tmp_path: Path) -> Path:
    return copied(untouched, tmp_path / "data").path


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("journal-*.seg"))


def test_old_segments_move_and_the_chain_holds_with_and_without(data: Path, tmp_path: Path) -> None:
    archive, journal = tmp_path / "archive", data / "journal"
    before = auditing.verify(data)
    names = names_in(journal)
    moved = retire(data, archive, before_ns=LATER_NS)
    assert [each.name for each in moved] == names_in(archive) == names[:-1]
    assert names_in(journal) == names[-1:]
    without = auditing.verify(data, against=str(before.head))
    assert (without.retired, without.head) == (len(moved), before.head)
    whole = auditing.verify(data, against=str(before.head), archive=archive)
    assert (whole.retired, whole.records) == (0, before.records)
    assert len(list(auditing.export(data, Wanted(), archive=archive))) == before.records
    assert len(list(auditing.export(data, Wanted()))) == without.records


def test_the_journal_goes_on_and_more_can_be_retired(data: Path, tmp_path: Path) -> None:
    first = retire(data, tmp_path / "archive", before_ns=LATER_NS)
    seq = write_journal(data / "journal", records=30, segment_bytes=700)
    with closing(SqliteStore(data / "projection.db")) as store:
        store.apply(Changes(applied_seq=seq))
    second = retire(data, tmp_path / "archive", before_ns=LATER_NS)
    assert second[0].first_seq == first[-1].last_seq + 1
    found = auditing.verify(data, archive=tmp_path / "archive")
    assert (found.seq, found.records, found.retired) == (seq, seq, 0)
    assert auditing.verify(data).retired == len(first) + len(second)


def test_what_was_interrupted_is_done_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Path, *, missing_ok: bool = False) -> None:
        raise OSError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", interrupted)
        with pytest.raises(OSError, match="the power is gone"):
            retire(data, tmp_path / "archive", before_ns=LATER_NS)
    assert auditing.verify(data).retired == 0, "they are still here, and read"
    moved = retire(data, tmp_path / "archive", before_ns=LATER_NS)
    assert auditing.verify(data).retired == len(moved)
    assert not list((tmp_path / "archive").glob("*.unfinished"))


def test_each_reason_to_stay_is_said(data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    with pytest.raises(NotReady, match=r"journal-00000001.seg holds records of that time or later"):
        retire(data, archive, before_ns=WRITTEN_NS)
    live = order_of(1)
    with closing(SqliteStore(data / "projection.db")) as store:
        (record, *_) = segments.read_all(FrozenDisk(data / "journal"))
        about = msgspec.structs.replace(record, body=CancelAsked(order_id=live.order_id))
        changes = Changes(applied_seq=store.applied_seq, orders={live.order_id: (live, 1)})
        changes.records = [about]
        store.apply(changes)
    with pytest.raises(NotReady, match=r"holds record 1, which is about an order that may still"):
        retire(data, archive, before_ns=LATER_NS)
    (data / "projection.db").unlink()
    with pytest.raises(NotFound, match="holds no database"):
        retire(data, archive, before_ns=LATER_NS)
    SqliteStore(data / "projection.db").close()
    with pytest.raises(NotReady, match=r"the database has applied 0: start the platform once"):
        retire(data, archive, before_ns=LATER_NS)
    assert not archive.exists()


def test_one_segment_is_never_retired(tmp_path: Path) -> None:
    path = install(tmp_path / "data").path
    with pytest.raises(NotReady, match="one segment only"):
        retire(path, tmp_path / "archive", before_ns=LATER_NS)


def test_it_is_refused_while_a_platform_runs_and_into_the_data(data: Path, tmp_path: Path) -> None:
    with open_data_directory(data), pytest.raises(NotReady):
        retire(data, tmp_path / "archive", before_ns=LATER_NS)
    with pytest.raises(InvalidRequest, match="outside of the data directory"):
        retire(data, data / "archive", before_ns=LATER_NS)


def test_an_archive_of_another_installation_is_refused(data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "journal-00000001.seg").write_bytes(b"another one's")
    with pytest.raises(StorageDamaged, match="use another archive for each installation"):
        retire(data, archive, before_ns=LATER_NS)
    assert len(names_in(data / "journal")) > 3, "nothing was moved"


def test_without_the_database_a_start_says_what_to_do(data: Path, tmp_path: Path) -> None:
    retire(data, tmp_path / "archive", before_ns=LATER_NS)
    disk = FrozenDisk(data / "journal")
    with pytest.raises(StorageDamaged, match=r"restore the projection from a backup, or copy"):
        list(segments.read(disk, 0))
    (data / "projection.db").unlink()
    (found,) = (each for each in check_up(data, now_ns=LATER_NS) if each.check == "projection")
    assert (found.level, found.damaged) == (Level.FAIL, True)
    for path in (tmp_path / "archive").iterdir():
        path.rename(data / "journal" / path.name)
    assert next(segments.read(FrozenDisk(data / "journal"), 0)).seq == 1


def test_doctor_and_backups_know_of_it(data: Path, tmp_path: Path) -> None:
    moved = retire(data, tmp_path / "archive", before_ns=LATER_NS)
    (found,) = (each for each in check_up(data, now_ns=LATER_NS) if each.check == "journal")
    assert f"{len(moved)} older segments retired to an archive" in found.detail
    assert found.level is Level.OK
    made = back_up(data, tmp_path / "backup", settings=None, now_ns=LATER_NS)
    assert restore(tmp_path / "backup", tmp_path / "again") == made
    again = auditing.verify(tmp_path / "again")
    assert (again.head, again.retired) == (auditing.verify(data).head, len(moved))
    assert NAME in {Path(file.path).name for file in made.files}
