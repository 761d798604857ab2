"""Which column of a file plays which role: by common names, by known headers, or as told."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from algotradehub.storage.timeseries.cursor import Cursor
from algotradehub.storage.timeseries.layout import MarketKind

# Roles, and what files call them: the first name a file has wins.
_TIME = (
    *("open_time", "unix", "unix_timestamp", "timestamp", "timestamp_utc", "datetime", "date_time"),
    *("time", "date", "transact_time", "ts", "close_time", ""),
)
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "time": _TIME,
    "received": ("local_timestamp", "received", "received_ns"),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "c"),
    "volume": ("volume", "vol", "v"),
    "price": ("price", "p"),
    "quantity": ("quantity", "qty", "amount", "size"),
    "side": ("side", "taker_side"),
    "buyer_is_maker": ("is_buyer_maker", "buyer_maker", "isbuyermaker"),
    "id": ("trade_id", "id", "tid", "agg_trade_id"),
    "bid": ("bid", "bid_price"),
    "ask": ("ask", "ask_price"),
    "bid_quantity": ("bid_quantity", "bid_size", "bid_amount", "bid_qty"),
    "ask_quantity": ("ask_quantity", "ask_size", "ask_amount", "ask_qty"),
    "symbol": ("symbol", "ticker", "pair"),
}
NEEDED: Final[dict[MarketKind, tuple[str, ...]]] = {
    MarketKind.CANDLES: ("time", "open", "high", "low", "close"),
    MarketKind.QUOTES: ("time", "bid", "ask"),
    MarketKind.TRADES: ("time", "price", "quantity"),
}
# Headers whose names mislead. Mt. Gox: the id is the time in microseconds, the type is the taker's.
_KNOWN_HEADERS: Final[dict[tuple[str, ...], dict[str, str]]] = {
    ("id", "price", "amount", "type"): {
        "time": "id", "id": "id", "price": "price", "quantity": "amount", "side": "type",
    },
}  # fmt: skip

MAX_LISTED: Final = 50  # columns that an error names


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """The roles found in a header."""

    kind: MarketKind
    header: tuple[str, ...]
    index: dict[str, int]  # role -> position

    def names(self) -> dict[str, str]:
        return {role: self.header[position] for role, position in self.index.items()}


def find_columns(
    header: Sequence[str], told: Mapping[str, str], cursor: Cursor, *, letters: str = ""
) -> Columns:
    """Give every role its column.

    Args:
        header: The file's column names.
        told: Role to column, from the user; wins over every guess.
        cursor: For the error.
        letters: Name of what is recorded (``BTCUSD``): of ``volume_btc`` and ``volume_usd`` the
            one in base units is taken.

    Raises:
        BadRecording: No kind of market data has all it needs; the text lists both sides.
    """
    plain = [_plain(name) for name in header]
    index = {
        role: position
        for role, names in _NAMES.items()
        if (position := _first(plain, names)) is not None
    }
    for position, name in enumerate(plain):
        unit = name.removeprefix("volume_")
        if unit != name and unit and letters.upper().startswith(unit.upper()):
            index["volume"] = position
    for role, name in (*_KNOWN_HEADERS.get(tuple(plain), {}).items(), *told.items()):
        if role not in _NAMES:
            raise cursor.bad(f"no such role; there are {', '.join(_NAMES)}", value=role)
        if name not in header:
            raise cursor.bad(f"no such column; there are {_listed(header)}", column=name)
        index[role] = list(header).index(name)
    for kind, needed in NEEDED.items():
        if all(role in index for role in needed):
            return Columns(kind=kind, header=tuple(header), index=index)
    raise cursor.bad(_lacks(index, header))


def _lacks(index: Mapping[str, int], header: Sequence[str]) -> str:
    """Say what is missing for the kind that comes nearest; of none, what each kind needs."""
    found = f"found: {_listed(header)}. Name a column that is called otherwise: --map"
    nearest = max(NEEDED, key=lambda kind: sum(role in index for role in NEEDED[kind]))
    missing = [role for role in NEEDED[nearest] if role not in index]
    free = (name for at, name in enumerate(header) if name and at not in index.values())
    example = f"{missing[0]}={next(free, 'NAME')}"
    if len(missing) == len(NEEDED[nearest]):
        kinds = "; ".join(f"{kind} need {', '.join(needed)}" for kind, needed in NEEDED.items())
        return f"no column has a name we know. {kinds.capitalize()}; {found} {example}"
    column = "column" if len(missing) == 1 else "columns"
    names = " and ".join(missing)
    verb = "is" if len(missing) == 1 else "are"
    return f"for {nearest} the {column} {names} {verb} missing; {found} {example}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MAX_LISTED
    return ", ".join(names[:MAX_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _first(plain: Sequence[str], names: Sequence[str]) -> int | None:
    return next((plain.index(name) for name in names if name in plain), None)
