"""Bodies are read strictly: what two readers could understand differently is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from algotradehub.api.bodies import MAX_BYTES, described_body, parse
from algotradehub.api.refusals import JsonNumber
from algotradehub.api.requests import PlaceOrder
from algotradehub.domain.errors import InvalidRequest, Refusal
from tests.unit.api.gateway import gateway

PATH = "/api/v1/orders"

leaves = st.none() | st.booleans() | st.text()
objects = st.dictionaries(st.text(), st.recursive(leaves, st.lists) | leaves)


@given(objects)
def test_an_object_is_read_as_any_reader_would(value: dict[str, object]) -> None:
    assert parse(json.dumps(value).encode()) == value


@pytest.mark.parametrize("text", ["1", "-0.10", "1e400", "NaN", "-Infinity", "1" * 5000])
def test_numbers_keep_their_text(text: str) -> None:
    assert parse(f'{{"a": {text}}}'.encode()) == {"a": JsonNumber(text)}


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"\xef\xbb\xbf{}", b'{"a": 1,}', b"{'a': 1}"])
def test_what_is_not_json_in_utf_8_is_unreadable(data: bytes) -> None:
    with pytest.raises(HTTPException, match="400: the body is not"):
        parse(data)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"[]", Refusal(field="body", rule="a JSON object", value="list")),
        (b"null", Refusal(field="body", rule="a JSON object", value="NoneType")),
        (b'{"a": "1", "a": "2"}', Refusal(field="a", rule="given once", value="twice")),
        (b'{"b": {"a": 1, "a": 1}}', Refusal(field="a", rule="given once", value="twice")),
        (b'{"a": "\\ud800"}', Refusal(field="a", rule="text in valid Unicode", value="?")),
        (b'{"\\udfff": "a"}', Refusal(field="?", rule="text in valid Unicode", value="?")),
        (
            b'{"a": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
            Refusal(field="body", rule="an object nested a few levels deep", value="far more"),
        ),
    ],
)
def test_what_is_ambiguous_or_excessive_is_refused(data: bytes, refusal: Refusal) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse(data)
    assert raised.value.refusals == (refusal,)


@given(st.binary())
def test_no_bytes_do_worse_than_being_refused(data: bytes) -> None:
    try:
        assert isinstance(parse(data), dict)
    except (HTTPException, InvalidRequest):
        return


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=utf-16"],
)
async def test_a_body_must_be_declared_as_json(content_type: str) -> None:
    async with gateway() as api:
        with api.untouched():
            reply = await api.ask(
                "POST", PATH, body={}, key="k", headers=[("content-type", content_type)]
            )
    assert (reply.status, reply.json["error_code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", "Application/JSON"])
async def test_the_usual_ways_to_declare_json_are_known(content_type: str) -> None:
    async with gateway() as api:
        reply = await api.ask(
            "POST", PATH, body={}, key="k", headers=[("content-type", content_type)]
        )
    assert reply.status == 422


async def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    pieces = iter([b"{" + b" " * MAX_BYTES, b"}"])
    async with gateway() as api:
        with api.untouched():
            reply = await api.ask("POST", PATH, chunks=pieces, key="k")
    assert (reply.status, reply.json["error_code"]) == (413, "body_too_large")


async def test_a_body_may_come_in_pieces_and_fill_the_limit() -> None:
    padded = b'{"account": "x"' + b" " * (MAX_BYTES - 16) + b"}"
    assert len(padded) == MAX_BYTES
    async with gateway() as api:
        reply = await api.ask("POST", PATH, chunks=[padded[:9], padded[9:]], key="k")
    assert reply.status == 422
    assert reply.json["errors"][0] == {
        "field": "symbol",
        "rule": "required",
        "value": "missing",
        "nearest": None,
    }


def test_the_description_names_the_body() -> None:
    told = described_body(PlaceOrder)["requestBody"]
    schema = {"$ref": "#/components/schemas/PlaceOrder"}
    assert told == {"required": True, "content": {"application/json": {"schema": schema}}}
