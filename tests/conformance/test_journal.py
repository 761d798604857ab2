"""Every journal passes the journal's suite."""

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from algotradehub.conformance import journal as suite
from algotradehub.domain.errors import NotReady
from algotradehub.domain.ids import AccountId
from algotradehub.domain.records import FORMAT_VERSION, Body, Record
from algotradehub.ports.disk import Disk
from algotradehub.ports.journal import Journal
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.journal.journal import SegmentJournal
from tests.fakes.clock import FakeClock
from tests.fakes.disk import FailingDisk, MemoryDisk


class FailingWorld:
    """The parts of a world that both share: a clock, and a disk that can be made to fail."""

    def __init__(self, disk: Disk) -> None:
        self.clock = FakeClock()
        self.inner = disk
        self.failing = FailingDisk(disk)

    def open(self) -> Journal:
        return SegmentJournal(self.failing, clock=self.clock)

    def process_dies(self) -> None:
        self.failing.is_dead = True
        self.failing = FailingDisk(self.inner)
        self.clock = FakeClock()  # the timers of the dead never fire

    def fill_disk(self) -> None:
        self.failing.room = 40  # less than any record: a part of it arrives

    def free_disk(self) -> None:
        self.failing.room = None

    def break_sync(self) -> None:
        self.failing.sync_error = OSError(errno.EIO, "input/output error")

    def mend_sync(self) -> None:
        self.failing.sync_error = None


class MemoryWorld(FailingWorld):
    def __init__(self) -> None:
        self.memory = MemoryDisk(FakeClock())
        super().__init__(self.memory)
        self.memory.clock = self.clock

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def process_dies(self) -> None:
        super().process_dies()
        self.memory.process_dies()
        self.memory.clock = self.clock

    def power_fails(self) -> None:
        super().process_dies()
        self.memory.power_fails(lambda unsynced: unsynced[:10])
        self.memory.clock = self.clock


class DirectoryWorld(FailingWorld):
    """A real directory. Power cannot fail here: the end of the process stands for it."""

    def __init__(self, disk: OsDisk) -> None:
        super().__init__(disk)
        self._scratch = disk.open("scratch")

    async def pass_time(self, seconds: float) -> None:
        for _ in range(4):
            self.clock.advance(seconds / 4)
            await self._disk_is_idle()

    def power_fails(self) -> None:
        self.process_dies()

    async def _disk_is_idle(self) -> None:
        """Syncs are answered in order, so the answer to ours follows all the others."""
        idle = asyncio.get_running_loop().create_future()
        self._scratch.sync(idle.set_result)
        await idle


@pytest.fixture(params=["memory", "directory"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[suite.World]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    async with OsDisk(tmp_path) as disk:
        yield DirectoryWorld(disk)


@pytest.mark.parametrize("check", suite.CHECKS, ids=lambda check: check.__name__)
async def test_segment_files(world: suite.World, check: suite.Check) -> None:
    await check(world)


class BoastfulJournal:
    """Claims to have stored what it could not."""

    def __init__(self, honest: SegmentJournal) -> None:
        self._honest = honest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._honest, name)

    def append(self, account: AccountId, body: Body, *, at_ns: int) -> Record:
        try:
            return self._honest.append(account, body, at_ns=at_ns)
        except NotReady:
            return Record(
                v=FORMAT_VERSION,
                seq=self._honest.seq,
                at_ns=at_ns,
                account=account,
                account_seq=self._honest.account_seq(account),
                kind=body.kind,
                body=body,
            )


class BoastfulWorld(MemoryWorld):
    def open(self) -> Journal:
        return cast("Journal", BoastfulJournal(SegmentJournal(self.failing, clock=self.clock)))


class ForgetfulWorld(MemoryWorld):
    """A disk whose sync is a lie."""

    def power_fails(self) -> None:
        for content in self.memory.files.values():
            content.synced = 0
        super().power_fails()


async def test_the_suite_finds_a_journal_that_boasts() -> None:
    with pytest.raises(AssertionError, match="an append that cannot be written raises NotReady"):
        await suite.a_full_disk_refuses_new_records_and_leaves_nothing(BoastfulWorld())


async def test_the_suite_finds_a_disk_that_forgets() -> None:
    with pytest.raises(AssertionError, match="what was synced, and all before it, is there"):
        await suite.a_synced_record_survives_power_loss(ForgetfulWorld())
