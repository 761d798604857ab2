"""How long messages between us and a venue take."""

from random import Random
from typing import Protocol


class LatencyModel(Protocol):
    """Asked once for each message. Whatever it says, none overtakes another."""

    def request_s(self) -> float:
        """From our sending to the venue's acting."""
        ...

    def answer_s(self) -> float:
        """From the venue's acting to our hearing of it."""
        ...


class JitteredLatency:
    """Around a mean, evenly spread.

    Args:
        request_s: Mean of the way there.
        answer_s: Mean of the way back.
        jitter: How far from the mean a message may be, as a share of it, 0 to 1.
        random: Seeded, so that a run repeats.
    """

    def __init__(
        self,
        *,
        request_s: float,
        answer_s: float,
        random: Random,
        jitter: float = 0.2,  # tidy: float: a share of a duration
    ) -> None:
        self._request_s = request_s
        self._answer_s = answer_s
        self._jitter = jitter
        self._random = random

    def request_s(self) -> float:
        return self._around_s(self._request_s)

    def answer_s(self) -> float:
        return self._around_s(self._answer_s)

    def _around_s(self, mean_s: float) -> float:
        return mean_s * self._random.uniform(1 - self._jitter, 1 + self._jitter)
