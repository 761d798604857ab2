"""Pydantic's errors in the platform's own shape: field, rule, value, nearest valid value."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from algotradehub.domain.errors import Refusal

LONGEST_SHOWN = 100  # characters of what came

_RULES = {
    "missing": "required",
    "extra_forbidden": "not a field of this request",
    "string_type": "text",
    "string_unicode": "text in valid Unicode",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "printable ASCII characters",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "dict_type": "a JSON object",
    "model_type": "a JSON object",
    "model_attributes_type": "a JSON object",
    "list_type": "a list",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
}
_WHAT_TO_ADD = (
    "required: 1 to 64 printable ASCII characters of your choice, the same for every repetition of "
    "one order"
)


class JsonNumber(msgspec.Struct, frozen=True):
    """A number in a JSON body, as it was written. No field of any request is one."""

    text: str


def cut(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Shorten what came from outside, and make it text that any encoder takes."""
    text = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return text.encode(errors="replace").decode()


def refusals_of(
    errors: Iterable[Mapping[str, Any]], *, known: Iterable[str] = ()
) -> tuple[Refusal, ...]:
    """Translate what pydantic found; ``known`` are the fields there are, to hint at the nearest."""
    names = tuple(known)
    return tuple(_refusal_of(error, error["loc"], names) for error in errors)


def parameter_refusals_of(errors: Iterable[Mapping[str, Any]]) -> tuple[Refusal, ...]:
    """Translate what FastAPI found; it says first where a parameter stands: query, header, path."""
    return tuple(_refusal_of(error, error["loc"][1:], ()) for error in errors)


def nearest_word(word: str, words: Iterable[str]) -> str | None:
    """The word that looks most like ``word``, or None."""
    near = get_close_matches(cut(word), list(words), n=1, cutoff=0.6)
    return near[0] if near else None


def shown(value: object) -> str:
    match value:
        case JsonNumber():
            return cut(value.text)
        case str():
            return cut(value)
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Mapping():
            return "an object"
        case list() | tuple():
            return "an array"
        case _:
            return cut(str(value))


def _refusal_of(
    error: Mapping[str, Any], place: tuple[str | int, ...], known: tuple[str, ...]
) -> Refusal:
    kind, context = error["type"], error.get("ctx", {})
    # Neither the place in a list nor "[key]", for a name that is itself at fault, is a field.
    steps = (step for step in place if isinstance(step, str) and step != "[key]")
    field = cut(".".join(steps))
    value, nearest = shown(error["input"]), context.get("nearest")
    if kind == "missing":
        value = "missing"
        if field == "Idempotency-Key":
            return Refusal(field=field, rule=_WHAT_TO_ADD, value=value)
    elif kind == "extra_forbidden":
        nearest = nearest_word(str(place[-1]), known)
    rule = context["rule"] if kind == "rule" else _RULES.get(kind, error["msg"])
    return Refusal(field=field, rule=rule.format(**context), value=value, nearest=nearest)
