"""An error names the file, the line and the column, and carries each as an attribute."""

from pathlib import Path

from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.storage.timeseries.cursor import MAX_QUOTED, BadRecording, Cursor


def test_the_message_says_where_and_what() -> None:
    cursor = Cursor(Path("somewhere/btc.csv"))
    cursor.line = 17
    error = cursor.bad("not a number", column="close", value="12,3x")
    assert str(error) == 'btc.csv line 17, column "close": not a number: "12,3x"'
    assert isinstance(error, InvalidRequest)
    assert error.refusals == (Refusal(field="close", rule="not a number", value="12,3x"),)
    assert (error.line, error.column, error.value) == (17, "close", "12,3x")


def test_a_whole_file_and_a_file_in_a_zip() -> None:
    assert str(BadRecording(Path("a.csv"), "the file is empty")) == "a.csv: the file is empty"
    cursor = Cursor(Path("a.zip"))
    cursor.member, cursor.line = "b.csv", 2
    assert str(cursor.bad("not a row")) == "a.zip/b.csv line 2: not a row"


def test_a_long_value_is_cut() -> None:
    error = Cursor(Path("a.csv")).bad("not a number", value="9" * 500)
    assert error.value == "9" * MAX_QUOTED + "…"
