"""Fields take text for amounts, words in either case, and nothing that could be misread."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from algotradehub.api.fields import Instant, Money, Name, word_of
from algotradehub.api.refusals import JsonNumber
from algotradehub.domain.order import OrderType

MONEY: TypeAdapter[Decimal] = TypeAdapter(Money)
INSTANT: TypeAdapter[int] = TypeAdapter(Instant)
NAME: TypeAdapter[str] = TypeAdapter(Name)
TYPE: TypeAdapter[OrderType] = TypeAdapter(Annotated[OrderType, *word_of(OrderType)])


def broken(adapter: TypeAdapter[Any], value: object) -> dict[str, Any]:
    with pytest.raises(ValidationError) as raised:
        adapter.validate_python(value)
    (error,) = raised.value.errors()
    return dict(error.get("ctx", {}))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=0, max_value=10**12))
def test_an_amount_is_exactly_the_text(amount: Decimal) -> None:
    assert MONEY.validate_python(f"{amount:f}") == amount


@pytest.mark.parametrize(
    ("value", "rule", "nearest"),
    [
        (JsonNumber("0.10"), 'an amount as text, such as "0.10", never a JSON number', "0.10"),
        (JsonNumber("1e400"), 'an amount as text, such as "0.10", never a JSON number', None),
        (JsonNumber("NaN"), 'an amount as text, such as "0.10", never a JSON number', None),
        (0.1, 'amounts are text, such as "0.10"', None),
        (True, 'amounts are text, such as "0.10"', None),
        ("NaN", "a finite number", None),
        ("Infinity", "a finite number", None),
        ("1E+999999", "exponents within ±30", None),
        ("1" * 41, "at most 40 characters", None),
        ("1_000", "a decimal number in plain digits", None),
        ("", "a decimal number in plain digits", None),
    ],
)
def test_what_is_no_amount_is_refused_by_its_rule(
    value: object, rule: str, nearest: str | None
) -> None:
    assert broken(MONEY, value) == {"rule": rule, "nearest": nearest}


@pytest.mark.parametrize("text", ["LIMIT", "limit", "Limit"])
def test_words_are_read_in_either_case(text: str) -> None:
    assert TYPE.validate_python(text) is OrderType.LIMIT


@pytest.mark.parametrize(
    ("value", "nearest"), [("LIMT", "LIMIT"), ("nonsense", None), (1, None), (None, None)]
)
def test_other_words_are_refused_with_those_there_are(value: object, nearest: str | None) -> None:
    context = broken(TYPE, value)
    assert context["rule"].startswith("one of MARKET, LIMIT, STOP_MARKET")
    assert context["nearest"] == nearest


def test_an_instant_is_nanoseconds() -> None:
    assert INSTANT.validate_python("2027-01-15T08:00:00.000000001Z") == 1_800_000_000_000_000_001
    assert "UTC in ISO 8601" in broken(INSTANT, "tomorrow")["rule"]


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb", "ü", 1, None])
def test_a_name_is_short_printable_text(name: object) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(name)
