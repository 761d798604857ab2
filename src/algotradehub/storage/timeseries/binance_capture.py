"""Captures of the Binance Data Processor: depth differences, trades and snapshots, or all merged.

Some of its published files were damaged on purpose and look sound line by line. So what must agree
between lines is compared: the parts of one update, the chain of update ids, the trade ids.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby, islice
from typing import Final

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import BookAction, MarketEvent, Trade
from algotradehub.domain.money import ZERO
from algotradehub.storage.timeseries import fields
from algotradehub.storage.timeseries.book_rows import Stamp, updates
from algotradehub.storage.timeseries.cursor import BadRecording, Cursor
from algotradehub.storage.timeseries.layout import Layout, MarketKind
from algotradehub.storage.timeseries.rows import CellReader
from algotradehub.storage.timeseries.tables import first_value, own_columns, table
from algotradehub.storage.timeseries.text_files import Head, lines

_DIFFERENCE, _TRADE, _SNAPSHOT = "DIFFERENCE_DEPTH_STREAM", "TRADE_STREAM", "DEPTH_SNAPSHOT"
_FINAL = "FINAL_DEPTH_SNAPSHOT"  # the book at midnight; each level has the ids of its last change
# What every row of one message repeats.
_REPEATED: Final = {
    _DIFFERENCE: ("EventType", "EventTime", "TransactionTime", "FinalUpdateIdInLastStream"),
    _SNAPSHOT: ("TimestampOfRequest", "TransactionTime"),
    _FINAL: (),
}
_NEEDED: Final = {
    _DIFFERENCE: ("EventType", "EventTime", "FirstUpdateId", "FinalUpdateId", "IsAsk"),
    _TRADE: ("EventType", "EventTime", "TransactionTime", "TradeId", "IsBuyerMarketMaker"),
    _SNAPSHOT: ("LastUpdateId", "IsAsk"),
}
_EVENT_TYPES: Final = {_DIFFERENCE: "depthUpdate", _TRADE: "trade"}


def recognise(head: Head) -> Layout | None:
    header = tuple(head.lines[0].split(","))
    if header[0] not in {"TimestampOfReceive", "TimestampOfReceiveUS"}:
        return None
    if "StreamType" in header:
        stream = None
        kinds: tuple[MarketKind, ...] = (MarketKind.BOOK, MarketKind.TRADES)
    elif "TradeId" in header:
        stream, kinds = _TRADE, (MarketKind.TRADES,)
    else:
        stream = _DIFFERENCE if "FirstUpdateId" in header else _SNAPSHOT
        kinds = (MarketKind.BOOK,)
    return Layout(
        format="binance data processor",
        kinds=kinds,
        columns=header,
        read=partial(_read, header=header, stream=stream, head=head),
        symbol=first_value(head, header, "Symbol"),
    )


def _read(
    cursor: Cursor,
    venue: VenueId,
    symbol: Symbol,
    *,
    header: tuple[str, ...],
    stream: str | None,
    head: Head,
) -> Iterator[MarketEvent]:
    streams = _NEEDED if stream is None else {stream: _NEEDED[stream]}
    needed = [name for names in streams.values() for name in names]
    cursor.line = head.preamble + 1
    cell = CellReader(
        cursor, own_columns(header, MarketKind.BOOK, (*needed, "Price", "Quantity"), cursor)
    )
    text = islice(lines(cursor, head.member), head.preamble + 1, None)
    messages = _Messages(cell, cursor, venue, symbol)

    def message_of(row: Sequence[str]) -> tuple[str, str, str]:
        kind = stream if stream is not None else cell.text(row, "StreamType")
        if kind == _DIFFERENCE:
            return kind, cell.text(row, "FirstUpdateId"), cell.text(row, "FinalUpdateId")
        return kind, cell.text(row, "LastUpdateId") if kind == _SNAPSHOT else "", ""

    for (kind, *_), rows in groupby(table(text, cursor, width=len(header)), key=message_of):
        if kind == _TRADE:
            for row in rows:
                if not messages.is_empty_trade(row):
                    yield messages.trade(row)
        elif kind in _REPEATED:
            yield from updates(messages.levels(kind, rows), cursor, venue, symbol)
        else:
            raise cursor.bad("no stream of this format", column="StreamType", value=kind)
    messages.end()


class _Messages:
    """Checks each message against the ones before it."""

    def __init__(self, cell: CellReader, cursor: Cursor, venue: VenueId, symbol: Symbol) -> None:
        self._cell = cell
        self._cursor = cursor
        self._venue = venue
        self._symbol = symbol
        self._received = (
            "TimestampOfReceiveUS" if "TimestampOfReceiveUS" in cell else "TimestampOfReceive"
        )
        self._last_trade: int | None = None
        self._last_update: int | None = None
        self._odd: BadRecording | None = None

    def is_empty_trade(self, row: Sequence[str]) -> bool:
        """Check the trade's place; whether it is Binance's message of a trade that was undone."""
        self._check(row, _TRADE)
        cell = self._cell
        number = cell.read(row, "TradeId", fields.whole)
        if self._last_trade is not None:
            if number <= self._last_trade:
                raise cell.bad(row, "TradeId", f"does not rise after {self._last_trade}")
            if missing := number - self._last_trade - 1:
                self._cursor.notes["trades missing by their ids"] += missing
        self._last_trade = number
        # Futures mark it with X = NA, which the capture wrote as nothing.
        mark = cell.text(row, "XUnknownParameter") if "XUnknownParameter" in cell else "MARKET"
        empty = mark in {"", "NA"} and cell.read(row, "Quantity", fields.quantity) == ZERO
        if empty:
            self._cursor.notes["trade messages without a price left out"] += 1
        return empty

    def trade(self, row: Sequence[str]) -> Trade:
        cell = self._cell
        cell.read(row, "EventTime", fields.time_ns)
        return Trade(
            venue=self._venue,
            symbol=self._symbol,
            price=cell.read(row, "Price", fields.price),
            quantity=cell.read(row, "Quantity", fields.quantity),
            taker=cell.read(row, "IsBuyerMarketMaker", fields.taker_from_maker_flag),
            venue_trade_id=cell.text(row, "TradeId"),
            venue_time_ns=cell.read(row, "TransactionTime", fields.time_ns),
            received_ns=cell.read(row, self._received, fields.time_ns),
        )

    def levels(
        self, kind: str, rows: Iterator[Sequence[str]]
    ) -> Iterator[tuple[Stamp, bool, fields.Level]]:
        """Yield the levels of one message, whose rows must repeat what they have in common."""
        cell = self._cell
        repeated = [self._received, *(name for name in _REPEATED[kind] if name in cell)]
        first: Sequence[str] | None = None
        stamp: Stamp | None = None
        for row in rows:
            self._check(row, kind)
            if first is None or stamp is None:
                first, stamp = row, self._stamp(kind, row)
            for name in repeated:
                if cell.text(row, name) != cell.text(first, name):
                    expected = cell.text(first, name)
                    self._odd = cell.bad(row, name, f"{expected} in other rows of the same update")
            is_ask = cell.read(row, "IsAsk", fields.flag)
            price = cell.read(row, "Price", fields.price)
            yield stamp, is_ask, (price, cell.read(row, "Quantity", fields.quantity))

    def end(self) -> None:
        """Let a strange last row pass: the author moved its times to the end of the day."""
        if self._odd is not None:
            self._cursor.notes["times of the last row ignored"] += 1

    def _check(self, row: Sequence[str], kind: str) -> None:
        if self._odd is not None:
            raise self._odd
        if kind in _EVENT_TYPES and self._cell.text(row, "EventType") != _EVENT_TYPES[kind]:
            raise self._cell.bad(row, "EventType", f"not {_EVENT_TYPES[kind]}")
        if "Symbol" in self._cell:
            self._cell.same_symbol(row, "Symbol")

    def _stamp(self, kind: str, row: Sequence[str]) -> Stamp:
        cell = self._cell
        received_ns = cell.read(row, self._received, fields.time_ns)
        if kind == _FINAL:
            return Stamp(BookAction.SNAPSHOT, 0, 0, received_ns, received_ns)
        if kind == _SNAPSHOT:
            last = cell.read(row, "LastUpdateId", fields.whole)
            return Stamp(BookAction.SNAPSHOT, last, last, received_ns, received_ns)
        event_ns = cell.read(row, "EventTime", fields.time_ns)
        if "TransactionTime" in cell:
            event_ns = cell.read(row, "TransactionTime", fields.time_ns)
        first = cell.read(row, "FirstUpdateId", fields.whole)
        last = cell.read(row, "FinalUpdateId", fields.whole)
        if last < first:
            raise cell.bad(row, "FinalUpdateId", f"below FirstUpdateId {first}")
        chained = "FinalUpdateIdInLastStream"  # futures: the ids leave holes, this tells the chain
        if chained in cell:
            first = cell.read(row, chained, fields.whole) + 1
        if self._last_update is not None:
            if first <= self._last_update:
                column = chained if chained in cell else "FirstUpdateId"
                raise cell.bad(row, column, f"the update before ended at {self._last_update}")
            if first > self._last_update + 1:
                self._cursor.notes["gaps in the update ids"] += 1
        self._last_update = last
        return Stamp(BookAction.DELTA, first, last, event_ns, received_ns)
