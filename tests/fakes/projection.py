"""A projection that is stored in the call that feeds it."""

from algotradehub.ports.store import Changes, Store


class StoredAtOnce:
    """Implements ``app.projector.Projection`` without a thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def applied_seq(self) -> int:
        return self._store.applied_seq

    def feed(self, changes: Changes) -> None:
        self._store.apply(changes)

    async def settled(self, seq: int) -> None:
        assert seq <= self.applied_seq, "nothing else would ever store it"
