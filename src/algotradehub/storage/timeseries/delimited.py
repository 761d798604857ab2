"""Candles, trades and quotes in delimited text, with a header or in a form known without one."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import partial
from itertools import islice

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import MarketEvent
from algotradehub.storage.timeseries import fields
from algotradehub.storage.timeseries.columns import Columns, find_columns
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.layout import Layout, MarketKind, ReadAs
from algotradehub.storage.timeseries.rows import builder, zone_named
from algotradehub.storage.timeseries.tables import cells, table
from algotradehub.storage.timeseries.text_files import Head, lines

MAX_REVERSED_LINES = 1_000_000  # a file with the newest row first is held whole, so it has a bound

_DELIMITERS = ",;\t|"
_TOLD_IN_NAME = re.compile(r"[A-Z]{6,12}(?![A-Za-z])")
# HistData writes Eastern Standard Time all year round, without daylight saving.
_EASTERN = timezone(timedelta(hours=-5), "EST")

_KLINE = (
    *("open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume"),
    *("trades", "taker_volume", "taker_quote_volume", "ignore"),
)
_N = r"-?[0-9]+(?:\.[0-9]+)?"
_AT = r"[0-9]{10,19}"
_FLAG = r"(?i:true|false)"


class _Form(msgspec.Struct, frozen=True):
    """A file without a header, known by the look of its first line."""

    name: str
    first_line: re.Pattern[str]
    header: tuple[str, ...]
    zone: tzinfo | None = None


def _form(name: str, first_line: str, *header: str, zone: tzinfo | None = None) -> _Form:
    return _Form(name, re.compile(first_line), header, zone)


_FORMS = (
    _form("binance klines", rf"{_AT}(,{_N}){{11}}", *_KLINE),
    _form("binance trades", rf"[0-9]+(,{_N}){{3}},{_AT},{_FLAG},{_FLAG}",
          "id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match"),
    _form("binance aggregate trades", rf"[0-9]+(,{_N}){{4}},{_AT},{_FLAG},{_FLAG}",
          "id", "price", "qty", "first_id", "last_id", "time", "is_buyer_maker", "is_best_match"),
    _form("trades with side", rf"{_AT},{_N},{_N},[A-Za-z]+", "time", "price", "amount", "side"),
    _form("trades", rf"{_AT},{_N},{_N}", "time", "price", "amount"),
    _form("histdata candles", rf"[0-9]{{8}} [0-9]{{6}}(;{_N}){{5}}",
          "time", "open", "high", "low", "close", "volume", zone=_EASTERN),
    _form("histdata quotes", rf"[0-9]{{8}} [0-9]{{9}},{_N},{_N},0",
          "time", "bid", "ask", "volume", zone=_EASTERN),
)  # fmt: skip
# Six numbers are candles, but the volume stands last or second.
_SIX = re.compile(rf"{_AT}(,{_N}){{5}}")
_SIX_HEADERS = (
    ("time", "open", "high", "low", "close", "volume"),
    ("time", "volume", "open", "high", "low", "close"),
)


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows of one file are read."""

    columns: Columns
    member: str | None
    skip: int  # lines before the first row
    delimiter: str
    zone: tzinfo
    interval_ns: int | None
    time_is_close: bool
    newest_first: bool
    decimal_comma: bool


def recognise(head: Head, told: ReadAs) -> Layout:
    """Take any delimited text; being the last format asked, it refuses instead of passing on.

    Raises:
        BadRecording: No kind of market data is in it; the text says what was found and needed.
    """
    cursor = Cursor(head.path)
    cursor.member = head.member
    cursor.line = head.preamble + 1
    name, skip, header, known_zone = _header(head, told, cursor)
    if skip == len(head.lines):
        raise cursor.bad("a header and no rows")
    letters = _letters(head)
    columns = find_columns(header, told.columns, cursor, letters=letters)
    cursor.line = head.preamble + skip + 1
    # The header's: in a row with decimal commas there are as many of those.
    delimiter = _delimiter(head.lines[max(0, skip - 1)])
    # Rows of another width are told when the reading reaches them.
    first_rows = [cells(line, delimiter, cursor) for line in head.lines[skip:]]
    first_rows = [row for row in first_rows if len(row) == len(header)]
    texts = [row[columns.index["time"]] for row in first_rows]
    zone, warnings = _zone(told, known_zone, texts, cursor)
    times = fields.readable_times(texts, zone)
    interval_ns = None
    if columns.kind is MarketKind.CANDLES:
        interval_ns = (told.interval_s or 0) * fields.SECOND_NS or fields.modal_step(times)
        if interval_ns is None and times:
            raise cursor.bad("one row does not tell the candles' interval; give --interval SECONDS")
    newest_first = len(times) > 1 and times[0] > times[-1]
    if newest_first:
        warnings.append("newest row first: read from the end")
    symbol = letters or None
    if first_rows and "symbol" in columns.index:
        symbol = first_rows[0][columns.index["symbol"]]
    plan = _Plan(
        columns=columns,
        member=head.member,
        skip=head.preamble + skip,
        delimiter=delimiter,
        zone=zone,
        interval_ns=interval_ns,
        time_is_close=told.time_is_close or columns.names()["time"].lower() == "close_time",
        newest_first=newest_first,
        decimal_comma=told.decimal_comma,
    )
    return Layout(
        format=name,
        kinds=(columns.kind,),
        columns=tuple(header),
        read=partial(_read, plan),
        used=columns.names(),
        symbol=symbol,
        interval_ns=interval_ns,
        warnings=(*_missing(columns), *warnings),
    )


