"""The bus of one process: a fact is a function call per subscriber."""

from collections.abc import Callable
from typing import TypeAlias

from algotradehub.domain.ids import AccountId
from algotradehub.ports.bus import Fact

_Subscriber: TypeAlias = tuple[Callable[[Fact], None], frozenset[AccountId] | None]


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
            receive, accounts = subscriber
            # An alert without an account concerns everybody.
            if accounts is not None and not (fact.account is None or fact.account in accounts):
                continue
            try:
                receive(fact)
            except Exception as error:  # noqa: BLE001 - whatever it is, no money may be touched
                self._drop(subscriber)
                self._on_failure(receive, error)

    def subscribe(
        self, receive: Callable[[Fact], None], *, accounts: frozenset[AccountId] | None = None
    ) -> Callable[[], None]:
        subscriber = (receive, accounts)
        self._subscribers = (*self._subscribers, subscriber)
        return lambda: self._drop(subscriber)

    def _drop(self, subscriber: _Subscriber) -> None:
        # A new tuple, so that publishing goes on undisturbed over the old one.
        self._subscribers = tuple(other for other in self._subscribers if other is not subscriber)
