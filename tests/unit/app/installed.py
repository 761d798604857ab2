"""Data directories as a platform leaves them: journal, database, a paper venue's records."""

import asyncio
import shutil
from contextlib import closing
from pathlib import Path

import msgspec

from algotradehub.app.data_directory import DataDirectory, open_data_directory
from algotradehub.connectivity.clock import LoopClock
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.records import CancelAsked
from algotradehub.ports.store import Changes
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.journal.journal import SegmentJournal
from algotradehub.storage.journal.limits import Limits
from algotradehub.storage.sqlite.store import SqliteStore

ACCOUNT = AccountId("paper-a")
WRITTEN_NS = 1_800_000_000_000_000_000  # wall time of the records


def install(path: Path, *, records: int = 20, segment_bytes: int = 64 << 20) -> DataDirectory:
    """Make a data directory whose journal has ``records`` records beside its own ones."""
    with open_data_directory(path) as directory:
        seq = write_journal(directory.journal, records=records, segment_bytes=segment_bytes)
        with closing(SqliteStore(directory.projection)) as store:
            store.apply(Changes(applied_seq=seq))
        venue = path / "paper" / "paper-binance"
        venue.mkdir(parents=True)
        (venue / "paper-binance.000001.log").write_bytes(b"what the venue knows")
    return directory


def copied(directory: DataDirectory, path: Path) -> DataDirectory:
    """The same directory once more, for a test that changes it."""
    shutil.copytree(directory.path, path)
    return msgspec.structs.replace(directory, path=path)


def write_journal(path: Path, *, records: int, segment_bytes: int = 64 << 20) -> int:
    """Append records; the journal's last number comes back."""

    async def write() -> int:
        clock = LoopClock(asyncio.get_running_loop())
        async with OsDisk(path) as disk:
            limits = Limits(segment_bytes=segment_bytes)
            with closing(SegmentJournal(disk, clock=clock, limits=limits)) as journal:
                for number in range(records):
                    body = CancelAsked(order_id=ClientOrderId(f"{number:032x}"))
                    synced = asyncio.get_running_loop().create_future()
                    journal.append_synced(ACCOUNT, body, at_ns=WRITTEN_NS, done=synced.set_result)
                    assert await synced
                return journal.seq

    return asyncio.run(write())
