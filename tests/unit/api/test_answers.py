"""Every answer, good or bad, forbids caching and guessing."""

import pytest

from algotradehub.api.answers import HEADERS, answer
from tests.unit.api.gateway import gateway


def test_an_answer_is_json_with_its_status() -> None:
    made = answer({"a": 1}, status=202)
    assert (made.status_code, made.body) == (202, b'{"a":1}')
    assert made.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "path", ["/health", "/api/v1/orders", "/api/v1/orders/x", "/nothing", "/api/v1/openapi.json"]
)
async def test_the_headers_are_on_every_answer(path: str) -> None:
    async with gateway() as api:
        reply = await api.ask("GET", path)
    for name, value in HEADERS.items():
        assert reply.headers[name.lower()] == value
    assert not any(name.startswith("access-control-") for name in reply.headers)