def _zone(
    told: ReadAs, known: tzinfo | None, texts: Sequence[str], cursor: Cursor
) -> tuple[tzinfo, list[str]]:
    """Return the zone of times that carry none, and the warning if it was assumed."""
    if told.zone is not None:
        return zone_named(told.zone, cursor), []
    if known is not None:
        return known, [f"times are in {known}, as this format documents"]
    assumed = bool(texts) and fields.has_no_zone(texts[0])
    return UTC, ["times carry no zone: read as UTC"] if assumed else []


def _header(
    head: Head, told: ReadAs, cursor: Cursor
) -> tuple[str, int, Sequence[str], tzinfo | None]:
    """Return the form's name, how many lines stand before the rows, the header, and its zone."""
    first = head.lines[0]
    if told.header:
        return "csv without header", 0, told.header, None
    for form in _FORMS:
        if form.first_line.fullmatch(first):
            return form.name, 0, form.header, form.zone
    if _SIX.fullmatch(first):
        return "candles without header", 0, _six(head, cursor), None
    # One comment line may come first (cryptodatadownload): it has fewer parts than the header.
    header, *below = (cells(line, _delimiter(line), cursor) for line in head.lines[:2])
    skip = int(bool(below) and len(header) < len(below[0]) and not any(map(_is_value, below[0])))
    header = below[0] if skip else header
    if len(header) < 2 or any(map(_is_value, header)):  # noqa: PLR2004 - fewer are no columns
        raise cursor.bad(
            "no format we know: not a header, and no known form without one. "
            "Give the column names: --header time,price,quantity",
            value=first,
        )
    return "csv", skip + 1, [name.strip() for name in header], None


def _six(head: Head, cursor: Cursor) -> Sequence[str]:
    """Tell the two orders of six numbers apart: in the right one high is high and low is low."""
    possible = []
    for header in _SIX_HEADERS:
        at = [header.index(role) for role in ("open", "high", "low", "close")]
        rows = [line.split(",") for line in head.lines if _SIX.fullmatch(line)]
        prices = [[Decimal(row[position]) for position in at] for row in rows]
        if all(row[1] == max(row) and row[2] == min(row) for row in prices):
            possible.append(header)
    if len(possible) == 1:
        return possible[0]
    raise cursor.bad(
        "six numbers without a header, and neither open, high, low, close, volume nor "
        "volume, open, high, low, close fits every row; give the column names: --header"
    )


def _read(plan: _Plan, cursor: Cursor, venue: VenueId, symbol: Symbol) -> Iterator[MarketEvent]:
    columns = plan.columns
    interval_ns = plan.interval_ns

    def read_time(text: str) -> int:
        at_ns = fields.time_ns(text, plan.zone)
        if interval_ns is None or not plan.time_is_close:
            return at_ns
        # Binance closes a candle one millisecond before the next one opens.
        if (at_ns + fields.MILLISECOND_NS) % interval_ns == 0:
            at_ns += fields.MILLISECOND_NS
        return at_ns - interval_ns

    build = builder(columns, cursor, venue, symbol, read_time=read_time, interval_ns=interval_ns)
    text: Iterator[str] = islice(lines(cursor, plan.member), plan.skip, None)
    if plan.newest_first:
        text = _reversed(text, cursor)
    for row in table(text, cursor, width=len(columns.header), delimiter=plan.delimiter):
        event = build([fields.with_point(cell) for cell in row] if plan.decimal_comma else row)
        if event is not None:
            yield event


def _reversed(text: Iterator[str], cursor: Cursor) -> Iterator[str]:
    held = list(islice(text, MAX_REVERSED_LINES + 1))
    if len(held) > MAX_REVERSED_LINES:
        raise cursor.bad(f"newest first with more than {MAX_REVERSED_LINES} rows: sort it by time")
    cursor.line += 1
    while held:
        cursor.line -= 1
        yield held.pop()


def _missing(columns: Columns) -> list[str]:
    has: Callable[[str], bool] = columns.index.__contains__
    match columns.kind:
        case MarketKind.CANDLES if not has("volume"):
            return ["no volume column: volume is 0"]
        case MarketKind.TRADES if not (has("side") or has("buyer_is_maker")):
            return ["no side column: the taker is not known"]
        case MarketKind.QUOTES if not (has("bid_quantity") and has("ask_quantity")):
            return ["no sizes: quantities are 0"]
        case _:
            return []


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _is_value(text: str) -> bool:
    """Whether a header's cell is rather a number or a time."""
    for read in (fields.amount, partial(fields.time_ns, zone=UTC)):
        try:
            read(text)
        except ValueError:
            continue
        return True
    return False


def _letters(head: Head) -> str:
    """Return six or more capitals out of the file's name, such as BTCUSD, or nothing."""
    match = _TOLD_IN_NAME.search(head.path.name)
    return match[0] if match else ""
