"""Where a reading has got to, and the one error that says what is wrong there."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from algotradehub.domain.errors import InvalidRequest, Refusal


class BadRecording(InvalidRequest):
    """A file cannot be read as recorded market data.

    The text names the file, the line and the column:
    ``btc.csv line 17, column "close": not a number: "12,3x"``.
    """

    def __init__(
        self,
        path: Path,
        rule: str,
        *,
        member: str | None = None,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        super().__init__(Refusal(field=column or path.name, rule=rule, value=value or ""))
        self.path = path
        self.rule = rule
        self.member = member
        self.line = line
        self.column = column
        self.value = value

    def __str__(self) -> str:
        where = self.path.name if self.member is None else f"{self.path.name}/{self.member}"
        if self.line:
            where += f" line {self.line}"
        if self.column is not None:
            where += f', column "{self.column}"'
        what = "" if self.value is None else f': "{self.value}"'
        return f"{where}: {self.rule}{what}"


MAX_QUOTED = 80  # characters of a bad value that a message repeats


class Cursor:
    """The place in one file: whoever reads moves it, whoever complains quotes it."""

    __slots__ = ("line", "member", "notes", "path", "progress")

    def __init__(self, path: Path) -> None:
        self.path = path
        self.member: str | None = None  # file inside a zip
        self.line = 0  # of the text, from 1; the row in a Parquet file
        self.notes: Counter[str] = Counter()  # what was left out or put right, and how often
        self.progress: Callable[[], tuple[int, int]] = lambda: (0, 0)  # done, in all

    def bad(
        self, rule: str, *, column: str | None = None, value: str | None = None
    ) -> BadRecording:
        """Return the error for this place; the caller raises it."""
        if value is not None and len(value) > MAX_QUOTED:
            value = value[:MAX_QUOTED] + "…"
        return BadRecording(
            self.path, rule, member=self.member, line=self.line, column=column, value=value
        )
