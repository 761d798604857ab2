"""What is printed: whole ids, plain money, one JSON document, nothing that steers a terminal."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.cli.printing import (
    Column,
    examples,
    instant,
    print_facts,
    print_json,
    print_table,
    remark,
    shown,
)

COLUMNS = (Column("ID", "id"), Column("AMOUNT", lambda row: row["amount"], number=True))


@given(st.text())
def test_no_text_steers_a_terminal(text: str) -> None:
    assert shown(text).isprintable()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (3, "3"),
        (Decimal("0.10"), "0.10"),
        ("\x1b[2Jgone", "\N{REPLACEMENT CHARACTER}[2Jgone"),
        (["a", 1], "a, 1"),
        ({"USDT": "0.5", "BNB": None}, "USDT=0.5"),
    ],
)
def test_a_value_as_a_person_reads_it(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_table_in_a_pipe_has_one_line_a_row_and_cuts_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [{"id": "x" * 200, "amount": "1.5"}, {"id": "[red]y", "amount": "10.25"}]
    print_table(COLUMNS, rows, empty="none")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["ID", "AMOUNT"],
        ["x" * 200, "1.5"],
        ["[red]y", "10.25"],
    ]
    assert lines[1].endswith("    1.5")
    assert all(line == line.rstrip() for line in lines)


def test_a_table_on_a_narrow_terminal_keeps_a_row_on_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "20")
    print_table(COLUMNS, [{"id": "0123456789abcdefghij", "amount": "12345"}], empty="none")
    _, row = capsys.readouterr().out.splitlines()
    assert row.index("12345", 10) > row.index("0123456789abcdefghij")


def test_an_empty_table_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(COLUMNS, [], empty="No orders.")
    assert capsys.readouterr().out == "No orders.\n"


def test_facts_leave_out_what_is_not_known_but_keep_zero(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_facts({"a": 0, "bb": None, "c": "", "d": False, "ee": "x", "f": [], "g": True})
    assert capsys.readouterr().out == "a   0\nee  x\ng   yes\n"


def test_json_is_one_document_with_plain_amounts(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"amount": Decimal("1E-8"), "rows": [1, None]})
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"amount": "0.00000001", "rows": [1, None]}
    assert captured.err == ""


def test_remarks_are_no_data(capsys: pytest.CaptureFixture[str]) -> None:
    remark("by the way")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "by the way\n")


def test_instants_are_shown_to_the_millisecond() -> None:
    assert instant("2027-01-15T08:00:00.123456789Z") == "2027-01-15 08:00:00.123"
    assert instant(None) == ""


def test_examples_are_command_lines() -> None:
    assert examples("order list") == "\b\nExample:\n  algotradehub order list"
    assert examples("a", "b").startswith("\b\nExamples:\n  algotradehub a\n")
