"""Books with one price level per row: tardis.dev increments and Binance's historical depth."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby, islice
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from algotradehub.domain.ids import Symbol, VenueId
from algotradehub.domain.market import BookAction, BookUpdate, MarketEvent
from algotradehub.storage.timeseries import fields
from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.layout import Layout, MarketKind
from algotradehub.storage.timeseries.rows import CellReader
from algotradehub.storage.timeseries.tables import first_value, own_columns, table
from algotradehub.storage.timeseries.text_files import Head, lines

MAX_LEVELS = 100_000  # of one update


class Stamp(NamedTuple):
    """What the levels of one update have in common."""

    action: BookAction
    first_sequence: int  # 0 where the source numbers nothing
    last_sequence: int
    venue_time_ns: int
    received_ns: int


Level: TypeAlias = tuple[Stamp, bool, fields.Level]  # the update it belongs to; is it an ask


def updates(
    levels: Iterable[Level], cursor: Cursor, venue: VenueId, symbol: Symbol
) -> Iterator[BookUpdate]:
    """Join neighbouring rows with equal stamps to one update each.

    Raises:
        BadRecording: One update has more than 100,000 levels.
    """
    for stamp, rows in groupby(levels, key=itemgetter(0)):
        held = list(islice(rows, MAX_LEVELS + 1))
        if len(held) > MAX_LEVELS:
            raise cursor.bad(f"one update with more than {MAX_LEVELS} levels")
        bids = [level for _, is_ask, level in held if not is_ask]
        asks = [level for _, is_ask, level in held if is_ask]
        if stamp.action is BookAction.SNAPSHOT:  # best first
            bids.sort(reverse=True)
            asks.sort()
        yield BookUpdate(
            venue=venue, symbol=symbol, action=stamp.action, bids=tuple(bids), asks=tuple(asks),
            first_sequence=stamp.first_sequence, last_sequence=stamp.last_sequence,
            venue_time_ns=stamp.venue_time_ns, received_ns=stamp.received_ns,
        )  # fmt: skip


# --- the two formats ------------------------------------------------------------------------------

_ASK: Final = {"a": True, "ask": True, "b": False, "bid": False}


def _is_ask(text: str) -> bool:
    try:
        return _ASK[text]
    except KeyError:
        raise ValueError("not a side of a book") from None


def _tardis(cell: CellReader, row: Sequence[str]) -> Stamp:
    action = BookAction.SNAPSHOT if cell.read(row, "is_snapshot", fields.flag) else BookAction.DELTA
    at_ns = cell.read(row, "timestamp", fields.time_ns)
    return Stamp(action, 0, 0, at_ns, cell.read(row, "local_timestamp", fields.time_ns))


def _vision(cell: CellReader, row: Sequence[str]) -> Stamp:
    first = cell.read(row, "first_update_id", fields.whole)
    last = cell.read(row, "last_update_id", fields.whole)
    at_ns = cell.read(row, "timestamp", fields.time_ns)
    if cell.text(row, "update_type") == "snap":
        return Stamp(BookAction.SNAPSHOT, last, last, at_ns, at_ns)
    if last < first:
        raise cell.bad(row, "last_update_id", f"below first_update_id {first}")
    # The ids of futures leave holes; an unbroken chain is told by pu, the last id before.
    previous = cell.read(row, "pu", fields.whole)
    return Stamp(BookAction.DELTA, previous + 1, last, at_ns, at_ns)


_FORMATS: Final[dict[str, tuple[str, str, Callable[[CellReader, Sequence[str]], Stamp]]]] = {
    # header: (format, name of the quantity, what the update's stamp is read from)
    "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount": (
        "tardis incremental book", "amount", _tardis,
    ),
    "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu": (
        "binance historical depth", "qty", _vision,
    ),
}  # fmt: skip


def recognise(head: Head) -> Layout | None:
    if head.lines[0] not in _FORMATS:
        return None
    name, quantity, stamp = _FORMATS[head.lines[0]]
    header = tuple(head.lines[0].split(","))
    return Layout(
        format=name,
        kinds=(MarketKind.BOOK,),
        columns=header,
        read=partial(_read, header=header, quantity=quantity, stamp=stamp, head=head),
        symbol=first_value(head, header, "symbol"),
    )


def _read(
    cursor: Cursor,
    venue: VenueId,
    symbol: Symbol,
    *,
    header: tuple[str, ...],
    quantity: str,
    stamp: Callable[[CellReader, Sequence[str]], Stamp],
    head: Head,
) -> Iterator[MarketEvent]:
    cell = CellReader(cursor, own_columns(header, MarketKind.BOOK, (), cursor))
    text = islice(lines(cursor, head.member), head.preamble + 1, None)

    def levels() -> Iterator[Level]:
        for row in table(text, cursor, width=len(header)):
            cell.same_symbol(row, "symbol")
            level = (
                cell.read(row, "price", fields.price),
                cell.read(row, quantity, fields.quantity),
            )
            yield stamp(cell, row), cell.read(row, "side", _is_ask), level

    return updates(levels(), cursor, venue, symbol)
