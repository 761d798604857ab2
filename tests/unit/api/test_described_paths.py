"""Described paths: all methods of a path, and one value where one is meant."""

import pytest

from algotradehub.api.described_paths import DescribedPaths
from tests.unit.api.gateway import VENUE, gateway

PATHS = DescribedPaths(
    {
        "/orders": {
            "post": {},
            "get": {
                "parameters": [
                    {"name": "status", "schema": {"type": "array"}},
                    {"name": "side", "schema": {"anyOf": [{"type": "string"}]}},
                ]
            },
        },
        "/orders/{order_id}": {"get": {}, "delete": {}},
        "/orders/batch": {"post": {}},
        "/orders/{order_id}/timeline": {"get": {}},
    }
)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/orders", ["GET", "POST"]),
        ("/orders/1", ["DELETE", "GET"]),
        ("/orders/batch", ["POST"]),
        ("/orders/1/timeline", ["GET"]),
        ("/orders/", []),
        ("/orders/1/2", []),
        ("/order", []),
    ],
)
def test_a_path_has_all_its_methods_and_no_others(path: str, methods: list[str]) -> None:
    assert PATHS.methods_at(path) == methods


def test_lists_are_told_by_method() -> None:
    assert PATHS.lists_at("/orders", "GET") == {"status"}
    assert PATHS.lists_at("/orders", "POST") == set()
    assert PATHS.lists_at("/nowhere", "GET") == set()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("instruments?symbol=BTC&symbol=ETH", 422),
        ("orders?limit=1&limit=1", 422),
        ("orders?status=OPEN&status=FILLED", 200),
        (f"quotes?venue={VENUE}&symbol=BTC/USDT&symbol=ETH/USDT", 200),
        (f"quotes?venue={VENUE}&venue={VENUE}&symbol=BTC/USDT", 422),
    ],
)
async def test_what_means_one_thing_comes_once(query: str, status: int) -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"/api/v1/{query}")
    assert reply.status == status
    if status == 422:
        (refused,) = reply.json["errors"]
        assert (refused["rule"], refused["value"]) == ("given once", "twice")
