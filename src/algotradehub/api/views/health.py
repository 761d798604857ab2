"""What a probe is told."""

from collections.abc import Sequence

import msgspec


class Health(msgspec.Struct, frozen=True, kw_only=True):
    status: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Every part accepts new orders."""

    ready: bool
    parts: Sequence[str]
