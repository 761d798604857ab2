"""Reading plain values: strict, exact, and every mistake told with the way to it."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.reading import MAX_LISTED, MAX_QUOTED, Spoken, amount, listed, read


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Square(msgspec.Struct, frozen=True, tag_field="shape", tag="square"):
    side: Annotated[Decimal, amount("an amount above 0", lambda a: a > 0)]


class Circle(msgspec.Struct, frozen=True, tag_field="shape", tag="circle"):
    radius: Decimal


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    low: int = 0
    high: int = 10

    def __post_init__(self) -> None:
        if self.low > self.high:
            rule = f"a whole number up to high, {self.high}"
            raise InvalidRequest(Refusal(field="low", rule=rule, value=str(self.low)))
        if self.low == self.high:
            raise ValueError("low and high are the same")


class Everything(msgspec.Struct, frozen=True, kw_only=True):
    truth: bool = False
    count: int = 0
    share: Annotated[float, msgspec.Meta(ge=0, le=1, description="a number from 0 to 1")] = 0.5
    text: str = ""
    path: Path | None = None
    price: Decimal = Decimal(0)
    colour: Colour | None = None
    size: Literal["small", "large"] = "small"
    shape: Square | Circle = Circle(Decimal(1))
    inner: Inner = Inner()
    inners: tuple[Inner, ...] = ()
    names: Annotated[tuple[str, ...], listed(1)] = ("one",)
    amounts: dict[str, Decimal] = {}


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    inner: Inner


def refused(values: object, wanted: type[msgspec.Struct] = Everything) -> list[str]:
    with pytest.raises(InvalidRequest) as caught:
        read(wanted, values)
    return [str(refusal) for refusal in caught.value.refusals]


def test_every_kind_of_value() -> None:
    values: dict[str, Any] = {
        "truth": True,
        "count": 3,
        "share": 1,
        "text": "hello",
        "path": "a/b",
        "price": "1.50",
        "colour": "blue",
        "size": "large",
        "shape": {"shape": "square", "side": "2"},
        "inner": {"low": 1},
        "inners": [{}, {"high": 5}],
        "names": ["x", "y"],
        "amounts": {"BTC": "0.1"},
    }
    assert read(Everything, values) == Everything(
        truth=True,
        count=3,
        share=1.0,
        text="hello",
        path=Path("a/b"),
        price=Decimal("1.50"),
        colour=Colour.BLUE,
        size="large",
        shape=Square(Decimal(2)),
        inner=Inner(low=1),
        inners=(Inner(), Inner(high=5)),
        names=("x", "y"),
        amounts={"BTC": Decimal("0.1")},
    )


def test_what_is_there_already_is_taken_and_the_values_are_left_alone() -> None:
    values = {"path": Path("x"), "colour": None, "inners": (), "shape": {"shape": "circle"}}
    values["shape"]["radius"] = "3"  # type: ignore[index]
    found = read(Everything, values)
    assert (found.path, found.colour, found.shape) == (Path("x"), None, Circle(Decimal(3)))
    assert values["shape"] == {"shape": "circle", "radius": "3"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"truth": "true"}, "truth: true or false, was 'true'"),
        ({"truth": 1}, "truth: true or false, was '1'"),
        ({"count": "1"}, "count: a whole number, was '1'"),
        ({"count": True}, "count: a whole number, was 'True'"),
        ({"count": 1.5}, "count: a whole number, was '1.5'"),
        ({"share": float("nan")}, "share: a number from 0 to 1, was 'nan'"),
        ({"share": 1.5}, "share: a number from 0 to 1, was '1.5'"),
        ({"text": 1}, "text: text, was '1'"),
        ({"text": None}, "text: text, was 'None'"),
        ({"path": 1}, "path: a path, was '1'"),
        ({"price": 1.5}, "price: amounts are text, such as \"0.10\", was '1.5'"),
        ({"price": 1}, "price: amounts are text, such as \"0.10\", was '1'"),
        ({"price": "1E+999999"}, "price: exponents within ±30, was '1E+999999'"),
        ({"colour": "green"}, "colour: one of red, blue, was 'green'"),
        ({"size": "tiny"}, "size: one of small, large, was 'tiny'"),
        ({"shape": {"shape": "line"}}, "shape.shape: one of square, circle, was 'line'"),
        ({"shape": {"shape": []}}, "shape.shape: one of square, circle, was '[]'"),
        ({"shape": {}}, "shape.shape: one of square, circle, was 'nothing'"),
        ({"shape": "square"}, "shape.shape: one of square, circle, was 'nothing'"),
        (
            {"shape": {"shape": "square", "side": "0"}},
            "shape.side: an amount above 0, was '0'",
        ),
        ({"inner": 5}, "inner: a table, was '5'"),
        ({"inner": {"low": 11}}, "inner.low: a whole number up to high, 10, was '11'"),
        ({"inner": {"low": 10}}, "inner: low and high are the same, was ''"),
        ({"inners": [{}, {"hihg": 1}]}, "inners.1.hihg: no such setting; check the spelling"),
        ({"inners": {}}, "inners: a list of 0 to 1,000, was ''"),
        ({"names": []}, "names: a list of 1 to 1,000, was '[]'"),
        ({"names": "x"}, "names: a list of 1 to 1,000, was 'x'"),
        ({"names": ["x", 1]}, "names.1: text, was '1'"),
        ({"amounts": {"BTC": "x"}}, "amounts.BTC: a decimal number in plain digits, was 'x'"),
        ({"amounts": []}, "amounts: a table of at most 1,000, was '[]'"),
        ({"amounts": dict.fromkeys(map(str, range(MAX_LISTED + 1)))}, "amounts: a table of at"),
        ({"text": {"a": "b"}}, "text: text, was ''"),
        ([], "settings: a table, was '[]'"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_is_allowed(values: object, message: str) -> None:
    [told] = refused(values)
    assert told.startswith(message)


def test_every_mistake_is_told() -> None:
    told = refused({"count": "x", "inners": [{"low": "y"}, {"low": "z"}], "colr": 1})
    assert [text.partition(":")[0] for text in told] == [
        "count",
        "inners.0.low",
        "inners.1.low",
        "colr",
    ]


def test_what_must_be_there_is_asked_for() -> None:
    assert refused({}, Needs) == [
        "name: text, was 'nothing'",
        "inner: a table, was 'nothing'",
    ]


def test_a_long_value_is_not_repeated_in_full() -> None:
    [told] = refused({"count": "9" * 1_000})
    assert told.count("9") == MAX_QUOTED


def test_spoken_values_are_read_from_their_text() -> None:
    spoken = {"truth": "true", "count": "3", "share": "0.25", "text": "3", "path": "3"}
    found = read(Everything, {name: Spoken(text) for name, text in spoken.items()})
    assert (found.truth, found.count, found.share) == (True, 3, 0.25)
    assert (found.text, found.path) == ("3", Path("3"))
    assert type(found.text) is str
    assert read(Everything, {"price": Spoken("0.10")}).price == Decimal("0.10")
    assert refused({"count": Spoken("null"), "truth": Spoken("maybe")}) == [
        "count: a whole number, was 'null'",
        "truth: true or false, was 'maybe'",
    ]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*Everything.__struct_fields__, "low", "x"]), inner)
    ),
    max_leaves=20,
)


@given(anything)
def test_anything_is_read_or_refused(values: object) -> None:
    try:
        found = read(Everything, values)
    except InvalidRequest:
        return
    plain = msgspec.to_builtins(found, enc_hook=str)
    assert msgspec.convert(plain, Everything, dec_hook=_path) == found


def _path(wanted: type, value: str) -> Path:
    return Path(value)
