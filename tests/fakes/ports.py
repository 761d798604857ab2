"""The smallest honest implementations of ports that nothing in the program implements yet."""

from collections.abc import Mapping

from algotradehub.domain.errors import NotFound, NotReady
from algotradehub.domain.ids import AccountId
from algotradehub.ports.budget import Cost
from algotradehub.ports.lease import Lease
from algotradehub.ports.vault import Secret


class MemoryBudget:
    """Buckets of a fixed size that never refill."""

    def __init__(self, capacity: Mapping[tuple[str, str], int]) -> None:
        self._capacity = capacity
        self.left = dict(capacity)
        self.forbidden_s: dict[str, float] = {}

    def take(self, cost: Cost, *, lane: str) -> float:
        waits = [self.forbidden_s.get(scope, 0.0) for _, scope in cost]
        if any(waits):
            return max(waits)
        if any(self.left[key] < units for key, units in cost.items()):
            return 1.0
        for key, units in cost.items():
            self.left[key] -= units
        return 0.0

    def correct(self, bucket: str, scope: str, used: int) -> None:
        self.left[bucket, scope] = self._capacity[bucket, scope] - used

    def forbid(self, scope: str, for_s: float) -> None:
        self.forbidden_s[scope] = for_s


class MemoryLeases:
    """Leases of processes that all live here."""

    def __init__(self) -> None:
        self.held: dict[str, Lease] = {}
        self.epochs: dict[str, int] = {}

    def acquire(self, resource: str, owner: str) -> Lease:
        if resource in self.held:
            raise NotReady(f"{resource} is held by {self.held[resource].owner}")
        epoch = self.epochs[resource] = self.epochs.get(resource, 0) + 1
        lease = Lease(resource=resource, owner=owner, epoch=epoch, expires_monotonic_ns=None)
        self.held[resource] = lease
        return lease

    def renew(self, lease: Lease) -> Lease:
        if self.held.get(lease.resource) != lease:
            raise NotReady(f"{lease.resource} was lost")
        return lease

    def release(self, lease: Lease) -> None:
        if self.held.get(lease.resource) == lease:
            del self.held[lease.resource]


class RecordingTelemetry:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, object]] = []

    def count(self, name: str, amount: int = 1, **labels: str) -> None:
        self.told.append((name, amount))

    def gauge(self, name: str, value: float, **labels: str) -> None:
        self.told.append((name, value))

    def observe(self, name: str, value: float, **labels: str) -> None:
        self.told.append((name, value))

    def event(self, name: str, facts: Mapping[str, object]) -> None:
        self.told.append((name, dict(facts)))


class MemoryVault:
    """Secrets in a dictionary."""

    def __init__(self, secrets: Mapping[tuple[AccountId, str], Secret]) -> None:
        self._secrets = secrets

    def secret(self, account: AccountId, credential: str) -> Secret:
        secret = self._secrets.get((account, credential))
        if secret is None:
            raise NotFound(f"{account} has no credential {credential}")
        return secret


class UnreachableDialer:
    """A network in which nobody answers: nothing is ever sent."""

    async def dial(
        self,
        protocol: object,
        *,
        host: str,
        port: int,
        tls: object | None,
        local_address: str | None,
        timeout_s: float,
    ) -> object:
        raise OSError(f"{host}:{port} cannot be reached")
