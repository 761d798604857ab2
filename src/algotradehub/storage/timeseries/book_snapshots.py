"""Whole books, one per row: tardis.dev snapshots, and Coinbase minutes as relative distances."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import TypeAlias

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import BookAction, BookUpdate, MarketEvent
from algotradehub.domain.money import ONE, ZERO, money_context
from algotradehub.storage.timeseries import fields
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.layout import Layout, MarketKind
from algotradehub.storage.timeseries.rows import Taker
from algotradehub.storage.timeseries.tables import own_columns, table
from algotradehub.storage.timeseries.text_files import Head, lines

Side: TypeAlias = Callable[[Taker, Sequence[str], str], tuple[fields.Level, ...]]

_TARDIS_PRICE = re.compile(r"asks\[([0-9]+)\]\.price")
_DISTANCE = re.compile(r"asks_distance_([0-9]+)")
# The published distances are rounded: prices come out within 0.00001 of the exchange's cents, and
# four decimals bring every one of them back. Quantities are of Coinbase's own 1e-8 BTC.
_PRICE_STEP = Decimal("0.0001")
_QUANTITY_STEP = Decimal("0.00000001")


def recognise(head: Head) -> Layout | None:
    header = tuple(head.lines[0].split(","))
    if header[:4] == ("exchange", "symbol", "timestamp", "local_timestamp"):
        depth = sum(_TARDIS_PRICE.fullmatch(name) is not None for name in header)
        name, times = "tardis book snapshots", ("timestamp", "local_timestamp")
        side = partial(_tardis_side, depth)
    else:
        depth = sum(_DISTANCE.fullmatch(name) is not None for name in header)
        name, times = "book as distances from the midpoint", ("system_time", "system_time")
        side = partial(_distance_side, depth)
    if depth == 0:
        return None
    at = header.index("symbol") if "symbol" in header else None
    return Layout(
        format=f"{name}, {depth} levels",
        kinds=(MarketKind.BOOK,),
        columns=header,
        read=partial(_read, header=header, times=times, side=side, head=head),
        symbol=None if at is None or len(head.lines) == 1 else head.lines[1].split(",")[at],
    )


def _read(
    cursor: Cursor,
    venue: VenueId,
    symbol: Symbol,
    *,
    header: tuple[str, ...],
    times: tuple[str, str],
    side: Side,
    head: Head,
) -> Iterator[MarketEvent]:
    take = Taker(cursor, own_columns(header, MarketKind.BOOK))
    text = islice(lines(cursor, head.member), head.preamble + 1, None)
    for row in table(text, cursor, width=len(header)):
        bids, asks = side(take, row, "bids"), side(take, row, "asks")
        if bids and asks and bids[0][0] >= asks[0][0]:
            raise cursor.bad(f"crossed: best bid {bids[0][0]} is not below best ask {asks[0][0]}")
        yield BookUpdate(
            venue=venue, symbol=symbol, action=BookAction.SNAPSHOT, bids=bids, asks=asks,
            first_sequence=0, last_sequence=0,  # neither source numbers its books
            venue_time_ns=take.take(row, times[0], fields.time_ns),
            received_ns=take.take(row, times[1], fields.time_ns),
        )  # fmt: skip


def _tardis_side(
    depth: int, take: Taker, row: Sequence[str], name: str
) -> tuple[fields.Level, ...]:
    levels = []
    for number in range(depth):
        price, amount = f"{name}[{number}].price", f"{name}[{number}].amount"
        if take.is_empty(row, (price, amount)):  # the book had fewer levels
            break
        levels.append(
            (take.take(row, price, fields.price), take.take(row, amount, fields.quantity))
        )
    return tuple(levels)


def _distance_side(
    depth: int, take: Taker, row: Sequence[str], name: str
) -> tuple[fields.Level, ...]:
    midpoint = take.take(row, "midpoint", fields.price)
    levels = []
    with money_context():
        for number in range(depth):
            distance = take.take(row, f"{name}_distance_{number}", fields.amount)
            notional = take.take(row, f"{name}_notional_{number}", fields.quantity)
            price = (midpoint * (ONE + distance)).quantize(_PRICE_STEP)
            if price <= ZERO:
                raise take.bad(row, f"{name}_distance_{number}", "gives a price below zero")
            quantity = (notional / price).quantize(_QUANTITY_STEP)
            if quantity > ZERO:  # a level that was cancelled or filled within the minute
                levels.append((price, quantity))
    return tuple(levels)
