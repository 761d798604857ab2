"""Nobody comes in by another name, or without the token, but probes."""

import pytest

from tests.unit.api.gateway import gateway

TOKEN = "correct-horse-battery"
BEARER = [("authorization", f"Bearer {TOKEN}")]
PATHS = ["/api/v1/orders", "/api/v1/openapi.json", "/api/v1/nothing", "/nothing", "/metrics"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "")],
        [("authorization", "Bearer")],
        [("authorization", f"Bearer {TOKEN}x")],
        [("authorization", f"Basic {TOKEN}")],
        [("authorization", TOKEN)],
        [("authorization", f"Bearer {TOKEN[:-1]}")],
        [("authorization", "Bearer k\xe9y")],
    ],
)
async def test_without_the_token_nothing_is_told(path: str, headers: list[tuple[str, str]]) -> None:
    async with gateway(token=TOKEN) as api:
        with api.untouched():
            reply = await api.ask("GET", path, headers=headers)
    assert (reply.status, reply.json["error_code"]) == (401, "unauthenticated")
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in reply.body.decode()


async def test_an_order_without_the_token_is_not_even_read() -> None:
    async with gateway(token=TOKEN) as api:
        with api.untouched():
            reply = await api.place()
    assert reply.status == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
async def test_with_the_token_all_is_open(scheme: str) -> None:
    async with gateway(token=TOKEN) as api:
        headers = [("authorization", f"{scheme} {TOKEN}")]
        reply = await api.ask("GET", "/api/v1/orders", headers=headers)
    assert reply.status == 200


@pytest.mark.parametrize(
    "host", ["localhost", "localhost.:8000", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"]
)
async def test_loopback_names_are_ours(host: str) -> None:
    async with gateway() as api:
        assert (await api.ask("GET", "/api/v1/orders", host=host)).status == 200


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "localhost:8000.evil.example", "::1"]
)
async def test_a_name_that_somebody_bound_to_our_address_is_refused(host: str) -> None:
    async with gateway(token=TOKEN) as api:
        with api.untouched():
            reply = await api.ask("GET", "/api/v1/orders", host=host, headers=BEARER)
    assert (reply.status, reply.json["error_code"]) == (421, "host_not_allowed")


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_probes_ask_by_any_name_and_without_a_token(path: str) -> None:
    async with gateway(token=TOKEN) as api:
        assert (await api.ask("GET", path, host="10.0.0.7:8000")).status == 200


async def test_other_origins_are_not_let_in() -> None:
    preflight = [("origin", "https://evil.example"), ("access-control-request-method", "POST")]
    async with gateway() as api:
        reply = await api.ask("OPTIONS", "/api/v1/orders", headers=preflight)
    assert reply.status == 405
    assert not any(name.startswith("access-control-") for name in reply.headers)
