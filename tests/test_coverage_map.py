"""docs/coverage.md tells the truth: its paths exist, and every property is proven where it says."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "algotradehub"
TESTS = ROOT / "tests"
TEXT = (ROOT / "docs" / "coverage.md").read_text()

HEAD = ["what", "module", "test", "state"]
RULE = ["---"] * len(HEAD)
NONE = "-"
# What a row in each state must name: a module, a test, words on it. None leaves it free.
STATES = {
    "done": (True, True, None),
    "part": (True, None, True),
    "planned": (False, False, None),
    "replaced": (None, None, True),
}
PROPERTIES = [*(str(n) for n in range(1, 40)), "12a", "17a"]
RULES = [str(n) for n in range(1, 15)]
PATH = re.compile(r"`([\w/]+\.py)`")


class Row(NamedTuple):
    """One line of one table; ``line`` is its number in the document."""

    line: int
    what: str
    module: str
    test: str
    state: str

    @property
    def word(self) -> str:
        return re.split(r"\W", self.state, maxsplit=1)[0]

    @property
    def explained(self) -> bool:
        return bool(re.fullmatch(rf"{self.word}: \S.*", self.state))


def rows_of(text: str) -> list[Row]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        assert len(cells) == len(HEAD), f"line {number} has {len(cells)} cells: {line}"
        if cells not in (HEAD, RULE):
            rows.append(Row(number, *cells))
    return rows


ROWS = rows_of(TEXT)


def named(cell: str) -> list[str]:
    return [] if cell == NONE else PATH.findall(cell)


def properties() -> dict[str, Row]:
    found = [(match[1], row) for row in ROWS if (match := re.match(r"Property (\w+): ", row.what))]
    assert len(dict(found)) == len(found), "a property has two rows"
    return dict(found)


@cache
def marks_of(path: Path) -> frozenset[str]:
    """The properties that the tests in a file are tagged with."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return frozenset(
        str(argument.value)
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "design_property"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    )


def files_tagged(number: str) -> set[str]:
    return {
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("test_*.py")
        if number in marks_of(path)
    }


def test_a_path_is_written_in_full_and_exists() -> None:
    bad = []
    for row in ROWS:
        for cell, root in ((row.module, SRC), (row.test, TESTS)):
            paths = named(cell)
            written = ", ".join(f"`{path}`" for path in paths) or NONE
            missing = [path for path in paths if not (root / path).is_file()]
            if cell != written or missing:
                bad.append(f"line {row.line}: {cell} {missing}")
    assert not bad, "\n".join(bad)


def test_a_state_says_what_it_must() -> None:
    bad = []
    for row in ROWS:
        wanted = STATES.get(row.word)
        told = (row.module != NONE, row.test != NONE, row.explained)
        is_plain = row.state == row.word or row.explained
        if (
            wanted is None
            or not is_plain
            or any(must not in {None, is_told} for must, is_told in zip(wanted, told, strict=True))
        ):
            bad.append(f"line {row.line}: {row.what}: {row.state}")
    assert not bad, "\n".join(bad)


def test_what_was_replaced_names_the_decision() -> None:
    bad = [row.line for row in ROWS if row.word == "replaced" and "](" not in row.state]
    assert not bad, f"link the page that decided otherwise, lines {bad}"


def has_mirror(module: str) -> bool:
    if module.startswith("ports/"):  # a Protocol has no behaviour, and so no test of its own
        return True
    place = TESTS / "unit" / module
    name = f"test_{place.stem}"
    found = place.with_name(f"{name}.py").exists() or any(place.parent.glob(f"{name}_*.py"))
    # A module of a package may be tested beside it, as in tests/test_tidy.py.
    return found or (place.parent.parent / f"test_{place.parent.name}.py").exists()


def test_a_row_that_waits_for_a_test_still_does() -> None:
    waiting = [row for row in ROWS if re.search(r"\bno test\b", row.state)]
    over = [row for row in waiting if all(has_mirror(module) for module in named(row.module))]
    assert not over, "these have their tests now: look again\n" + "\n".join(
        f"line {row.line}: {row.what} | {row.module}" for row in over
    )


def test_every_property_has_its_row() -> None:
    assert sorted(properties()) == sorted(PROPERTIES)


@pytest.mark.parametrize("number", PROPERTIES)
def test_a_property_is_proven_by_the_tests_that_carry_its_number(number: str) -> None:
    row = properties()[number]
    wrote, tagged = set(named(row.test)), files_tagged(number)
    assert wrote == tagged, f"docs/coverage.md:{row.line} should name " + (
        ", ".join(f"`{path}`" for path in sorted(tagged)) or NONE
    )


def test_no_test_is_tagged_with_what_is_no_property() -> None:
    tags = {mark: path.name for path in TESTS.rglob("test_*.py") for mark in marks_of(path)}
    strange = {mark: name for mark, name in tags.items() if mark not in PROPERTIES}
    assert not strange


def test_every_rule_of_the_order_path_has_its_table() -> None:
    assert re.findall(r"^### Rule (\d+)", TEXT, re.MULTILINE) == RULES


@pytest.mark.parametrize(
    "line",
    [
        "| a | `x.py` | done |",
        "| a | `x.py` | `y.py` | done | more |",
    ],
)
def test_a_row_with_too_few_or_too_many_cells_is_noticed(line: str) -> None:
    with pytest.raises(AssertionError, match="line 1"):
        rows_of(line)
