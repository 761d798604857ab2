"""The bridge: exact plain text, instants twice, and a description that fits what is sent."""

import json
from decimal import Decimal
from enum import StrEnum

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.api.bridge import described, encode, plain
from algotradehub.domain import money


class Colour(StrEnum):
    RED = "RED"


class Inner(msgspec.Struct, frozen=True, tag="inner", tag_field="word"):
    at_ns: int
    looked_ns: tuple[int, ...]


class Outer(msgspec.Struct, frozen=True, kw_only=True):
    amount: Decimal
    colour: Colour
    venue_time_ns: int
    ends_ns: int | None = None
    inner: Inner | None = None
    by_name: dict[str, Decimal] = {}
    colours: frozenset[Colour] = frozenset()
    wire: bytes = b""


OUTER = Outer(
    amount=Decimal("1E-8"),
    colour=Colour.RED,
    venue_time_ns=1_800_000_000_123_456_789,
    inner=Inner(at_ns=2, looked_ns=(2**62, 3)),
    by_name={"x": Decimal("1E+3")},
    colours=frozenset({Colour.RED}),
    wire=b"ok \xff",
)


def test_a_value_becomes_plain_json() -> None:
    assert json.loads(encode(OUTER)) == {
        "amount": "0.00000001",
        "colour": "RED",
        "venue_time": "2027-01-15T08:00:00.123456789Z",
        "venue_time_ns": "1800000000123456789",
        "ends_at": None,
        "ends_ns": None,
        "inner": {
            "word": "inner",
            "at": "1970-01-01T00:00:00.000000002Z",
            "at_ns": "2",
            "looked_ns": [str(2**62), "3"],
        },
        "by_name": {"x": "1000"},
        "colours": ["RED"],
        "wire": "ok \N{REPLACEMENT CHARACTER}",
    }


def test_an_instant_that_has_not_come_is_null() -> None:
    shown = plain(msgspec.structs.replace(OUTER, venue_time_ns=0))
    assert shown["venue_time"] is shown["venue_time_ns"] is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=18, min_value=-(10**18)))
def test_amounts_survive_the_way_out_and_back(amount: Decimal) -> None:
    text = plain(amount)
    assert "E" not in text
    assert Decimal(text) == amount


@given(st.integers(-30, 9))
def test_small_amounts_are_never_written_with_an_exponent(exponent: int) -> None:
    amount = Decimal(1).scaleb(exponent)
    assert money.parse(plain(amount)) == amount
    assert plain(amount).strip("0.") == "1"


def test_a_type_that_nobody_described_is_not_guessed() -> None:
    with pytest.raises(TypeError, match="nothing says how complex is shown"):
        plain(complex(1, 2))


def test_the_description_has_exactly_the_fields_that_are_sent() -> None:
    _, schemas = msgspec.json.schema_components([Outer], ref_template="{name}")
    shown = json.loads(encode(OUTER))
    outer, inner = described(schemas["Outer"]), described(schemas["Inner"])
    assert list(outer["properties"]) == outer["required"] == list(shown)
    assert list(inner["properties"]) == inner["required"] == list(shown["inner"])
    assert outer["properties"]["amount"] == {"type": "string", "format": "decimal"}
    assert outer["properties"]["venue_time_ns"]["type"] == ["string", "null"]
    assert outer["properties"]["wire"] == {"type": "string"}
    assert inner["properties"]["looked_ns"] == {"type": "array", "items": {"type": "string"}}
