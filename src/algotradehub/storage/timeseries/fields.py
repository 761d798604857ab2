"""Amounts, times and sides as recordings write them; every function is pure text in, value out.

Each raises ``ValueError`` with the broken rule as its text; the caller adds file, line and column.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO, NotMoney, parse

Level: TypeAlias = tuple[Decimal, Decimal]  # of a book: price, quantity

SECOND_NS = 1_000_000_000
MILLISECOND_NS = 1_000_000

# --- amounts --------------------------------------------------------------------------------------

# What money.parse accepts anyway, told apart quickly: half the time of a row goes into this.
_PLAIN = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,18})?")
# 1,234.50 and the Indian 12,34,567: a comma only where three digits end the whole part.
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}(?:\.[0-9]+)?")


_WITH_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
# 1.234,5 and 1.234: with a comma as the decimal point the point only groups.
_GROUPED_BY_POINTS = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")


def with_point(text: str) -> str:
    """Write a number that has a decimal comma with a decimal point; other text stays as it is."""
    if _GROUPED_BY_POINTS.fullmatch(text):
        text = text.replace(".", "")
    return text.replace(",", ".") if _WITH_COMMA.fullmatch(text) else text


def amount(text: str) -> Decimal:
    """Read a number exactly, with or without thousands separators."""
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    text = text.strip()
    if not text:
        raise ValueError("empty where a number is needed")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    try:
        return parse(text)
    except NotMoney as error:
        digits = error.rule == "a decimal number in plain digits"
        if with_point(text) != text:
            raise ValueError("not a number, unless with --decimal-comma") from None
        raise ValueError("not a number" if digits else f"needs {error.rule}") from None


def price(text: str) -> Decimal:
    value = amount(text)
    if value <= ZERO:
        raise ValueError("a price must be above zero")
    return value


def quantity(text: str) -> Decimal:
    """Read a quantity; zero is one (a minute without trades, an empty side)."""
    value = amount(text)
    if value < ZERO:
        raise ValueError("a quantity must not be negative")
    return value


def whole(text: str) -> int:
    """Read a count or an id: digits only."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 - fits int64
        raise ValueError("not a whole number")
    return int(text)


# --- times ----------------------------------------------------------------------------------------

# An epoch's unit is told by its size: between 1990 and 2100 the four ranges do not overlap, and
# neither do they hold 20240131, 202401312359 or 20240131235959 read as numbers.
_EARLIEST_S = 631_152_000
_LATEST_S = 4_102_444_800
_UNITS_NS = (SECOND_NS, MILLISECOND_NS, 1_000, 1)

_EPOCH = re.compile(r"([0-9]{9,19})(?:\.([0-9]{1,20}))?")
_CALENDAR = re.compile(
    r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})"
    r"(?:[T ]?([0-9]{2}):?([0-9]{2})(?::?([0-9]{2})(?:[.,]?([0-9]{1,9}))?)?)?"
    r" ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)
_DOTTED = re.compile(r"[0-9]{1,4}\.[0-9]{1,2}\.[0-9]{2,4}")
_HALF_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2})-(AM|PM)")  # cryptodatadownload


def time_ns(text: str, zone: tzinfo = UTC) -> int:
    """Read a time as nanoseconds since the Unix epoch, UTC.

    Args:
        text: Epoch seconds (also with a fraction), milli-, micro- or nanoseconds, told apart by
            size for 1990 to 2100; or ISO 8601, extended or basic, with up to nine decimals
            (``20200101 170000065`` too); or ``2019-10-17 09-AM``.
        zone: Where a text without a zone of its own was written.
    """
    epoch_ns = _epoch_ns(text)
    if epoch_ns is not None:
        return epoch_ns
    if match := _CALENDAR.fullmatch(text):
        year, _, month, day, hour, minute, second, fraction, offset = match.groups()
        at_s = _midnight_s(year, month, day) + _seconds(hour, minute, second)
        at_ns = at_s * SECOND_NS + int((fraction or "0").ljust(9, "0"))
        return at_ns - (zone_offset_ns(at_s, zone) if offset is None else _offset_ns(offset))
    if match := _HALF_DAY.fullmatch(text):
        year, month, day, hour, half = match.groups()
        if not 1 <= int(hour) <= 12:  # noqa: PLR2004 - a clock face
            raise ValueError("not a time")
        at_s = _midnight_s(year, month, day) + (int(hour) % 12 + 12 * (half == "PM")) * 3600
        return at_s * SECOND_NS - zone_offset_ns(at_s, zone)
    if "/" in text:
        raise ValueError("a date with slashes may be day or month first; write YYYY-MM-DD")
    if _DOTTED.match(text):
        raise ValueError("a date with points is not read; write YYYY-MM-DD")
    raise ValueError("not a time (epoch between 1990 and 2100, or ISO 8601)")


