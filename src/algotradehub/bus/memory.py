"""The bus of one process: a fact is a function call per subscriber."""

from collections.abc import Callable

from algotradehub.domain.ids import AccountId
from algotradehub.ports.bus import Fact


class _Subscriber:
    """Told apart by identity: the same function subscribed twice is two subscribers."""

    __slots__ = ("accounts", "receive")

    def __init__(
        self, receive: Callable[[Fact], None], accounts: frozenset[AccountId] | None
    ) -> None:
        self.receive = receive
        self.accounts = accounts


class MemoryBus:
    """Implements ``ports.bus.Bus``.

    A subscriber that raises is taken off, so that it cannot hurt the others or the publisher.

    Args:
        on_failure: Told which subscriber was taken off, and why.
    """

    def __init__(self, *, on_failure: Callable[[object, Exception], None]) -> None:
        self._on_failure = on_failure
        self._subscribers: tuple[_Subscriber, ...] = ()

    def publish(self, fact: Fact) -> None:
        for subscriber in self._subscribers:
            accounts = subscriber.accounts
            # An alert without an account concerns everybody.
            if accounts is not None and not (fact.account is None or fact.account in accounts):
                continue
            try:
                subscriber.receive(fact)
            except Exception as error:  # noqa: BLE001 - whatever it is, no money may be touched
                self._drop(subscriber)
                self._on_failure(subscriber.receive, error)

    def subscribe(
        self, receive: Callable[[Fact], None], *, accounts: frozenset[AccountId] | None = None
    ) -> Callable[[], None]:
        subscriber = _Subscriber(receive, accounts)
        self._subscribers = (*self._subscribers, subscriber)
        return lambda: self._drop(subscriber)

    def _drop(self, subscriber: _Subscriber) -> None:
        # A new tuple, so that publishing goes on undisturbed over the old one.
        self._subscribers = tuple(other for other in self._subscribers if other is not subscriber)
