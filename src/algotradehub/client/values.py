"""What the client's values are made of: open enumerations and unions, exact amounts and instants.

A newer platform may say what this client does not know yet. New fields are left out; a new word of
an enumeration is a member with that value, and a new kind of a union is ``Unrecognised``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec


class Nanoseconds(int):
    """An instant: nanoseconds since 1970, UTC. Text in JSON, because not every reader is exact."""


class OpenEnum(StrEnum):
    """An enumeration that takes words it does not know; compare with ``==``, not with ``is``."""

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown

    @property
    def known(self) -> bool:
        """Whether this client's version has the word."""
        return self in type(self).__members__.values()


class Unrecognised:
    """A kind of value that this version of the client does not know: ``told`` is it, as it came."""

    __slots__ = ("told",)

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told

    def __repr__(self) -> str:
        return f"Unrecognised({self.told!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unrecognised) and self.told == other.told

    def __hash__(self) -> int:
        raise TypeError("what is unrecognised holds a dictionary and has no hash")


class _OneOf(type):
    """The type of open unions: msgspec asks ``read_special`` to make a value of one."""

    told_by: str | None
    kinds: Mapping[str, type[msgspec.Struct]]

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, (Unrecognised, *cls.kinds.values()))

    def read(cls, told: Mapping[str, Any]) -> object:
        words = told if cls.told_by is None else (told.get(cls.told_by),)
        for word in words:
            if isinstance(word, str) and word in cls.kinds:
                return msgspec.convert(told, cls.kinds[word], dec_hook=read_special)
        return Unrecognised(told)


def one_of(name: str, told_by: str | None, kinds: Mapping[str, type[msgspec.Struct]]) -> _OneOf:
    """An open union of ``kinds``.

    Args:
        name: Of the union.
        told_by: The field whose word says which kind it is; None where a kind is known by a field
            that only it has.
        kinds: By that word, or by the name of that field.
    """
    return _OneOf(name, (), {"told_by": told_by, "kinds": kinds})


def read_special(kind: type, told: Any) -> object:
    """Make what msgspec does not know by itself: its ``dec_hook``."""
    if isinstance(kind, _OneOf):
        if not isinstance(told, dict):
            raise msgspec.ValidationError(f"Expected `object`, got `{type(told).__name__}`")
        return kind.read(told)
    if kind is Nanoseconds and isinstance(told, str):
        return Nanoseconds(told)
    raise msgspec.ValidationError(f"Expected `{kind.__name__}`, got `{type(told).__name__}`")


def encode(value: object) -> bytes:
    """Write any value of the API as the API writes it: amounts as text in plain digits."""
    return msgspec.json.encode(plain(value))


def plain(value: object) -> Any:
    """The same as dictionaries, lists and text."""
    return _spelled(msgspec.to_builtins(value, builtin_types=(Decimal,), enc_hook=_written))


def _written(value: object) -> object:
    if isinstance(value, Unrecognised):
        return value.told
    if isinstance(value, Nanoseconds):
        return str(int(value))
    raise NotImplementedError(f"{type(value).__name__} is no value of the API")


def _spelled(value: Any) -> Any:
    match value:
        case Decimal():
            return f"{value:f}"
        case dict():
            return {name: _spelled(part) for name, part in value.items()}
        case list() | tuple():
            return [_spelled(part) for part in value]
        case _:
            return value
