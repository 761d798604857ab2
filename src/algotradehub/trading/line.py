"""The line to a venue as the requests of one account find it: what was sent, what came of it."""

from collections import deque
from typing import Final

from algotradehub.domain.evidence import Acknowledged, CommandKind, Lost, NotSent, Refused
from algotradehub.domain.ids import ClientOrderId

KEPT: Final = 50  # requests, the newest
# A place goes by its order alone: a key with its kind would cost every order another microsecond.
_PLACE: Final = CommandKind.PLACE


class Line:
    """Notes when requests went out and how they ended; times are monotonic, nanoseconds.

    ``line_quality`` judges it.
    """

    __slots__ = ("_under_way", "cuts", "degraded", "ended")

    def __init__(self) -> None:
        # Every request ends in exactly one outcome, so these drain by themselves.
        self._under_way: dict[str, int] = {}
        # When each of the last requests ended, and how long its answer took; None: none came.
        self.ended: deque[tuple[int, int | None]] = deque(maxlen=KEPT)
        self.cuts: deque[int] = deque(maxlen=KEPT)  # when the private stream went down
        self.degraded: str | None = None  # what people were told is bad

    def sent(self, leg: ClientOrderId, kind: CommandKind, now_ns: int) -> None:
        self._under_way[leg if kind is _PLACE else f"{kind} {leg}"] = now_ns

    def outcome(self, word: Acknowledged | Refused | NotSent | Lost, now_ns: int) -> None:
        leg, kind = word.client_order_id, word.command
        sent_ns = self._under_way.pop(leg if kind is _PLACE else f"{kind} {leg}", None)
        if sent_ns is None:
            return  # an earlier process sent it, or nobody did
        if type(word) is NotSent and word.retry_after_s is not None:
            return  # a limit of requests held it back, and not the line
        answered = type(word) is Acknowledged or type(word) is Refused
        self.ended.append((now_ns, now_ns - sent_ns if answered else None))

    def cut(self, now_ns: int) -> None:
        """The private stream went down."""
        self.cuts.append(now_ns)

    def forget(self) -> None:
        """Measure anew. What is under way counts when it ends."""
        self.ended.clear()
        self.cuts.clear()
        self.degraded = None
