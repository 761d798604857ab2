"""Around everything a process does to the world: a count, at one number of which it dies."""

import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.commands import OrderCommand, Place
from algotradehub.domain.evidence import Balance, Execution, LookUp, OrderState, PositionReport
from algotradehub.domain.ids import (
    AccountId,
    VenueId,
)
from algotradehub.domain.instrument import Instrument
from algotradehub.ports.disk import AppendFile, Disk
from algotradehub.ports.store import Changes
from algotradehub.ports.venue import AccountOpener, OrderName, Sink, TradingAccount
from algotradehub.storage.sqlite.projection import Projection


class Effects:
    """Counts what this process does to the world, and ends it at the one it was told."""

    def __init__(self, dies_at: int) -> None:
        self.count = 0
        self._dies_at = dies_at

    def __call__(self) -> None:
        self.count += 1
        if self.count == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


def say(*words: object) -> None:
    """Standard output, with one system call: nothing that was said is lost with the process."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class MortalDisk:
    """Implements ``Disk``."""

    def __init__(self, disk: Disk, effect: Effects) -> None:
        self._disk = disk
        self._effect = effect

    def names(self) -> Sequence[str]:
        return self._disk.names()

    def read(self, name: str) -> bytes:
        return self._disk.read(name)

    def open(self, name: str, *, hashed: bool = False) -> AppendFile:
        self._effect()
        file = self._disk.open(name, hashed=hashed)
        self._effect()
        return MortalFile(file, self._effect)

    def remove(self, name: str) -> None:
        self._effect()
        self._disk.remove(name)
        self._effect()


class MortalFile:
    """Implements ``AppendFile``. Half of a write is an effect, too: a process can die in it."""

    def __init__(self, file: AppendFile, effect: Effects) -> None:
        self._file = file
        self._effect = effect

    @property
    def size(self) -> int:
        return self._file.size

    @property
    def digest(self) -> tuple[int, int, str]:
        return self._file.digest

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._effect()
        half = len(data) // 2
        self._file.write(bytes(data[:half]))
        self._effect()
        self._file.write(bytes(data[half:]))
        self._effect()

    def sync(self, done: Callable[[OSError | None], None]) -> None:
        def answered(error: OSError | None) -> None:
            self._effect()
            done(error)

        self._effect()
        self._file.sync(answered)

    def truncate(self, size: int) -> None:
        self._effect()
        self._file.truncate(size)
        self._effect()

    def close(self) -> None:
        self._file.close()


class MortalAccount:
    """Implements ``TradingAccount``."""

    def __init__(self, account: TradingAccount, effect: Effects) -> None:
        self._account = account
        self._effect = effect

    @property
    def id(self) -> AccountId:
        return self._account.id

    @property
    def venue(self) -> VenueId:
        return self._account.venue

    @property
    def capabilities(self) -> Capabilities:
        return self._account.capabilities

    def send(self, command: OrderCommand) -> None:
        if isinstance(command, Place):
            say("sending", command.client_order_id)
        self._effect()
        self._account.send(command)
        self._effect()

    async def set_dead_man(self, timeout_s: float) -> None:
        self._effect()
        await self._account.set_dead_man(timeout_s)
        self._effect()

    async def find(self, name: OrderName) -> LookUp:
        return await self._account.find(name)

    async def open_orders(self) -> Sequence[OrderState]:
        return await self._account.open_orders()

    async def fills_since(self, since_ns: int) -> Sequence[Execution]:
        return await self._account.fills_since(since_ns)

    async def balances(self) -> Sequence[Balance]:
        return await self._account.balances()

    async def positions(self) -> Sequence[PositionReport]:
        return await self._account.positions()

    async def instruments(self) -> Sequence[Instrument]:
        return await self._account.instruments()


def mortal(opener: AccountOpener, effect: Effects) -> AccountOpener:
    @asynccontextmanager
    async def opened(sink: Sink) -> AsyncIterator[TradingAccount]:
        async with opener(sink) as account:
            yield MortalAccount(account, effect)

    return opened


class MortalProjection:
    """Implements ``app.projector.Projection``."""

    def __init__(self, projection: Projection, effect: Effects) -> None:
        self._projection = projection
        self._effect = effect

    @property
    def applied_seq(self) -> int:
        return self._projection.applied_seq

    def feed(self, changes: Changes) -> None:
        self._effect()
        self._projection.feed(changes)
        self._effect()

    async def settled(self, seq: int) -> None:
        await self._projection.settled(seq)
