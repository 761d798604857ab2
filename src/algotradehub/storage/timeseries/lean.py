"""LEAN's zips: bars of trades and quotes, and trade ticks.

A minute or second file holds milliseconds after midnight and has its day in its name; hours and
days carry the date in each row. Equity prices are times 10,000. The zone is not in the file: it
follows from the folders, by LEAN's market-hours database (``dataTimeZone``).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import MarketEvent
from algotradehub.storage.timeseries import fields
from algotradehub.storage.timeseries.columns import Columns
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.layout import Layout, MarketKind, ReadAs
from algotradehub.storage.timeseries.rows import builder, zone_named
from algotradehub.storage.timeseries.tables import table
from algotradehub.storage.timeseries.text_files import Head, lines

_INTRADAY = re.compile(
    r"(?P<day>[0-9]{8})_(?P<symbol>[^_]+)_(?P<step>minute|second|trade)_"
    r"(?P<what>trade|quote|openinterest|tick)(?:_(?P<contract>[^.]+))?\.csv",
    re.IGNORECASE,
)
_DATED_ROW = re.compile(r"[0-9]{8} [0-9]{2}:[0-9]{2}(,[^,]*){5,10}")
_STEPS_NS: Final = {"minute": 60 * fields.SECOND_NS, "second": fields.SECOND_NS}
_DAY_MS: Final = 86_400_000

_CANDLES: Final = ("time", "open", "high", "low", "close", "volume")
_QUOTE_BARS: Final = (
    *("time", "bid open", "bid high", "bid low", "bid close", "bid size"),
    *("ask open", "ask high", "ask low", "ask close", "ask size"),
)
_TICKS: Final = ("time", "price", "quantity", "exchange", "sale condition", "suspicious")
# Of a quote bar the closing bid and ask are taken: what the market showed when the bar ended.
_QUOTE_ROLES: Final = {"time": 0, "bid": 4, "bid_quantity": 5, "ask": 9, "ask_quantity": 10}

_EQUITY_DIVISOR: Final = 10_000
_PARENTS: Final = 6  # folders that may tell the market: type/market/step/symbol, and two more
_ZONES: Final = {
    ("equity", "usa"): "America/New_York",
    ("equity", "india"): "Asia/Kolkata",
    ("index", "usa"): "America/Chicago",
    ("index", "india"): "Asia/Kolkata",
}
_IN_UTC: Final = ("crypto", "cryptofuture", "forex", "future")


class _Bars(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows of one zip are read."""

    columns: Columns
    interval_ns: int | None  # None for ticks
    zone: tzinfo
    divisor: Decimal
    members: tuple[str, ...]


def recognise(head: Head, told: ReadAs) -> Layout | None:
    """Take a zip whose member is named or dated as LEAN does.

    Raises:
        BadRecording: It is LEAN's, but holds several contracts, open interest or quote ticks, or
            its folders do not tell the market.
    """
    if head.member is None:
        return None
    cursor = Cursor(head.path)
    named = _INTRADAY.fullmatch(head.member)
    if named is None and not _DATED_ROW.fullmatch(head.lines[0]):
        return None
    width = head.lines[0].count(",") + 1
    is_tick = named is not None and named["step"].lower() == "trade"
    if is_tick and width == len(_TICKS):
        columns = Columns(kind=MarketKind.TRADES, header=_TICKS, index=_roles(_TICKS))
    elif not is_tick and width == len(_CANDLES):
        columns = Columns(kind=MarketKind.CANDLES, header=_CANDLES, index=_roles(_CANDLES))
    elif not is_tick and width == len(_QUOTE_BARS):
        columns = Columns(kind=MarketKind.QUOTES, header=_QUOTE_BARS, index=_QUOTE_ROLES)
    else:
        raise cursor.bad(
            "LEAN bars and trade ticks can be read, this is neither", value=head.member
        )
    zone, divisor = _market(head.path, told, cursor)
    if named is None:
        times = fields.readable_times(line.split(",")[0] for line in head.lines)
        interval_ns = (told.interval_s or 0) * fields.SECOND_NS or fields.modal_step(times)
        if interval_ns is None:
            raise cursor.bad("one row does not tell the candles' interval; give --interval SECONDS")
    else:
        interval_ns = _STEPS_NS.get(named["step"].lower())
    members = (head.member,) if told.member is not None else head.members
    if len({_contract(name) for name in members}) > 1:
        raise cursor.bad(f"holds several; choose one with --member: {', '.join(members)}")
    bars = _Bars(
        columns=columns, interval_ns=interval_ns, zone=zone_named(zone, cursor),
        divisor=Decimal(divisor), members=members,
    )  # fmt: skip
    warnings = [f"times are in {zone}, by LEAN's market-hours database"] if zone != "UTC" else []
    if columns.kind is MarketKind.QUOTES:
        warnings.append("a quote bar becomes one quote: its closing bid and ask, at its end")
    return Layout(
        format=f"lean {'ticks' if is_tick else 'bars'}",
        kinds=(columns.kind,),
        columns=columns.header,
        read=partial(_read, bars),
        used=columns.names(),
        symbol=(named["symbol"] if named else head.member.partition(".")[0].split("_")[0]).upper(),
        interval_ns=interval_ns,
        warnings=tuple(warnings),
    )


