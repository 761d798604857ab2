"""What changed, in order: the newest value of everything, each with the version that set it.

A reader keeps nothing but the version it has seen. What it lacks is every value with a newer one,
so a slow reader costs no memory, and passes over what was replaced meanwhile.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from algotradehub.api.bridge import encode


def _as_it_is(value: Any) -> Any:
    return value


class Change:
    """One value. It is written as JSON once, for whoever asks first."""

    __slots__ = ("_show", "_text", "_value", "at_ns", "group", "seq", "version")

    def __init__(
        self,
        group: str,
        value: Any,
        show: Callable[[Any], Any],
        *,
        version: int,
        seq: int,
        at_ns: int,
    ) -> None:
        self.group = group
        self.version = version
        self.seq = seq
        self.at_ns = at_ns
        self._value = value
        self._show = show
        self._text: str | None = None

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = encode(self._show(self._value)).decode()
            self._value = None
        return self._text


class ChangeLog:
    """The newest value of each key, by version; what was changed longest ago is let go first.

    Args:
        kept: How many keys.
        kept_ns: How long, by the times that ``put`` is given; 0 is for ever.

    Attributes:
        version: Of the newest change.
        forgotten: Version of the newest change that was let go for want of room or for its age.
            Readers that have not seen it cannot be brought up to date.
        forgotten_seq: The number that this change had.
    """

    def __init__(self, *, kept: int, kept_ns: int = 0) -> None:
        self.version = 0
        self.seq = 0
        self.forgotten = 0
        self.forgotten_seq = -1
        self._kept = kept
        self._kept_ns = kept_ns
        self._newest: OrderedDict[Hashable, Change] = OrderedDict()

    def put(
        self,
        group: str,
        key: Hashable,
        value: Any,
        show: Callable[[Any], Any] = _as_it_is,
        *,
        seq: int = 0,
        at_ns: int = 0,
    ) -> None:
        """Set ``key``; it is listed under ``group`` as what ``show`` makes of ``value``."""
        self.version += 1
        self.seq = max(self.seq, seq)
        self._newest.pop(key, None)
        self._newest[key] = Change(
            group, value, show, version=self.version, seq=self.seq, at_ns=at_ns
        )
        if len(self._newest) > self._kept:
            self._forget_oldest()
        while self._kept_ns and next(iter(self._newest.values())).at_ns < at_ns - self._kept_ns:
            self._forget_oldest()

    def since(self, version: int) -> list[Change]:
        """What is newer than ``version`` and still kept, oldest first."""
        found: list[Change] = []
        for change in reversed(self._newest.values()):
            if change.version <= version:
                break
            found.append(change)
        found.reverse()
        return found

    def version_before(self, seq: int) -> int:
        """The version that a reader has seen who knows everything below ``seq``."""
        for change in reversed(self._newest.values()):
            if change.seq < seq:
                return change.version
        return self.forgotten

    def _forget_oldest(self) -> None:
        _, change = self._newest.popitem(last=False)
        self.forgotten, self.forgotten_seq = change.version, change.seq


def listed(changes: Iterable[Change], groups: Sequence[str] = ()) -> str:
    """Write ``changes`` as one JSON list per group; ``groups`` are there even if empty."""
    lists: dict[str, list[str]] = {group: [] for group in groups}
    for change in changes:
        lists.setdefault(change.group, []).append(change.text)
    return ",".join(f'"{group}":[{",".join(texts)}]' for group, texts in lists.items())
