"""What mutants are made of: each is one mistake, in one place, and a program still."""

import ast

import pytest

from benchmarks.mutations import changes


def told(source: str) -> list[str]:
    return [change.told() for change in changes(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["< -> <="]),
        ("a >= b", [">= -> >"]),
        ("a is not None", ["is not -> is"]),
        ("a not in b", ["not in -> in"]),
        ("a - b * c", ["- -> +", "* -> /"]),
        ("a and b or c", ["a -> True", "a and b -> False", "b -> True", "c -> False"]),
        ("a = not (b or c)", ["not (b or c) -> (b or c)", "b -> False", "c -> False"]),
        ("x = 1 if a is b else 2", ["1 -> 2", "a is b -> False", "a is b -> True", "2 -> 3"]),
        ("{A, B}", ["A, -> (nothing)", "B -> (nothing)"]),
        ("{a: b, c: d}", ["a: b, -> (nothing)", "c: d -> (nothing)"]),
        ("y = max(a, b)", ["max -> min"]),
        ("y = _replace(x, a=b, c=d)", ["a=b, -> (nothing)", "c=d -> (nothing)"]),
        ("[a for a in b if c]", ["c -> False", "c -> True"]),
        ("while a < b:\n    c.d = e", ["a < b -> False", "< -> <=", "c.d = e -> pass"]),
        ("for a in b:\n    continue", ["continue -> pass"]),
        ("y = A(b=True)", ["True -> False"]),
        ("y = 0.5", ["0.5 -> 1.5"]),
    ],
)
def test_a_mistake_is_known(source: str, expected: list[str]) -> None:
    found = told(source)
    assert [one for one in found if not one.startswith(source)] == expected


def test_an_arm_that_is_never_taken_is_a_mistake() -> None:
    arms = (
        "match a:",
        "    case B():",
        "     c()",
        "    case D() if e:",
        "     f",
        "    case _:",
        "     g",
    )
    source = "\n".join(arms)
    assert told(source) == [
        "(nothing) -> if False",
        "c() -> pass",
        "e -> False",
        "e -> True",
        "f -> pass",
        "g -> pass",
    ]


def test_a_name_keeps_its_first_value_and_may_lose_the_later_ones() -> None:
    source = "def f(a):\n    b = a\n    b = g(b)\n    a = b\n    raise b"
    assert told(source) == ["b = g(b) -> pass", "a = b -> pass", "raise b -> pass"]


def test_words_and_types_are_left_alone() -> None:
    source = (
        '"""Text."""\nimport a\n\n\nclass B(C, frozen=True):\n    d: Literal[1]\n\n'
        '    @e(2)\n    def f(self) -> "G":\n        assert a < 3\n        return f"{4}"\n'
    )
    assert told(source) == []


def test_a_change_is_applied_where_it_was_found() -> None:
    source = 'é = "é"\nif é > 1 and é > 1:\n    pass\n'
    found = [one.applied(source) for one in changes(source)]
    assert 'é = "é"\nif é > 1 and é >= 1:\n    pass\n' in found
    assert len({*found}) == len(found)
    assert source not in found
    for changed in found:
        ast.parse(changed)
