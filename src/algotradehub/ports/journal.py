"""The one durable record of what was asked, sent and heard (order-path 2)."""

from collections.abc import Callable, Iterator
from typing import Protocol

from algotradehub.domain.ids import AccountId
from algotradehub.domain.records import Body, Record, Wire


class Journal(Protocol):
    """Append-only. Records get their numbers in the order of the calls and are stored in it."""

    @property
    def seq(self) -> int:
        """Number of the last record appended."""
        ...

    @property
    def synced_seq(self) -> int:
        """Number of the last record that survives power loss."""
        ...

    @property
    def refusing(self) -> str | None:
        """Why ``append`` refuses just now; None while all is well."""
        ...

    def account_seq(self, account: AccountId) -> int: ...

    def append(self, account: AccountId, body: Body, *, at_ns: int) -> Record:
        """Store a record that must exist before anything follows from it.

        Returns:
            The record with its numbers; it survives the death of the process.

        Raises:
            NotReady: It could not be written and does not exist.
        """
        ...

    def append_synced(
        self, account: AccountId, body: Body, *, at_ns: int, done: Callable[[bool], None]
    ) -> Record:
        """Store a record that must survive power loss before anything follows from it.

        Many callers share one sync. ``done(True)`` follows the sync, in journal order;
        ``done(False)`` means it never became durable and nothing may follow from it.

        Raises:
            NotReady: It was refused and does not exist.
        """
        ...

    def keep(self, account: AccountId, body: Body, *, at_ns: int) -> Record:
        """Store evidence that is true whether or not the disk works; never refuses.

        Written at once where possible, otherwise held in memory and written when the disk heals.
        Synced within 20 ms, not awaited.

        Raises:
            NotReady: The lease was lost, or the journal is closed.
            StorageDamaged: The bound on held records is passed; the process must end.
        """
        ...

    def defer(self, account: AccountId, body: Wire, *, at_ns: int) -> bool:
        """Store a record with the next one, at the latest at the end of this turn of the loop.

        For what decides nothing and must not slow an order down. It gets its numbers when it is
        stored. While the disk fails a bounded number waits.

        Returns:
            Whether it was taken; False at the bound, and when the journal is closed.
        """
        ...

    def read(self, after_seq: int = 0) -> Iterator[Record]:
        """Records stored before this call, with ``seq`` above ``after_seq``, in order.

        Raises:
            StorageDamaged: A record cannot be read, or is of a newer version than this program.
        """
        ...
