"""What goes over the wires and waits for the next write: bounded, and without numbers yet."""

from typing import Final

from algotradehub.domain.ids import AccountId
from algotradehub.domain.records import Record, Wire
from algotradehub.storage.journal import frame
from algotradehub.storage.journal.batch import Batch

# A busy turn of the loop has a few dozen; this many wait for a sick disk.
MOST_RECORDS: Final = 10_000
MOST_BYTES: Final = 16 << 20


class Deferred:
    """Requests and answers in their order. They stay until they are ``stored``."""

    def __init__(self) -> None:
        self.count = 0
        self._bytes = 0
        self._waiting: list[tuple[AccountId, Wire, int]] = []  # with at_ns

    def add(self, account: AccountId, body: Wire, at_ns: int) -> bool:
        """Take one more; False if there is no room for it.

        Raises what msgspec raises for a body that it cannot encode; nothing has changed then.
        """
        size = self._bytes + frame.size_of(body)
        if self.count >= MOST_RECORDS or size > MOST_BYTES:
            return False
        self._waiting.append((account, body, at_ns))
        self._bytes = size
        self.count += 1
        return True

    def number(self, batch: Batch) -> list[Record]:
        """Put all of them into ``batch``; they go on waiting until that is written."""
        return [batch.add(account, body, at_ns) for account, body, at_ns in self._waiting]

    def stored(self) -> None:
        """All of them were written."""
        self._waiting.clear()
        self.count = self._bytes = 0
