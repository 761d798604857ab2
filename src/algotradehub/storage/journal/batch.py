"""Records that have their numbers but are not stored yet."""

from algotradehub.domain.ids import AccountId
from algotradehub.domain.records import FORMAT_VERSION, Body, Record
from algotradehub.storage.journal import frame


class Batch:
    """Numbers records and packs their frames, until they are ``stored`` or ``forgotten``.

    Args:
        seq: Number of the last record stored before.
        account_seqs: The last number of each account; kept up to date here.
        at_ns: When that record was made; 0: there was none.
    """

    def __init__(self, seq: int, account_seqs: dict[AccountId, int], at_ns: int = 0) -> None:
        # Of the last record numbered. A checkpoint has it too, for it tells no news: a process that
        # dies just after it has written nothing of its own.
        self.at_ns = at_ns
        self.seq = seq  # of the last record numbered
        self.stored_seq = seq
        self.account_seqs = account_seqs
        self.frames = bytearray()
        self._accounts: list[AccountId] = []  # of the records in ``frames``

    def add(self, account: AccountId, body: Body, at_ns: int) -> Record:
        """Give a record the next numbers.

        Raises:
            ValueError: It is too large; or whatever msgspec raises for a body that it cannot
                encode. Nothing has changed then.
        """
        record = Record(
            v=FORMAT_VERSION,
            seq=self.seq + 1,
            at_ns=at_ns,
            account=account,
            account_seq=self.account_seqs.get(account, 0) + 1,
            kind=body.kind,
            body=body,
        )
        self.frames += frame.pack(record)
        self._accounts.append(account)
        self.account_seqs[account] = record.account_seq
        self.seq = record.seq
        self.at_ns = at_ns
        return record

    def stored(self) -> None:
        """The frames have been written: begin anew behind them."""
        self.frames.clear()
        self._accounts.clear()
        self.stored_seq = self.seq

    def forget(self) -> None:
        """The frames will never be written: their numbers go to other records."""
        for account in self._accounts:
            self.account_seqs[account] -= 1
            if not self.account_seqs[account]:
                del self.account_seqs[account]
        self.frames.clear()
        self._accounts.clear()
        self.seq = self.stored_seq

    def count(self, *, without: AccountId) -> int:
        """Records waiting here, except those of one account."""
        return len(self._accounts) - self._accounts.count(without)
