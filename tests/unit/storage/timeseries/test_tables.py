"""Rows are as wide as their header, and quotes must close."""

from pathlib import Path

import pytest

from algotradehub.storage.timeseries.cursor import BadRecording, Cursor
from algotradehub.storage.timeseries.layout import MarketKind
from algotradehub.storage.timeseries.tables import cells, first_value, own_columns, table
from algotradehub.storage.timeseries.text_files import Head

HERE = Cursor(Path("btc.csv"))


def test_rows_and_empty_lines() -> None:
    assert list(table(["a,b", "", '"1,5",2'], HERE, width=2)) == [["a", "b"], ["1,5", "2"]]
    assert list(table(["a;b"], HERE, width=2, delimiter=";")) == [["a", "b"]]


@pytest.mark.parametrize("line", ["a", "a,b,c"])
def test_a_row_of_another_width(line: str) -> None:
    with pytest.raises(BadRecording, match="where the header has 2"):
        list(table([line], HERE, width=2))


@pytest.mark.parametrize("line", ['a,"b', 'a,"b"c'])
def test_a_quote_that_does_not_close(line: str) -> None:
    with pytest.raises(BadRecording, match="not a row"):
        list(table([line], HERE, width=2))


def test_own_names_are_roles() -> None:
    columns = own_columns(("x", "y"), MarketKind.BOOK, ("x",), HERE)
    assert columns.names() == {"x": "x", "y": "y"}
    with pytest.raises(BadRecording, match="the column u and v is missing"):
        own_columns(("x", "y"), MarketKind.BOOK, ("x", "u", "v"), HERE)


def test_cells_of_one_line() -> None:
    assert cells('a;"b;c"', ";", HERE) == ["a", "b;c"]
    assert cells("", ",", HERE) == []
    with pytest.raises(BadRecording, match="not a row"):
        cells("a\rb", ",", HERE)


def test_the_first_value_of_a_column() -> None:
    head = Head(path=HERE.path, lines=("a,b", "1,2", "3,4"))
    assert first_value(head, ["a", "b"], "b") == "2"
    assert first_value(head, ["a", "b"], "c") is None
    assert first_value(head, ["a", "b", "c"], "c") is None
    assert first_value(Head(path=HERE.path, lines=("a,b",)), ["a", "b"], "b") is None