def _roles(header: Sequence[str]) -> dict[str, int]:
    return {role: position for position, role in enumerate(header) if " " not in role}


def _contract(member: str) -> str:
    """Return a member's name without its day: members that share it continue each other."""
    return re.sub(r"^[0-9]{8}_", "", member)


def _market(path: Path, told: ReadAs, cursor: Cursor) -> tuple[str, int]:
    """Return the zone of a file's times and what its prices were multiplied by."""
    words = [set(part.lower().split("_")) for part in path.parent.parts[-_PARENTS:]]
    words = [{word.removesuffix("s") if word == "futures" else word for word in w} for w in words]
    everywhere = set().union(*words)
    country = "india" if "india" in everywhere else "usa" if everywhere & {"us", "usa"} else ""
    types = ("equity", "index", *_IN_UTC)
    # The nearest folder wins: equity_india/lean/index/india holds an index.
    kind = next((t for part in reversed(words) for t in types if t in part), "")
    zone = told.zone or _ZONES.get((kind, country))
    if zone is None and kind in _IN_UTC:
        zone = "UTC"
    divisor = told.price_divisor or (_EQUITY_DIVISOR if kind == "equity" else 1)
    if zone is None:
        raise cursor.bad(
            "the folders do not tell the market, and so neither zone nor price scale; give zone "
            "and price_divisor, or keep LEAN's folders, such as equity/usa/minute/spy"
        )
    return zone, divisor


def _read(bars: _Bars, cursor: Cursor, venue: VenueId, symbol: Symbol) -> Iterator[MarketEvent]:
    is_quotes = bars.columns.kind is MarketKind.QUOTES
    shift_ns = (bars.interval_ns or 0) if is_quotes else 0  # a bar's quote stands at its end
    suspicious = bars.columns.header.index("suspicious") if bars.interval_ns is None else None
    for member in bars.members:
        named = _INTRADAY.fullmatch(member)
        midnight_ns = fields.time_ns(named["day"]) if named else None
        build = builder(
            bars.columns, cursor, venue, symbol, interval_ns=bars.interval_ns,
            read_time=partial(_time_ns, midnight_ns, bars.zone, shift_ns),
            read_price=partial(_price, bars.divisor),
        )  # fmt: skip
        for row in table(lines(cursor, member), cursor, width=len(bars.columns.header)):
            if suspicious is not None and row[suspicious] != "0":
                cursor.notes["ticks marked suspicious left out"] += 1
            elif (event := build(row)) is not None:
                yield event


def _time_ns(midnight_ns: int | None, zone: tzinfo, shift_ns: int, text: str) -> int:
    if midnight_ns is None:
        return fields.time_ns(text, zone) + shift_ns
    ms = fields.whole(text)
    if ms > _DAY_MS:
        raise ValueError("more milliseconds than a day has")
    wall_ns = midnight_ns + ms * fields.MILLISECOND_NS
    return wall_ns - fields.zone_offset_ns(wall_ns // fields.SECOND_NS, zone) + shift_ns


def _price(divisor: Decimal, text: str) -> Decimal:
    return fields.price(text) / divisor
