"""The gateway as a whole: what is found where, and that every error is a problem."""

import pytest

from algotradehub.api.app import PREFIX
from tests.unit.api.gateway import Reply, StoreQueries, gateway


def is_problem(reply: Reply, status: int, code: str) -> bool:
    problem = reply.json
    return (
        reply.headers["content-type"] == "application/problem+json"
        and (reply.status, problem["status"], problem["error_code"]) == (status, status, code)
        and problem["type"] == f"urn:algotradehub:problem:{code}"
        and problem["detail"] == problem["error_message"] != ""
        and problem["suggested_action"] != ""
        and {"title", "instance", "error_type", "retry_possible", "fallback_available"}
        <= set(problem)
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "no_such_route"),
        ("GET", "/docs", 404, "no_such_route"),
        ("GET", PREFIX, 404, "no_such_route"),
        ("GET", f"{PREFIX}/orders/", 404, "no_such_route"),
        ("PUT", f"{PREFIX}/orders", 405, "method_not_allowed"),
        ("POST", f"{PREFIX}/fills", 405, "method_not_allowed"),
        ("GET", f"{PREFIX}/orders/none", 404, "not_found"),
        ("DELETE", f"{PREFIX}/orders/none", 404, "not_found"),
        ("GET", f"{PREFIX}/orders/none/timeline", 404, "not_found"),
        ("GET", f"{PREFIX}/orders?limit=501", 422, "invalid_request"),
    ],
)
async def test_every_error_is_a_problem(method: str, path: str, status: int, code: str) -> None:
    async with gateway() as api:
        with api.untouched():
            assert is_problem(await api.ask(method, path), status, code)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/fills", "GET"),
        ("/orders", "GET, POST"),
        ("/orders/1", "DELETE, GET, PATCH"),
        ("/orders/batch", "POST"),
        ("/openapi.json", "GET"),
    ],
)
async def test_a_method_that_is_not_allowed_is_told_which_are(path: str, allowed: str) -> None:
    async with gateway() as api:
        reply = await api.ask("PUT", f"{PREFIX}{path}")
    assert (reply.status, reply.headers["allow"]) == (405, allowed)


async def test_an_error_nobody_expected_can_be_found_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(self: object, wanted: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(StoreQueries, "orders", fail)
    async with gateway() as api:
        reply = await api.ask("GET", f"{PREFIX}/orders")
    assert is_problem(reply, 500, "internal_error")
    assert b"secret" not in reply.body
    assert reply.headers["cache-control"] == "no-store"
    (error,) = api.escaped
    assert error.__notes__ == [f"answered as {reply.json['instance']}"]
