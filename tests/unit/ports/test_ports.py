"""What the ports ask of implementations that are still to come; the types are checked by mypy."""

import pytest

from algotradehub.domain.errors import NotFound, NotReady
from algotradehub.domain.ids import AccountId
from algotradehub.ports.budget import Budget
from algotradehub.ports.dialer import Dialer
from algotradehub.ports.lease import Leases
from algotradehub.ports.telemetry import Telemetry
from algotradehub.ports.vault import Secret, Vault
from tests.fakes.ports import (
    MemoryBudget,
    MemoryLeases,
    MemoryVault,
    RecordingTelemetry,
    UnreachableDialer,
)


def test_a_secret_never_shows_itself() -> None:
    secret = Secret({"api_secret": "hunter2"})
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"


def test_a_vault_knows_its_credentials_only() -> None:
    main = AccountId("main")
    vault: Vault = MemoryVault({(main, "trading"): Secret({"key": "k"})})
    assert vault.secret(main, "trading").values == {"key": "k"}
    with pytest.raises(NotFound):
        vault.secret(main, "withdrawal")


def test_a_budget_takes_all_of_a_cost_or_nothing() -> None:
    budget: Budget = MemoryBudget({("orders", "account"): 2, ("weight", "ip"): 5})
    cost = {("orders", "account"): 1, ("weight", "ip"): 4}
    assert budget.take(cost, lane="new") == 0
    assert budget.take(cost, lane="new") > 0
    assert budget.take({("orders", "account"): 1}, lane="new") == 0, "the refusal took nothing"
    budget.forbid("ip", 7.0)
    assert budget.take({("weight", "ip"): 1}, lane="data") == 7


def test_a_lease_has_one_holder_and_a_rising_epoch() -> None:
    leases: Leases = MemoryLeases()
    first = leases.acquire("data", "a")
    with pytest.raises(NotReady, match="held by a"):
        leases.acquire("data", "b")
    leases.release(first)
    second = leases.acquire("data", "b")
    assert second.epoch > first.epoch
    with pytest.raises(NotReady):
        leases.renew(first)


def test_telemetry_takes_counts_values_and_events() -> None:
    telemetry = RecordingTelemetry()
    port: Telemetry = telemetry
    port.count("orders")
    port.event("halted", {"account": "main"})
    assert telemetry.told == [("orders", 1), ("halted", {"account": "main"})]


async def test_what_cannot_be_dialled_was_not_sent() -> None:
    dialer: Dialer = UnreachableDialer()
    with pytest.raises(OSError, match="cannot be reached"):
        await dialer.dial(None, host="example", port=1, tls=None, local_address=None, timeout_s=1.0)
