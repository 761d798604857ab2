"""Amounts: what is read is exact, what is not an amount is refused, and nothing else is raised."""

import decimal
import threading
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from algotradehub.domain.money import (
    MAX_CHARACTERS,
    MAX_EXPONENT,
    PRECISION,
    NotMoney,
    install_context,
    money_context,
    parse,
    require_finite,
    require_positive,
    text,
)

HOSTILE = [
    "",
    " ",
    "-",
    ".",
    "abc",
    "1e400",
    "1E+999999",
    "1E-999999",
    "1E+999999999999999999999",
    "0E+99999",
    "NaN",
    "sNaN",
    "-nan123",
    "Infinity",
    "-inf",
    "1_000",
    "１２",  # noqa: RUF001 - full-width digits are the point
    "٣",
    " 1",
    "1\n",
    "1\x00",
    "\x1c1",
    "0x10",
    "1,5",
    "1e",
    "--1",
    "1" * (MAX_CHARACTERS + 1),
    "1" * (MAX_EXPONENT + 2),
    "0." + "0" * MAX_EXPONENT + "1",
    "\ud800",
]

numbers_as_text = st.from_regex(
    r"[+-]?[0-9]{0,22}(\.[0-9]{0,22})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
)


@given(st.text() | st.text(alphabet="0123456789.eE+-_ NaInf") | numbers_as_text)
def test_text_is_an_amount_or_refused(anything: str) -> None:
    try:
        value = parse(anything)
    except NotMoney:
        return
    assert value == Decimal(anything)
    assert parse(text(value)) == value
    assert "E" not in text(value)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_is_refused(words: str) -> None:
    with pytest.raises(NotMoney) as refused:
        parse(words)
    assert refused.value.rule


@given(
    st.binary()
    | st.integers()
    | st.floats()
    | st.none()
    | st.booleans()
    | st.lists(st.text())
    | st.integers().map(Decimal)
)
def test_only_text_is_read(anything: object) -> None:
    with pytest.raises(NotMoney):
        parse(anything)


@given(st.integers(-(10**18), 10**18), st.integers(0, 18))
@example(1, 18)
def test_every_usual_amount_is_read_exactly(units: int, places: int) -> None:
    amount = Decimal(units).scaleb(-places)
    assert parse(text(amount)) == amount


@pytest.mark.parametrize(
    ("written", "plain"),
    [("1E-8", "0.00000001"), ("1E+3", "1000"), ("0.10", "0.10"), ("+5", "5"), (".5", "0.5")],
)
def test_amounts_are_written_plainly(written: str, plain: str) -> None:
    assert text(parse(written)) == plain


def test_the_context_refuses_binary_floating_point() -> None:
    with money_context():
        assert decimal.getcontext().prec == PRECISION
        with pytest.raises(decimal.FloatOperation):
            Decimal(1) + Decimal(0.5)  # noqa: RUF032 - that is what must fail
        with pytest.raises(decimal.InvalidOperation):
            Decimal("abc")


def test_the_installed_context_reaches_later_threads() -> None:
    seen: list[decimal.Context] = []

    def look() -> None:
        seen.append(decimal.getcontext().copy())

    before = decimal.DefaultContext.copy()
    with decimal.localcontext():
        try:
            install_context()
            assert decimal.getcontext().prec == PRECISION
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
        finally:
            default = decimal.DefaultContext
            default.prec, default.rounding = before.prec, before.rounding
            for signal, trapped in before.traps.items():
                default.traps[signal] = trapped
    assert seen[0].prec == PRECISION
    assert seen[0].traps[decimal.FloatOperation]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_what_is_not_finite_is_named(value: str) -> None:
    with pytest.raises(ValueError, match="price must be finite"):
        require_finite("price", Decimal(value))
    require_finite("price", Decimal(-1))


@pytest.mark.parametrize("value", ["0", "-1", "-0", "-Infinity"])
def test_what_is_not_positive_is_named(value: str) -> None:
    with pytest.raises(ValueError, match="quantity must be positive"):
        require_positive("quantity", Decimal(value))
    require_positive("quantity", Decimal("0.1"))


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity"])
def test_a_positive_amount_is_a_finite_number(value: str) -> None:
    with pytest.raises(ValueError, match="quantity must be positive"):
        require_positive("quantity", Decimal(value))
