"""The table of ``order list --watch``: redrawn in place, as wide and as high as the terminal."""

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Final, Self

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from algotradehub.cli.printing import Column, table_of
from algotradehub.cli.stream import SILENT_FOR_S
from algotradehub.cli.watched import Order, Watched
from algotradehub.connectivity import clock

EVERY_S: Final = 0.1
_BELOW: Final = 3  # lines that are no orders: titles, an empty one, the last
_GAP: Final = 2
# What a narrow terminal does without, first to last.
_LEAST_NEEDED: Final = ("AVERAGE", "TYPE", "CREATED (UTC)", "ORDER", "FILLED", "ACCOUNT")
_NS: Final = 1_000_000_000


class WatchTable:
    """Implements ``watch.Display``; a context in which the terminal is drawn upon."""

    def __init__(
        self, watched: Watched, columns: Sequence[Column], console: Console | None = None
    ) -> None:
        self._watched = watched
        self._columns = columns
        self._console = console or Console()
        self._live = Live(console=self._console, auto_refresh=False, vertical_overflow="crop")
        self._state = "Ctrl-C stops"
        self._changed = True
        self._drawn_ns = -_NS

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    @property
    def due_s(self) -> float:
        return self._wait_s if self._changed else SILENT_FOR_S

    def tell(self, changed: Iterable[Order]) -> None:
        self._changed = self._changed or any(True for _ in changed)

    def note(self, state: str) -> None:
        self._state = state
        self._changed = True
        self._drawn_ns = -_NS  # at once

    def refresh(self) -> None:
        if not self._changed or self._wait_s > 0:
            return
        self._changed, self._drawn_ns = False, clock.monotonic_ns()
        self._live.update(self.picture(), refresh=True)

    def picture(self) -> Group:
        orders = self._watched.newest()
        fitting = orders[: max(1, self._console.height - _BELOW)]
        hidden = len(orders) - len(fitting)
        state = f"{len(orders)} order" + "s" * (len(orders) != 1)
        state += f", {hidden} below" if hidden else ""
        last = Text(f"{state}   {self._state}", style="dim")
        if not orders:
            return Group(Text("No orders."), Text(), last)
        columns = fitting_columns(self._columns, fitting, self._console.width)
        cells = [[column.cell(order) for column in columns] for order in fitting]
        return Group(table_of(columns, cells), Text(), last)

    @property
    def _wait_s(self) -> float:
        return max(0.0, EVERY_S - (clock.monotonic_ns() - self._drawn_ns) / _NS)


def fitting_columns(
    columns: Sequence[Column], orders: Sequence[Any], width: int
) -> Sequence[Column]:
    """Leave out columns, the least needed first, until a row fits into ``width``."""
    widths = {
        column.title: _GAP
        + max(cell_len(column.title), *(cell_len(column.cell(order)) for order in orders))
        for column in columns
    }
    for title in _LEAST_NEEDED:
        if sum(widths.values()) <= width:
            break
        widths.pop(title, None)
    return [column for column in columns if column.title in widths]
