"""The benchmarks' table judges a figure by its goal, and says when it cannot."""

import ast

import pytest

from benchmarks import first_minute, journal, overview, restart, startup, stream
from benchmarks.__main__ import PROGRAMS, main
from benchmarks.bug import Bug
from benchmarks.overview import (
    Goal,
    Row,
    journal_rows,
    line,
    order_path_rows,
    restart_rows,
    simulation_rows,
    startup_rows,
    stream_rows,
)
from benchmarks.planted import BUGS, SOURCE

AT_MOST_TWICE = Goal(name="G0", limit=2)


def told(row: Row) -> str:
    """A line of the table without its layout."""
    return " ".join(line(row).split())


def test_a_goal_with_a_floor_is_for_the_ratio() -> None:
    row = Row(what="x", ours=30, unit="us", floor_name="bare", floor=15, goal=AT_MOST_TWICE)
    assert (row.ratio, row.met) == (2, True)
    assert told(row) == "x 30 us bare 15 us 2.00 G0: <= 2 x bare yes"
    slower = Row(what="x", ours=31, unit="us", floor_name="bare", floor=15, goal=AT_MOST_TWICE)
    assert slower.met is False
    assert told(slower).endswith(" no")


def test_a_goal_without_a_floor_is_for_the_figure() -> None:
    goal = Goal(name="G0", limit=20, at_least=True)
    assert Row(what="x", ours=20, unit="seeds/s", goal=goal).met is True
    fewer = Row(what="x", ours=1_234.5, unit="seeds/s", goal=goal)
    assert told(fewer) == "x 1,234 seeds/s G0: >= 20 seeds/s yes"
    assert Row(what="x", ours=19, unit="seeds/s", goal=goal).met is False


def test_without_its_floor_a_goal_is_an_open_question() -> None:
    row = Row(what="x", ours=30, unit="us", floor_name="bare", goal=AT_MOST_TWICE)
    assert (row.ratio, row.met) == (None, None)
    assert told(row) == "x 30 us bare not found G0: <= 2 x bare ?"


def test_a_figure_may_have_no_goal() -> None:
    assert line(Row(what="x", ours=0.123456, unit="s")).split() == ["x", "0.123", "s"]


def order(cpu_us: float) -> dict[str, float]:
    return {"cpu_us": cpu_us, "p50_us": 20, "p99_us": 50}


OURS = {
    "process, one at a time": order(15),
    "sync, 64 waiting": order(30),
    "process, 100,000 orders": order(45),
}


def test_orders_are_judged_by_the_hand_written_manager() -> None:
    rows = list(order_path_rows({"own_oms (floor)": order(10), **OURS}))
    assert [row.ratio for row in rows] == [1.5, 3, 4.5, 1, 2.5]
    assert [row.met for row in rows] == [True, None, None, True, True]
    without = list(order_path_rows(OURS))
    assert [row.floor for row in without] == [None, None, None, None, 20]


def journaled(name: str, events_s: float, p50_us: float, cpu_us: float) -> journal.Row:
    return journal.Row(name=name, events_s=events_s, p50_us=p50_us, p99_us=0, cpu_us=cpu_us)


def test_the_journal_is_judged_by_a_bare_file_and_by_one_sync() -> None:
    ours = [journaled("synced", 70, 400, 4), journaled("one_sync", 1, 100, 9)]
    rows = list(journal_rows([journaled("file_group", 100, 1, 2), *ours]))
    assert [row.ratio for row in rows] == [0.7, 4, 2]
    assert [row.met for row in rows] == [True, True, True]
    assert [row.met for row in journal_rows(ours)] == [None, True, None]


def test_only_the_trading_process_has_a_start_up_goal() -> None:
    costs = startup.Row(wall_s=1, cpu_s=0.3, mib=20)
    rows = list(startup_rows(dict.fromkeys(startup.PARTS, costs)))
    assert [row.met for row in rows] == [False, True, None, None, None, None]


def test_the_rest_is_told() -> None:
    assert [row.met for row in simulation_rows(100)] == [True]
    row = restart.Row(
        orders=10_000,
        what=restart.ANSWERED,
        records=1,
        replayed=1,
        accepts_s=0.4,
        cpu_s=0.4,
        calls={},
        asked_later=0,
    )
    [shown] = restart_rows(row)
    assert told(shown) == "restart, 10,000 open orders, answered 0.4 s"


def test_what_floors_are_missing_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = Row(what="x", ours=30, unit="us", floor_name="bare")
    monkeypatch.setattr(overview, "MEASURED", [lambda: iter([row])])
    assert main([]) is None
    assert "Floors not found: bare. " in capsys.readouterr().out


def test_one_program_is_run_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[list[str]] = []
    monkeypatch.setitem(PROGRAMS, "journal", heard.append)
    assert main(["journal", "3"]) is None
    assert heard == [["3"]]


def test_the_page_is_not_measured_without_npm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["web"]) == 1
    assert "npm, which is not installed" in capsys.readouterr().err


def test_a_name_that_is_none_is_answered_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["jurnal"]) == 2
    assert capsys.readouterr().err.startswith("jurnal is none of: api, first_minute, journal, ")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.where}: {bug.what}")
def test_every_planted_bug_has_its_place(bug: Bug) -> None:
    source = (SOURCE / bug.file).read_text()
    assert source.count(bug.before) == 1, "the code has changed: mend the entry"
    ast.parse(source.replace(bug.before, bug.after))


def test_the_stream_is_measured_in_facts() -> None:
    rows = list(stream_rows(stream.measure(clients=2, facts=3)))
    assert [row.unit for row in rows] == ["facts/s", "us"]
    assert all(row.ours > 0 for row in rows)


def test_a_newcomer_has_a_fill_within_a_minute_and_prices_at_once_later() -> None:
    first = first_minute.First(api_s=20, prices_s=21, fill_s=60)
    second = first_minute.Second(api_s=2, prices_s=3.1)
    starts = first_minute.Starts(first=first, second=second)
    assert [row.met for row in first_minute.rows(starts)] == [None, None, True, None, False]
