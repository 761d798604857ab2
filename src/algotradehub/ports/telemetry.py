"""Numbers and log lines, written behind: never on the hot path."""

from collections.abc import Mapping
from typing import Protocol


class Telemetry(Protocol):
    def count(self, name: str, amount: int = 1, **labels: str) -> None: ...

    def gauge(self, name: str, value: float, **labels: str) -> None: ...

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Add one value to a histogram."""
        ...

    def event(self, name: str, facts: Mapping[str, object]) -> None:
        """Log a decision: a constant name, facts as keys, secrets never."""
        ...
