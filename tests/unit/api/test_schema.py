"""The description: every reference leads somewhere, and every answer looks as it says."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from algotradehub.api.guard import OPEN_PATHS
from algotradehub.api.schema import PATH
from tests.unit.api.gateway import ACCOUNT, Gateway, gateway

KINDS = {
    str: {"string", "any"},
    bool: {"boolean", "any"},
    int: {"integer", "number", "any"},
    float: {"number", "any"},
    type(None): {"null", "any"},
    dict: {"object", "any"},
    list: {"array", "any"},
}


async def document_of(api: Gateway) -> Any:
    return (await api.ask("GET", PATH)).json


async def test_every_reference_leads_somewhere() -> None:
    async with gateway() as api:
        document = await document_of(api)
    schemas = document["components"]["schemas"]
    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert wanted <= set(schemas)


async def test_every_operation_is_named_told_and_sorted() -> None:
    async with gateway() as api:
        document = await document_of(api)
    operations = [each for item in document["paths"].values() for each in item.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    tags = {tag["name"] for tag in document["tags"]}
    for operation in operations:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"])
        assert operation["description"]
        assert set(operation["tags"]) <= tags
        for response in operation["responses"].values():
            ((kind, content),) = response["content"].items()
            assert kind == "text/plain" or content["schema"]["$ref"]


async def test_every_request_and_answer_has_an_example_that_fits() -> None:
    async with gateway() as api:
        document = await document_of(api)
    schemas = document["components"]["schemas"]
    for item in document["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values():
                for content in response["content"].values():
                    found = misfits(content["example"], content["schema"], schemas, "$")
                    assert list(found) == []
            if "requestBody" in operation:
                (content,) = operation["requestBody"]["content"].values()
                assert schemas[content["schema"]["$ref"].rpartition("/")[2]]["examples"]
            for parameter in operation.get("parameters", ()):
                told = parameter | parameter["schema"] | parameter["schema"].get("items", {})
                assert not parameter["required"] or told.keys() & {"example", "examples"}


async def test_orders_are_placed_with_a_key_and_a_body() -> None:
    async with gateway() as api:
        document = await document_of(api)
    operation = document["paths"]["/api/v1/orders"]["post"]
    (key,) = operation["parameters"]
    assert (key["name"], key["in"], key["required"]) == ("Idempotency-Key", "header", True)
    assert operation["requestBody"]["required"]
    body = document["components"]["schemas"]["PlaceOrder"]
    assert body["required"] == ["account", "symbol", "side", "type"]
    assert body["additionalProperties"] is False
    assert len(body["examples"]) == 2


async def test_only_probes_are_open_to_all() -> None:
    async with gateway() as api:
        document = await document_of(api)
    assert document["security"] == [{"token": []}]
    for path, item in document["paths"].items():
        for operation in item.values():
            assert (operation.get("security") == []) is (path in OPEN_PATHS)
            assert ("401" in operation["responses"]) is (path not in OPEN_PATHS)


async def test_no_number_is_promised_where_an_amount_is_sent() -> None:
    async with gateway() as api:
        schemas = (await document_of(api))["components"]["schemas"]
    for name in ("OrderView", "Fill", "PositionView", "BalanceView", "Instrument", "Quote"):
        for field, told in schemas[name]["properties"].items():
            if told.get("type") == "integer":
                assert field == "fees_unknown", f"{name}.{field}"
            assert told.get("type") != "number", f"{name}.{field}"


@pytest.mark.parametrize(
    "path",
    [
        "orders",
        "orders/{order_id}",
        "orders/{order_id}/timeline",
        "fills",
        "positions",
        "positions/aggregated",
        "balances",
        "accounts",
        "accounts/{account}/limits",
        "accounts/{account}/halt",
        "instruments",
        "quotes?venue=paper:binance&symbol=BTC/USDT",
        "tickers?venue=paper:binance",
        "books?venue=paper:binance&symbol=BTC/USDT",
        "trades?venue=paper:binance&symbol=BTC/USDT",
        "candles?venue=paper:binance&symbol=BTC/USDT",
    ],
)
async def test_every_answer_looks_as_described(path: str) -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        api.account.fill(placed["order_id"], quantity=Decimal("0.004"), price=Decimal(60000))
        api.show_market()
        document = await document_of(api)
        asked = path.replace("{order_id}", placed["order_id"]).replace("{account}", ACCOUNT)
        answer = (await api.ask("GET", f"/api/v1/{asked}")).json
    route = document["paths"][f"/api/v1/{path.partition('?')[0]}"]["get"]
    schema = route["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer
    assert list(misfits(answer, schema, document["components"]["schemas"], "$")) == []


def misfits(value: Any, schema: Any, schemas: Any, place: str) -> Iterator[str]:
    """Where ``value`` is not what ``schema`` says: the part of JSON Schema that we use."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        choices = [list(misfits(value, each, schemas, place)) for each in schema["anyOf"]]
        if [] not in choices:
            yield from min(choices, key=len)
    elif "enum" in schema:
        if value not in schema["enum"]:
            yield f"{place}: {value!r} is none of {schema['enum']}"
    elif KINDS[type(value)].isdisjoint(listed(schema.get("type", "any"))):
        yield f"{place}: {value!r} is no {schema['type']}"
    elif isinstance(value, dict) and "properties" in schema:
        yield from misfits_of_fields(value, schema, schemas, place)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from misfits(item, schema["items"], schemas, f"{place}[{number}]")


def misfits_of_fields(value: Any, schema: Any, schemas: Any, place: str) -> Iterator[str]:
    for name in set(schema["required"]) - value.keys() | value.keys() - set(schema["properties"]):
        yield f"{place}: {name} is missing or not described"
    for name, told in schema["properties"].items():
        if name in value:
            yield from misfits(value[name], told, schemas, f"{place}.{name}")


def listed(kinds: Any) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds
