"""Every planted bug, group by group; a new group is a file beside this one and a line here."""

from typing import Final

from benchmarks.planted import (
    audit,
    dead_man,
    emulation,
    evidence,
    fills,
    idempotency,
    intervention,
    journal,
    legs,
    projection,
    reconcile,
    recovery,
    resolver,
    risk,
    risk_sums,
    start,
    stop,
)
from benchmarks.planted.bug import Bug

_GROUPS: Final = (
    journal,
    projection,
    start,
    evidence,
    legs,
    reconcile,
    stop,
    recovery,
    resolver,
    fills,
    risk_sums,
    idempotency,
    intervention,
    risk,
    audit,
    emulation,
    dead_man,
)
BUGS: Final[tuple[Bug, ...]] = tuple(bug for group in _GROUPS for bug in group.BUGS)
