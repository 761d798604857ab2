"""Probes: the process is up, and whether it accepts orders."""

from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, gateway


async def test_health_is_up_while_the_loop_turns() -> None:
    async with gateway() as api:
        api.troubles["journal"] = "the disk is full"
        reply = await api.ask("GET", "/health")
    assert (reply.status, reply.json) == (200, {"status": "up"})


async def test_ready_names_what_is_ready() -> None:
    async with gateway() as api:
        reply = await api.ask("GET", "/ready")
    assert (reply.status, reply.json["ready"]) == (200, True)
    # A probe asks about the whole process, whoever owns the accounts.
    everything = {"journal", f"account {ACCOUNT}", f"account {OTHERS_ACCOUNT}"}
    assert set(reply.json["parts"]) == everything


async def test_not_ready_says_why() -> None:
    async with gateway() as api:
        api.troubles["journal"] = "the disk is full"
        api.account.disconnect("maintenance")
        reply = await api.ask("GET", "/ready")
    problem = reply.json
    assert (reply.status, problem["error_code"]) == (503, "not_ready")
    assert reply.headers["retry-after"] == "1"
    assert problem["reasons"] == {
        "journal": "the disk is full",
        f"account {ACCOUNT}": f"{ACCOUNT} is not connected: maintenance",
    }
