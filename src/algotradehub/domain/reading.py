"""Plain values, as TOML and JSON have them, read into structs: strictly, and every mistake told.

``msgspec.convert`` ends at the first mistake, and takes amounts from binary floats.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import EnumType
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from algotradehub.domain import money
from algotradehub.domain.errors import InvalidRequest, Refusal

MAX_LISTED: Final = 1_000  # entries of each list and table
MAX_QUOTED: Final = 100  # characters of a bad value that a message repeats

S = TypeVar("S", bound=msgspec.Struct)


class Spoken(str):
    """Text from where all is text, such as the environment: numbers and truth are read from it."""

    __slots__ = ()


def amount(rule: str, allowed: Callable[[Decimal], bool]) -> Meta:
    """Annotate a ``Decimal`` that is limited, which ``msgspec`` cannot; ``rule`` says how."""
    return Meta(description=rule, extra={"allowed": allowed})


def listed(least: int) -> Meta:
    """Annotate a tuple that needs at least so many entries."""
    rule = f"a list of {least} to {MAX_LISTED:,}"
    return Meta(min_length=least, max_length=MAX_LISTED, description=rule)


_TABLE: Final = "a table"
# What a type without an annotation of its own allows.
_PLAIN: Final[Mapping[Any, Meta]] = {
    bool: Meta(description="true or false"),
    int: Meta(description="a whole number"),
    str: Meta(description="text"),
    Path: Meta(description="a path"),
    Decimal: amount("an amount", lambda _: True),
    tuple: listed(0),
    dict: Meta(max_length=MAX_LISTED, description=f"a table of at most {MAX_LISTED:,}"),
}


def read(wanted: type[S], values: object) -> S:
    """Read ``values`` into a struct, and what is in it into the structs of its fields.

    Fields may be bool, int, float, str, Path, Decimal (from text only), enumerations, Literals of
    text, structs, unions of tagged structs, tuples and tables of all these, and None. Limits are
    those of ``msgspec.Meta``; its description is the rule a refusal tells. A struct's
    ``__post_init__`` may raise InvalidRequest for fields that do not fit together, with their
    names as seen from there.

    Raises:
        InvalidRequest: A refusal for each mistake; its field is the way there, ``accounts.0.id``.
    """
    reader = _Reader()
    struct = reader.struct(wanted, values, "")
    if struct is None:
        raise InvalidRequest(*reader.refusals)
    return struct


class _Reader:
    """Each method returns what it read, or notes why not."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def struct(self, wanted: type[S], values: Any, key: str) -> S | None:
        if not isinstance(values, Mapping):
            self._refuse(key, _TABLE, values)
            return None
        noted = len(self.refusals)
        fields = {field.name: field for field in msgspec.structs.fields(wanted)}
        found: dict[str, Any] = {}
        for name, value in values.items():
            if name in fields:
                found[name] = self._value(fields[name].type, value, _below(key, name))
            else:
                self._refuse(_below(key, name), "no such setting; check the spelling", value)
        for name, field in fields.items():
            if field.required and name not in values:
                self._refuse(_below(key, name), _rule(*_parts(field.type)), "nothing")
        if len(self.refusals) > noted:
            return None
        try:
            return wanted(**found)
        except InvalidRequest as error:
            for told in error.refusals:
                self._refuse(_below(key, told.field), told.rule, told.value)
        except ValueError as error:
            self._refuse(key, str(error), values)
        return None

    def _value(self, wanted: Any, value: Any, key: str) -> Any:
        if value is None and NoneType in get_args(wanted):
            return None
        kind, limits = _parts(wanted)
        if get_origin(kind) in (Union, UnionType):
            return self._tagged(get_args(kind), value, key)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(kind, value, key)
        if get_origin(kind) in (tuple, dict):
            return self._many(kind, limits, value, key)
        try:
            return _single(kind, limits, value)
        except money.NotMoney as error:
            return self._refuse(key, error.rule, value)
        except ValueError:
            return self._refuse(key, _rule(kind, limits), value)

    def _tagged(self, kinds: tuple[Any, ...], value: Any, key: str) -> Any:
        field = kinds[0].__struct_config__.tag_field
        tags = {kind.__struct_config__.tag: kind for kind in kinds}
        values = dict(value) if isinstance(value, Mapping) else {}
        tag = values.pop(field, "nothing")
        if tag not in list(tags):  # a list: what came may have no hash
            return self._refuse(_below(key, field), _one_of(tags), tag)
        return self.struct(tags[tag], values, key)

    def _many(self, kind: Any, limits: Meta, value: Any, key: str) -> Any:
        inner = get_args(kind)
        is_table = get_origin(kind) is dict
        least, most = limits.min_length or 0, limits.max_length or MAX_LISTED
        fits = isinstance(value, Mapping if is_table else list | tuple)
        if not (fits and least <= len(value) <= most):
            return self._refuse(key, _rule(kind, limits), value)
        if is_table:
            return {name: self._value(inner[1], v, _below(key, name)) for name, v in value.items()}
        return tuple(self._value(inner[0], v, _below(key, n)) for n, v in enumerate(value))

    def _refuse(self, key: str, rule: str, value: object) -> None:
        # Of a whole table the rule names what is wrong in it.
        told = "" if isinstance(value, Mapping) else str(value)[:MAX_QUOTED]
        self.refusals.append(Refusal(field=key or "settings", rule=rule, value=told))


def _below(key: str, name: object) -> str:
    return f"{key}.{name}" if key else str(name)


def _parts(wanted: Any) -> tuple[Any, Meta]:
    """Return a field's type without None and annotation, and what limits it."""
    if get_origin(wanted) in (Union, UnionType):
        kinds = [kind for kind in get_args(wanted) if kind is not NoneType]
        wanted = kinds[0] if len(kinds) == 1 else wanted
    if get_origin(wanted) is Annotated:
        kind, limits, *_ = get_args(wanted)
        return kind, limits
    return wanted, _PLAIN.get(get_origin(wanted) or wanted, Meta())


def _single(kind: Any, limits: Meta, value: Any) -> Any:
    """Read what has no parts; raises ValueError."""
    strict = not isinstance(value, Spoken)
    value = value if strict else str(value)
    if kind is Decimal:
        read = money.parse(value)
        allowed = (limits.extra or {}).get("allowed")
        if allowed is not None and not allowed(read):
            raise ValueError
        return read
    if kind is Path:
        if not isinstance(value, str | Path):
            raise ValueError
        return Path(value)
    return msgspec.convert(value, Annotated[kind, limits], strict=strict)


def _rule(kind: Any, limits: Meta) -> str:
    if limits.description is not None:
        return limits.description
    if isinstance(kind, EnumType):
        return _one_of(kind)
    return _one_of(get_args(kind)) if get_origin(kind) is Literal else _TABLE


def _one_of(choices: Any) -> str:
    return f"one of {', '.join(choices)}"
