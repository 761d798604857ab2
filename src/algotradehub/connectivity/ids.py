"""Names that were never given before: client order ids and secrets."""

import os
from collections.abc import Callable
from struct import Struct
from typing import Final

from algotradehub.domain.ids import ClientOrderId, pack_client_order_id

_MAX_TAG: Final = 0xFFFF
_MAX_COUNTER: Final = 0xFFF
_ID_BITS: Final = 46
_TOKEN_BITS: Final = 256
_NS_PER_MS: Final = 1_000_000
_WORD_BITS: Final = 64
_PAGE: Final = Struct("<512Q")


class OsEntropy:
    """The system's randomness, fetched a page at a time: a call for each id costs 2 us."""

    def __init__(self) -> None:
        self._words: list[int] = []

    def bits(self, count: int) -> int:
        """Return ``count`` random bits, as a number."""
        if count > _WORD_BITS:
            size = -(-count // 8)
            return int.from_bytes(os.urandom(size), "little") >> (8 * size - count)
        if not self._words:
            self._words = list(_PAGE.unpack(os.urandom(_PAGE.size)))
        return self._words.pop() >> (_WORD_BITS - count)


class InstallationIds:
    """The production ``IdSource`` of one installation.

    Ids rise strictly, also when the wall clock stands still or steps back: the millisecond in them
    never falls, and a counter orders those of one millisecond (order-path 1).

    Args:
        tag: This installation's 16-bit tag, drawn once and kept beside the journal.
        random_bits: Returns so many random bits, as a number; by default the system's.

    Raises:
        ValueError: The tag does not fit 16 bits.
    """

    def __init__(self, tag: int, *, random_bits: Callable[[int], int] | None = None) -> None:
        if not 0 <= tag <= _MAX_TAG:
            raise ValueError(f"an installation tag is between 0 and {_MAX_TAG}, was {tag}")
        self._tag = tag
        self._random_bits = random_bits or OsEntropy().bits
        self._ms = 0
        self._counter = 0

    @property
    def tag(self) -> int:
        return self._tag

    def client_order_id(self, now_ns: int) -> ClientOrderId:
        ms = now_ns // _NS_PER_MS
        if ms > self._ms:
            self._ms, self._counter = ms, 0
        elif self._counter < _MAX_COUNTER:
            self._counter += 1
        else:  # 4,096 in one millisecond: borrow the next one, as RFC 9562 (6.2) allows
            self._ms, self._counter = self._ms + 1, 0
        return pack_client_order_id(
            ms=self._ms,
            counter=self._counter,
            tag=self._tag,
            random=self._random_bits(_ID_BITS),
        )

    def token(self) -> str:
        return f"{self._random_bits(_TOKEN_BITS):064x}"
