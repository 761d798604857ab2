"""Exact amounts: text in, ``Decimal`` inside, plain text out, and never binary floating point."""

import decimal
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

ZERO = Decimal(0)
ONE = Decimal(1)

PRECISION = 50
MAX_CHARACTERS = 40
MAX_EXPONENT = 30

_CONTEXT = decimal.Context(
    prec=PRECISION,
    rounding=decimal.ROUND_HALF_EVEN,
    traps=[
        decimal.InvalidOperation,
        decimal.DivisionByZero,
        decimal.Overflow,
        decimal.FloatOperation,
    ],
)


class NotMoney(ValueError):
    """The text is not an amount; ``rule`` says which rule it breaks."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def install_context() -> None:
    """Use the platform's decimal context in this thread and in every thread started later."""
    decimal.setcontext(_CONTEXT.copy())
    default = decimal.DefaultContext
    default.prec = PRECISION
    default.rounding = _CONTEXT.rounding
    for signal, trapped in _CONTEXT.traps.items():
        default.traps[signal] = trapped


@contextmanager
def money_context() -> Iterator[None]:
    """Use the platform's decimal context inside a ``with`` block."""
    with decimal.localcontext(_CONTEXT):
        yield


def parse(text: object) -> Decimal:
    """Read an amount.

    The checks come before any arithmetic, so hostile text (``1E+999999``) costs nothing.

    Raises:
        NotMoney: Not text, longer than 40 characters, not a finite decimal number, or with a
            digit further than 30 places from the point.
    """
    if type(text) is not str:
        raise NotMoney('amounts are text, such as "0.10"')
    if len(text) > MAX_CHARACTERS:
        raise NotMoney(f"at most {MAX_CHARACTERS} characters")
    # Decimal() also reads underscores, surrounding space and other scripts' digits.
    if not text.isascii() or "_" in text or text != text.strip():
        raise NotMoney("a decimal number in plain digits")
    try:
        value = Decimal(text)
    except decimal.InvalidOperation:
        raise NotMoney("a decimal number in plain digits") from None
    if not value.is_finite():
        raise NotMoney("a finite number")
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101 - finite, just checked
    if not (-MAX_EXPONENT <= exponent <= MAX_EXPONENT and abs(value.adjusted()) <= MAX_EXPONENT):
        raise NotMoney(f"exponents within ±{MAX_EXPONENT}")
    return value


def text(value: Decimal) -> str:
    """Write an amount plainly: ``0.00000001``, never ``1E-8``."""
    return f"{value:f}"


def require_finite(name: str, value: Decimal) -> None:
    if not value.is_finite():
        raise ValueError(f"{name} must be finite, was {value}")


def require_positive(name: str, value: Decimal) -> None:
    if not (value.is_finite() and value > ZERO):
        raise ValueError(f"{name} must be positive, was {value}")
