"""What a paper venue has to tell, in the order in which it happened."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from algotradehub.domain.evidence import Balance, Evidence
from algotradehub.domain.ids import AccountId
from algotradehub.ports.clock import Clock

Listener: TypeAlias = Callable[[Sequence[Evidence]], None]

# What is available moves with every order. It is told so much later, many changes at once.
BALANCES_AFTER_S: Final = 0.05


class Outbox:
    """Tells one thing after the other, also what is done while somebody is told.

    Args:
        balances: Those of an account that changed since they were asked for the last time.
    """

    def __init__(self, clock: Clock, balances: Callable[[AccountId], Sequence[Balance]]) -> None:
        self._clock = clock
        self._balances = balances
        self._listeners: dict[AccountId, Listener] = {}
        # What has to be called, and with what: partial objects would cost twice as much.
        self._waiting: deque[tuple[Callable[..., None], tuple[object, ...]]] = deque()
        self._telling = False
        self._moved: dict[AccountId, None] = {}  # a dict keeps the order, a set would not

    def listen(self, account: AccountId, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` what happens to ``account`` until the result is called.

        Raises:
            ValueError: Somebody listens already; one wallet has one private stream here.
        """
        if account in self._listeners:
            raise ValueError(f"{account} is connected already")
        self._listeners[account] = listener
        return lambda: self._listeners.pop(account, None) and None

    def add(self, account: AccountId, words: Sequence[Evidence]) -> None:
        listener = self._listeners.get(account)
        if listener is not None:
            self._waiting.append((listener, (words,)))

    def add_for_all(self, word: Evidence) -> None:
        for account in tuple(self._listeners):
            self.add(account, [word])

    def add_call(self, call: Callable[..., None], *arguments: object) -> None:
        """Call something when its turn comes."""
        self._waiting.append((call, arguments))

    def add_balances(self, account: AccountId) -> None:
        """Tell soon what is available to ``account``."""
        if not self._moved:
            self._clock.after(BALANCES_AFTER_S, self._tell_balances)
        self._moved[account] = None

    def tell(self) -> None:
        """Tell what waits."""
        if self._telling:
            return
        self._telling = True
        try:
            while self._waiting:
                call, arguments = self._waiting.popleft()
                call(*arguments)
        finally:
            self._telling = False

    def _tell_balances(self) -> None:
        moved, self._moved = self._moved, {}
        for account in moved:
            changed = self._balances(account)
            if changed:
                self.add(account, changed)
        self.tell()
