"""One way between us and a venue, on which messages take their time."""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from algotradehub.ports.clock import Clock

Message = TypeVar("Message")


class Way(Generic[Message]):
    """Delivers messages after a while each, in the order in which they were put.

    Args:
        clock: Whose time passes.
        takes_s: How long the next message takes, seconds.
        deliver: Called with each message when it arrives.
    """

    def __init__(
        self, clock: Clock, takes_s: Callable[[], float], deliver: Callable[[Message], None]
    ) -> None:
        self._clock = clock
        self._takes_s = takes_s
        self._deliver = deliver
        self._messages: deque[Message] = deque()

    def put(self, message: Message) -> None:
        takes_s = self._takes_s()
        if not takes_s and not self._messages:
            self._deliver(message)
            return
        self._messages.append(message)
        self._clock.after(takes_s, self._arrived)

    def close(self) -> None:
        """Lose what is under way."""
        self._messages.clear()

    def _arrived(self) -> None:
        # Whichever timer fires first, the oldest message is the one that arrives.
        if self._messages:
            self._deliver(self._messages.popleft())
