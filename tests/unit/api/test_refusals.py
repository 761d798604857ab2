"""What pydantic finds is told as field, rule, value and nearest valid value."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError

from algotradehub.api.refusals import (
    JsonNumber,
    cut,
    nearest_word,
    parameter_refusals_of,
    refusals_of,
    shown,
)
from algotradehub.domain.errors import Refusal


class Nested(BaseModel):
    colour: Annotated[str, Field(strict=True, min_length=2, max_length=3)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")

    price: Annotated[str, Field(strict=True)]
    flag: StrictBool = False
    count: int = Field(default=1, ge=1, le=9)
    nested: Nested | None = None
    names: dict[str, str] = {}
    words: list[Nested] = Field(default=[], max_length=1)


def found(**body: Any) -> list[Refusal]:
    with pytest.raises(ValidationError) as raised:
        Model.model_validate({"price": "1", **body})
    return list(refusals_of(raised.value.errors(), known=Model.model_fields))


@pytest.mark.parametrize(
    ("body", "field", "rule", "value"),
    [
        ({"price": JsonNumber("1e400")}, "price", "text", "1e400"),
        ({"price": None}, "price", "text", "null"),
        ({"price": []}, "price", "text", "an array"),
        ({"flag": "yes"}, "flag", "true or false", "yes"),
        ({"count": "x"}, "count", "a whole number", "x"),
        ({"count": 0}, "count", "at least 1", "0"),
        ({"count": 10}, "count", "at most 9", "10"),
        ({"nested": {}}, "nested.colour", "required", "missing"),
        ({"nested": True}, "nested", "a JSON object", "true"),
        ({"nested": {"colour": "r"}}, "nested.colour", "at least 2 characters", "r"),
        ({"nested": {"colour": "reds"}}, "nested.colour", "at most 3 characters", "reds"),
        ({"names": {"a": {}}}, "names.a", "text", "an object"),
        ({"words": [{}]}, "words.colour", "required", "missing"),
        ({"words": {}}, "words", "a list", "an object"),
        ({"words": [{"colour": "ab"}] * 2}, "words", "at most 1 entries", "an array"),
    ],
)
def test_rules_are_plain_sentences(body: dict[str, Any], field: str, rule: str, value: str) -> None:
    assert found(**body) == [Refusal(field=field, rule=rule, value=value)]


def test_a_misspelt_field_is_told_which_one_was_meant() -> None:
    rule = "not a field of this request"
    assert found(prices="1") == [Refusal(field="prices", rule=rule, value="1", nearest="price")]
    assert found(zzz="1") == [Refusal(field="zzz", rule=rule, value="1", nearest=None)]


def test_a_field_may_be_named_like_a_part_of_the_request() -> None:
    assert [refusal.field for refusal in found(header={}, query={})] == ["header", "query"]
    error = {"type": "missing", "loc": ("query", "venue"), "input": {}, "msg": "Field required"}
    assert parameter_refusals_of([error])[0].field == "venue"


def test_what_came_is_cut_to_100_characters() -> None:
    (refusal,) = found(**{"x" * 5000: "y" * 5000})
    assert len(refusal.field) == len(refusal.value) == 100
    assert refusal.value.endswith("…")


def test_text_that_no_encoder_takes_is_made_harmless() -> None:
    assert cut("a\ud800b") == "a?b"


def test_the_nearest_word_resembles_what_was_meant() -> None:
    assert nearest_word("LIMT", ["LIMIT", "MARKET"]) == "LIMIT"
    assert nearest_word("", ["LIMIT"]) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(JsonNumber("1.50"), "1.50"), (True, "true"), ((1,), "an array"), (1.5, "1.5"), ("a", "a")],
)
def test_values_are_shown_as_they_were_written(value: object, text: str) -> None:
    assert shown(value) == text
