"""Request budgets of venues, shared by every process that spends from them."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

Cost: TypeAlias = Mapping[tuple[str, str], int]  # (bucket, scope) -> units


class Budget(Protocol):
    def take(self, cost: Cost, *, lane: str) -> float:
        """Take ``cost`` now, all or nothing.

        Returns:
            0.0 if it was taken; otherwise the seconds after which asking again makes sense.
        """
        ...

    def correct(self, bucket: str, scope: str, used: int) -> None:
        """The venue's own headers told how much is used."""
        ...

    def forbid(self, scope: str, for_s: float) -> None:
        """The venue said Retry-After, or banned us: nothing goes out for so long."""
        ...
