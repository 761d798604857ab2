"""Who owns an account: one process at a time, told apart by an epoch."""

from typing import Protocol

import msgspec


class Lease(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    resource: str  # an account, or a whole data directory
    owner: str
    epoch: int  # rises with every change of owner; journal appends are conditional on it
    expires_monotonic_ns: int | None  # None: held as long as the process lives


class Leases(Protocol):
    def acquire(self, resource: str, owner: str) -> Lease:
        """Take the lease, with a new epoch.

        Raises:
            NotReady: Another process holds it; the message says which.
        """
        ...

    def renew(self, lease: Lease) -> Lease:
        """Extend it.

        Raises:
            NotReady: It was lost: stop sending at once.
        """
        ...

    def release(self, lease: Lease) -> None: ...