def has_no_zone(text: str) -> bool:
    """Whether the text is a calendar time that does not say where it was written."""
    if _epoch_ns(text) is not None:
        return False
    match = _CALENDAR.fullmatch(text)
    return match[9] is None if match else _HALF_DAY.fullmatch(text) is not None


def _epoch_ns(text: str) -> int | None:
    match = _EPOCH.fullmatch(text)
    if match is None:
        return None
    units = int(match[1])
    for unit_ns in _UNITS_NS:
        in_one_s = SECOND_NS // unit_ns
        if _EARLIEST_S * in_one_s <= units < _LATEST_S * in_one_s:
            return units * unit_ns + int(Decimal(f"0.{match[2] or 0}") * unit_ns)
    return None


def zone_offset_ns(wall_s: int, zone: tzinfo) -> int:
    """Return how far ``zone`` was ahead of UTC when its clocks showed ``wall_s``.

    Args:
        wall_s: The wall clock's reading, in seconds as if it were UTC.
        zone: The zone. A reading that occurs twice (end of summer time) is taken as the first.
    """
    return 0 if zone is UTC else _hour_offset_ns(wall_s // 3600, zone)


@lru_cache(maxsize=4096)
def _hour_offset_ns(wall_hour: int, zone: tzinfo) -> int:
    wall = datetime.fromtimestamp(wall_hour * 3600, UTC).replace(tzinfo=zone)
    offset = wall.utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * SECOND_NS


@lru_cache(maxsize=4096)
def _midnight_s(year: str, month: str, day: str) -> int:
    # date() raises ValueError for 2023-02-30, in words a reader understands.
    return (
        date(int(year), int(month), int(day)).toordinal() - date(1970, 1, 1).toordinal()
    ) * 86400


def _seconds(hour: str | None, minute: str | None, second: str | None) -> int:
    h, m, s = int(hour or 0), int(minute or 0), int(second or 0)
    if h > 23 or m > 59 or s > 59:  # noqa: PLR2004 - a clock
        raise ValueError("not a time of day")
    return h * 3600 + m * 60 + s


def _offset_ns(offset: str) -> int:
    if offset in {"Z", "UTC"}:
        return 0
    sign = -1 if offset[0] == "-" else 1
    return sign * _seconds(offset[1:3], offset[-2:], None) * SECOND_NS


def readable_times(texts: Iterable[str], zone: tzinfo = UTC) -> list[int]:
    """Read what can be read: a format is judged by it, and a bad row is told when it is reached."""
    times = []
    for text in texts:
        try:
            times.append(time_ns(text, zone))
        except ValueError:
            continue
    return times


def modal_step(times_ns: Iterable[int]) -> int | None:
    """Return the commonest distance between neighbours, the smaller of equals; None if none."""
    steps = [abs(b - a) for a, b in pairwise(times_ns) if a != b]
    return min(steps, key=lambda step: (-steps.count(step), step), default=None)


# --- sides ----------------------------------------------------------------------------------------

_SIDES: dict[str, Side | None] = {
    **dict.fromkeys(("buy", "b", "bid"), Side.BUY),
    **dict.fromkeys(("sell", "s", "ask"), Side.SELL),
    **dict.fromkeys(("", "any", "unknown", "none"), None),
}
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def side(text: str) -> Side | None:
    """Read who took liquidity; None where the source does not say."""
    try:
        return _SIDES[text.strip().lower()]
    except KeyError:
        raise ValueError("not a side (buy or sell)") from None


def flag(text: str) -> bool:
    try:
        return _FLAGS[text.strip().lower()]
    except KeyError:
        raise ValueError("not true or false (1 or 0)") from None


def taker_from_maker_flag(text: str) -> Side:
    """Read Binance's *buyer is maker*: then the seller took."""
    return Side.SELL if flag(text) else Side.BUY
