"""What the fields of a request may hold: text for amounts, words of the platform, instants."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from algotradehub.api import instants
from algotradehub.api.refusals import JsonNumber, nearest_word
from algotradehub.domain import money

_Word = TypeVar("_Word", bound=StrEnum)
LONGEST_NAME = 64


def broken(rule: str, nearest: str | None = None) -> PydanticCustomError:
    """What a validator raises: a refusal with ``rule``, said as what would pass."""
    # The rule travels in the context: a template must be a literal, and a rule may have braces.
    return PydanticCustomError("rule", "a rule is broken", {"rule": rule, "nearest": nearest})


def _money(value: object) -> Decimal:
    if isinstance(value, JsonNumber):
        # Most readers of JSON make a binary fraction of a number, so none is let in at all.
        nearest = value.text if _is_money(value.text) else None
        raise broken('an amount as text, such as "0.10", never a JSON number', nearest)
    try:
        return money.parse(value)
    except money.NotMoney as error:
        raise broken(error.rule) from None


def _is_money(text: str) -> bool:
    try:
        money.parse(text)
    except money.NotMoney:
        return False
    return True


def _instant(value: object) -> int:
    try:
        return instants.parse(value)
    except instants.NotAnInstant as error:
        raise broken(str(error)) from None


def _reader(words: type[_Word]) -> Callable[[object], _Word]:
    def read(value: object) -> _Word:
        upper = value.upper() if isinstance(value, str) else ""
        known = words.__members__  # their names are their values
        if upper in known:
            return known[upper]
        raise broken(f"one of {', '.join(words)}", nearest_word(upper, words))

    return read


def word_of(words: type[StrEnum]) -> tuple[Any, Any]:
    """Metadata for ``Annotated``: one of ``words``, in upper or lower case."""
    return PlainValidator(_reader(words)), WithJsonSchema({"type": "string", "enum": list(words)})


Money: TypeAlias = Annotated[
    Decimal,
    PlainValidator(_money),
    WithJsonSchema(
        {
            "type": "string",
            "format": "decimal",
            "maxLength": money.MAX_CHARACTERS,
            "pattern": r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$",
        }
    ),
]
Instant: TypeAlias = Annotated[
    int,
    PlainValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "description": instants.RULE}),
]
Name: TypeAlias = Annotated[
    str,
    StringConstraints(
        strict=True, min_length=1, max_length=LONGEST_NAME, pattern=r"^[\x20-\x7e]+$"
    ),
]
