"""The projection as the loop thread sees it: fed without waiting, read with ``await``.

One thread writes, a few read, each with a connection of its own. Nothing is decided from what is
read here (order-path 2), so a projection that lags or fails stops no order: the journal holds
everything, and the next start replays what is missing.
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from itertools import count
from os import PathLike
from queue import SimpleQueue
from typing import TypeVar

from algotradehub.domain.errors import NotReady
from algotradehub.ports.bus import Alert
from algotradehub.ports.clock import Clock
from algotradehub.ports.store import Changes, Store
from algotradehub.storage.sqlite.store import SqliteStore
from algotradehub.storage.sqlite.writer import Writer

T = TypeVar("T")

READERS = 2
MAX_WAITING = 1_000  # queries, and calls of ``settled``
MAX_PENDING_RECORDS = 100_000  # some 200 MB of memory
RETRY_S = 0.1  # after the first failure; each further one doubles it


@asynccontextmanager
async def open_projection(
    path: str | PathLike[str],
    *,
    clock: Clock,
    alert: Callable[[Alert], object],
    max_pending_records: int = MAX_PENDING_RECORDS,
    retry_s: float = RETRY_S,
) -> AsyncIterator["Projection"]:
    """Open the database at ``path``; at the end store what still waits, and close it.

    ``alert`` hears, on the loop thread, of ``projection_failing`` and ``projection_stopped``.

    Raises:
        OSError: The database cannot be created, read or written.
        StorageDamaged: It is damaged, not ours, or of a newer version than this program.
    """
    loop = asyncio.get_running_loop()
    store, *readers = await loop.run_in_executor(None, _open, path)
    projection = Projection(
        store,
        readers,
        clock=clock,
        alert=alert,
        max_pending_records=max_pending_records,
        retry_s=retry_s,
    )
    try:
        yield projection
    finally:
        await loop.run_in_executor(None, projection._close)  # noqa: SLF001 - open and close are one


def _open(path: str | PathLike[str]) -> list[SqliteStore]:
    with ExitStack() as opened:
        stores = [opened.enter_context(closing(SqliteStore(path)))]
        stores += [
            opened.enter_context(closing(SqliteStore(path, read_only=True))) for _ in range(READERS)
        ]
        opened.pop_all()
        return stores


class Projection:
    """Made by ``open_projection``. Every method is called on the loop thread."""

    def __init__(
        self,
        store: SqliteStore,
        readers: Sequence[SqliteStore],
        *,
        clock: Clock,
        alert: Callable[[Alert], object],
        max_pending_records: int,
        retry_s: float,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._alert = alert
        self._applied_seq = store.applied_seq
        self._trouble: str | None = None
        self._stopped: str | None = None
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []  # a heap
        self._waiter_numbers = count()  # so that futures are never compared
        self._queries = 0
        self._stores = [store, *readers]
        self._readers: SimpleQueue[SqliteStore] = SimpleQueue()
        for reader in readers:
            self._readers.put(reader)
        self._threads = ThreadPoolExecutor(len(readers), "projection-reader")
        self._writer = Writer(
            store,
            applied=self._posted(self._on_applied),
            failed=self._posted(self._on_failed),
            gave_up=self._posted(self._on_gave_up),
            max_pending_records=max_pending_records,
            retry_s=retry_s,
        )

    @property
    def applied_seq(self) -> int:
        """Everything up to this record is stored and seen by queries."""
        return self._applied_seq

    @property
    def trouble(self) -> str | None:
        """Why changes are not being stored just now; None while all is well."""
        return self._stopped or self._trouble

    def feed(self, changes: Changes) -> None:
        """Take ``changes`` over, to be stored soon; the caller does not touch them again.

        Never blocks, never raises. Whoever feeds a whole journal at start awaits ``settled`` now
        and then: what waits is bounded, and past the bound this projection stops.
        """
        self._writer.feed(changes)

    async def settled(self, seq: int) -> None:
        """Return once everything up to ``seq`` is stored, so that a query sees it.

        Raises:
            NotReady: It will not be stored before the next start, or too many wait already.
        """
        if seq <= self._applied_seq:
            return
        if self._stopped is not None:
            raise NotReady(self._stopped)
        if len(self._waiters) >= MAX_WAITING:
            raise NotReady("too many wait for the projection already: try again in a moment")
        stored = self._loop.create_future()
        heapq.heappush(self._waiters, (seq, next(self._waiter_numbers), stored))
        await stored

    async def query(self, read: Callable[[Store], T]) -> T:
        """Return ``read(store)``, run on a reader's thread; all it reads is of one instant.

        Raises:
            NotReady: Too many queries wait already.
        """
        if self._queries >= MAX_WAITING:
            raise NotReady("too many queries wait already: try again in a moment")
        self._queries += 1
        try:
            return await self._loop.run_in_executor(self._threads, self._read, read)
        finally:
            self._queries -= 1

    def _read(self, read: Callable[[Store], T]) -> T:
        store = self._readers.get()  # there are as many as threads
        try:
            with store.snapshot():
                return read(store)
        finally:
            self._readers.put(store)

    def _posted(self, call: Callable[[T], None]) -> Callable[[T], None]:
        def post(argument: T) -> None:
            with suppress(RuntimeError):  # the loop has ended without closing us
                self._loop.call_soon_threadsafe(call, argument)

        return post

    def _on_applied(self, seq: int) -> None:
        self._applied_seq = seq
        self._trouble = None
        while self._waiters and self._waiters[0][0] <= seq:
            _, _, stored = heapq.heappop(self._waiters)
            if not stored.done():  # its caller may have given up
                stored.set_result(None)

    def _on_failed(self, reason: str) -> None:
        self._trouble = f"the projection cannot be written just now: {reason}"
        self._tell("projection_failing", self._trouble)

    def _on_gave_up(self, reason: str) -> None:
        self._stopped = (
            f"the projection stopped at record {self._applied_seq} until the next start, which "
            f"replays the journal from there: {reason}"
        )
        self._refuse_waiters(self._stopped)
        self._tell("projection_stopped", self._stopped)

    def _refuse_waiters(self, reason: str) -> None:
        for _, _, stored in self._waiters:
            if not stored.done():
                stored.set_exception(NotReady(reason))
        self._waiters.clear()

    def _tell(self, name: str, detail: str) -> None:
        self._alert(Alert(name=name, detail=detail, account=None, at_ns=self._clock.now_ns()))

    def _close(self) -> None:
        """Runs on a thread: the writer may need a moment for what still waits."""
        self._writer.close()
        self._posted(self._refuse_waiters)("the projection is closed")
        self._threads.shutdown()
        for store in self._stores:
            store.close()
