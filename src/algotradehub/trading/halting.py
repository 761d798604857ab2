"""What a record makes of the halt of an account."""

from typing import Final

import msgspec

from algotradehub.domain.records import HaltSet, Record, StopProven
from algotradehub.ports.store import Halt

_replace: Final = msgspec.structs.replace


def halt_after(before: Halt | None, record: Record) -> Halt:
    """Return the halt after a ``HaltSet`` or, of a stop, its ``StopProven``."""
    body = record.body
    if isinstance(body, StopProven):
        assert before is not None  # noqa: S101 - only a stop is proven
        return _replace(before, looked_ns=body.looked_ns)
    assert isinstance(body, HaltSet)  # noqa: S101 - the only other one
    return Halt(
        account=record.account,
        halted=body.halted,
        reason=body.reason,
        by=body.by,
        at_ns=record.at_ns,
        stop=body.stop,
    )


def unproven(before: Halt) -> Halt:
    """Return the halt after an order went out by a permit: what was proven must be so again."""
    return _replace(before, looked_ns=())
