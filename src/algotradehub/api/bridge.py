"""Domain values as JSON: the one bridge, and the one description of what comes out of it.

A struct becomes an object of its fields. Amounts are plain decimal text (``0.00000001``, never
``1E-8``). An instant ``created_ns`` is shown twice: as text of its exact digits, because 64 bits do
not fit a JSON number of a browser, and as ISO 8601 under ``created_at``.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec

from algotradehub.api import instants
from algotradehub.domain import money

_AS_IT_IS = frozenset({str, bool, int, float, type(None)})
_NS = "_ns"


def plain(value: Any) -> Any:
    """Return ``value`` as what JSON has: objects, arrays, text, numbers, true, false and null."""
    kind = type(value)
    if kind in _AS_IT_IS or isinstance(value, StrEnum):
        return value
    if kind is Decimal:
        return money.text(value)
    if isinstance(value, msgspec.Struct):
        return _object(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(plain(item) for item in value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    raise TypeError(f"nothing says how {kind.__name__} is shown")


def encode(value: Any) -> bytes:
    return msgspec.json.encode(plain(value))


def described(schema: Any) -> Any:
    """Turn msgspec's description of a struct into that of what ``plain`` makes of it."""
    if isinstance(schema, list):
        return [described(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("contentEncoding") == "base64":
        return {"type": "string"}
    if "prefixItems" in schema:
        # A pair of amounts, described without the keyword that many readers do not know.
        first, *rest = schema["prefixItems"]
        assert all(each == first for each in rest), schema  # noqa: S101 - at start, not per answer
        length = len(schema["prefixItems"])
        return {
            "type": "array",
            "items": described(first),
            "minItems": length,
            "maxItems": length,
        }
    if schema.get("type") != "object" or "properties" not in schema:
        return {key: described(item) for key, item in schema.items()}
    properties: dict[str, Any] = {}
    for name, told in schema["properties"].items():
        if not name.endswith(_NS):
            properties[name] = described({k: v for k, v in told.items() if k != "default"})
        elif told.get("type") == "array":
            properties[name] = {"type": "array", "items": {"type": "string"}}
        else:
            properties[_iso_name(name)] = {"type": ["string", "null"], "format": "date-time"}
            properties[name] = {"type": ["string", "null"], "pattern": "^[0-9]+$"}
    # Every field is always there; what is not known is null.
    return schema | {"properties": properties, "required": list(properties)}


def _object(value: msgspec.Struct) -> dict[str, Any]:
    shape = value.__struct_config__
    shown: dict[str, Any] = {}
    if shape.tag is not None:
        shown[shape.tag_field or "type"] = shape.tag
    for name, iso_name in _fields(type(value)):
        field = getattr(value, name)
        if iso_name is None:
            # The check of ``plain``, made here too: most fields need no call.
            shown[name] = field if type(field) in _AS_IT_IS else plain(field)
        elif isinstance(field, tuple):
            shown[name] = [str(at_ns) for at_ns in field]
        else:
            shown[iso_name] = None if field is None else instants.text(field)
            shown[name] = str(field) if field else None
    return shown


@cache
def _fields(struct: type[msgspec.Struct]) -> tuple[tuple[str, str | None], ...]:
    """Name of each field and, for an instant, the name under which ISO 8601 is shown."""
    names = struct.__struct_fields__
    return tuple((name, _iso_name(name) if name.endswith(_NS) else None) for name in names)


def _iso_name(name: str) -> str:
    """``created_ns`` is shown as ``created_at``, ``venue_time_ns`` as ``venue_time``."""
    stem = name.removesuffix(_NS)
    return stem if stem == "at" or stem.endswith("_time") else f"{stem}_at"
