"""Whole books, one per row: tardis.dev snapshots, and Coinbase minutes as relative distances."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Final

import msgspec

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import BookAction, BookUpdate, MarketEvent
from algotradehub.domain.money import ONE, ZERO, money_context
from algotradehub.storage.timeseries import fields
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.fields import Level
from algotradehub.storage.timeseries.layout import Layout, MarketKind
from algotradehub.storage.timeseries.rows import CellReader
from algotradehub.storage.timeseries.tables import first_value, own_columns, table
from algotradehub.storage.timeseries.text_files import Head, lines

# The published distances are rounded: prices come out within 0.00001 of the exchange's cents, and
# four decimals bring every one of them back. Quantities are of Coinbase's own 1e-8 BTC.
_PRICE_STEP = Decimal("0.0001")
_QUANTITY_STEP = Decimal("0.00000001")


def _absolute(cell: CellReader, row: Sequence[str], price: str, amount: str) -> Level | None:
    if cell.is_empty(row, (price, amount)):  # the book had fewer levels
        return None
    return cell.read(row, price, fields.price), cell.read(row, amount, fields.quantity)


def _relative(cell: CellReader, row: Sequence[str], distance: str, notional: str) -> Level | None:
    midpoint = cell.read(row, "midpoint", fields.price)
    with money_context():
        price = midpoint * (ONE + cell.read(row, distance, fields.amount))
        if price < _PRICE_STEP:
            raise cell.bad(row, distance, "gives a price below zero")
        price = price.quantize(_PRICE_STEP)
        quantity = cell.read(row, notional, fields.quantity) / price
        quantity = quantity.quantize(_QUANTITY_STEP)
    # Zero is a level that was cancelled or filled within the minute.
    return None if quantity == ZERO else (price, quantity)


class _Form(msgspec.Struct, frozen=True, kw_only=True):
    """One way to lay a book out in a row."""

    name: str
    level: re.Pattern[str]  # the column that counts the levels
    price: str  # names of a level's two columns, to be filled with side and number
    size: str
    venue_time: str
    received: str
    also: tuple[str, ...]  # columns needed besides
    read: Callable[[CellReader, Sequence[str], str, str], Level | None]


_FORMS: Final = (
    _Form(
        name="tardis book snapshots", level=re.compile(r"asks\[[0-9]+\]\.price"),
        price="{}[{}].price", size="{}[{}].amount",
        venue_time="timestamp", received="local_timestamp", also=("symbol",), read=_absolute,
    ),
    _Form(
        name="book as distances from the midpoint", level=re.compile(r"asks_distance_[0-9]+"),
        price="{}_distance_{}", size="{}_notional_{}",
        venue_time="system_time", received="system_time", also=("midpoint",), read=_relative,
    ),
)  # fmt: skip


def recognise(head: Head) -> Layout | None:
    header = tuple(head.lines[0].split(","))
    for form in _FORMS:
        depth = sum(form.level.fullmatch(name) is not None for name in header)
        if depth:
            return Layout(
                format=f"{form.name}, {depth} levels",
                kinds=(MarketKind.BOOK,),
                columns=header,
                read=partial(_read, form=form, header=header, depth=depth, head=head),
                symbol=first_value(head, header, "symbol"),
            )
    return None


def _read(
    cursor: Cursor,
    venue: VenueId,
    symbol: Symbol,
    *,
    form: _Form,
    header: tuple[str, ...],
    depth: int,
    head: Head,
) -> Iterator[MarketEvent]:
    names = {
        side: [(form.price.format(side, n), form.size.format(side, n)) for n in range(depth)]
        for side in ("bids", "asks")
    }
    pairs = (name for side in names.values() for pair in side for name in pair)
    needed = (form.venue_time, form.received, *form.also, *pairs)
    cursor.line = head.preamble + 1
    cell = CellReader(cursor, own_columns(header, MarketKind.BOOK, needed, cursor))

    def side(row: Sequence[str], which: str) -> tuple[Level, ...]:
        levels = (form.read(cell, row, *pair) for pair in names[which])
        return tuple(level for level in levels if level is not None)

    text = islice(lines(cursor, head.member), head.preamble + 1, None)
    for row in table(text, cursor, width=len(header)):
        if "symbol" in cell:
            cell.same_symbol(row, "symbol")
        bids, asks = side(row, "bids"), side(row, "asks")
        if bids and asks and bids[0][0] >= asks[0][0]:
            raise cursor.bad(f"crossed: best bid {bids[0][0]} is not below best ask {asks[0][0]}")
        yield BookUpdate(
            venue=venue, symbol=symbol, action=BookAction.SNAPSHOT, bids=bids, asks=asks,
            first_sequence=0, last_sequence=0,  # neither source numbers its books
            venue_time_ns=cell.read(row, form.venue_time, fields.time_ns),
            received_ns=cell.read(row, form.received, fields.time_ns),
        )  # fmt: skip
