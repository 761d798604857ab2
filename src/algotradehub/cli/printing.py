"""What commands print: one JSON document, or tables for people. Remarks go to stderr."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import msgspec
import typer

from algotradehub.api.bridge import encode

Row: TypeAlias = Mapping[str, Any]

_IN_JSON = "algotradehub.in_json"
# A row is one line, for grep and for copying whole ids; a narrow terminal wraps it by itself.
_COLUMNS = 10_000
_COLOURS = {
    "OPEN": "cyan",
    "PARTIALLY_FILLED": "cyan",
    "FILLED": "green",
    "REJECTED": "red",
    "UNKNOWN": "bold red",
    "BUY": "green",
    "SELL": "red",
    "ok": "green",
    "warn": "yellow",
    "fail": "red",
}


def examples(*lines: str) -> str:
    """Command lines to show below a command's help, as they are typed."""
    # A line with a backspace keeps the formatter of help from joining those that follow it.
    title = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join(("\b", title, *(f"  algotradehub {line}" for line in lines)))


def _note(context: typer.Context, wanted: bool) -> bool:
    if wanted:
        context.meta[_IN_JSON] = True
    return wanted


Json: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print one JSON document, amounts as text.",
        callback=_note,
    ),
]


def in_json(context: typer.Context) -> bool:
    """Whether the command that ran under ``context`` was given ``--json``."""
    return bool(context.meta.get(_IN_JSON))


def print_json(value: object) -> None:
    """Print any domain value, or what an answer of the API holds, on several lines."""
    print_line(msgspec.json.format(encode(value), indent=2).decode())


def print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def remark(line: str) -> None:
    """Tell people something that is no part of the data."""
    sys.stderr.write(f"{line}\n")


class Column(msgspec.Struct, frozen=True):
    """One column of a table: its title, and what of a row it shows."""

    title: str
    show: str | Callable[[Row], object]  # a key, or a function
    number: bool = False

    def cell(self, row: Row) -> str:
        value = row.get(self.show) if isinstance(self.show, str) else self.show(row)
        return shown(value)


def print_table(columns: Sequence[Column], rows: Iterable[Row], *, empty: str) -> None:
    """Print rows under titles; without any, the sentence ``empty``."""
    cells = [[column.cell(row) for column in columns] for row in rows]
    if not cells:
        print_line(empty)
        return
    # Here, because --json does without it and it takes longer to import than all of this.
    from rich.console import Console  # noqa: PLC0415 - see above

    table = table_of(columns, cells)
    console = Console(file=sys.stdout, width=_COLUMNS)
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        print_line(line.rstrip())


def table_of(columns: Sequence[Column], cells: Iterable[Sequence[str]]) -> Any:
    """Make a table for a ``rich`` console; a row's cells are those of the columns."""
    from rich.table import Table  # noqa: PLC0415 - as in ``print_table``
    from rich.text import Text  # noqa: PLC0415 - as in ``print_table``

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        justify: Any = "right" if column.number else "left"
        table.add_column(column.title, justify=justify, no_wrap=True)
    for row in cells:
        table.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
    return table


def print_facts(facts: Mapping[str, object]) -> None:
    """Print names and values, one a line; what is not known, empty or no is left out."""
    known = {
        name: shown(value)
        for name, value in facts.items()
        if value is not None and value is not False and value not in ("", (), [], {})
    }
    width = max(map(len, known), default=0)
    for name, value in known.items():
        print_line(f"{name:<{width}}  {value}")


def shown(value: object) -> str:
    """A value as a person reads it; what could steer a terminal is made visible instead."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value)
        case Mapping():
            return " ".join(f"{shown(k)}={shown(v)}" for k, v in value.items() if v is not None)
        case list() | tuple():
            return ", ".join(map(shown, value))
        case _:
            return shown(str(value))


def instant(text: object) -> str:
    """``2027-01-15T08:00:00.123456789Z`` as ``2027-01-15 08:00:00.123``, in UTC."""
    return str(text)[:23].replace("T", " ") if text else ""
