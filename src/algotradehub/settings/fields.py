"""The kinds of values that settings consist of, each with the rule it names when broken."""

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

from algotradehub.domain import money
from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.reading import amount

PAPER: Final = "paper:"

_MOST_BPS: Final = Decimal(1_000)
AT_LEAST_ONE: Final = Meta(ge=1, description="a whole number of 1 or more")


def from_to(least: float, most: float) -> Meta:
    return Meta(ge=least, le=most, description=f"a number from {least} to {most}")


def above_zero(most: float) -> Meta:
    return Meta(gt=0, le=most, description=f"a number above 0, at most {most:,}")


def _text(pattern: str, rule: str) -> Meta:
    return Meta(pattern=rf"\A{pattern}\Z", description=rule)


def _name(marks: str, most: int) -> Meta:
    return _text(
        rf"[A-Za-z0-9][A-Za-z0-9{marks}-]{{0,{most - 1}}}",
        f"a name of at most {most} letters, digits and {marks}- that starts with a letter or digit",
    )


Positive: TypeAlias = Annotated[Decimal, amount("an amount above 0", lambda a: a > money.ZERO)]
NotNegative: TypeAlias = Annotated[
    Decimal, amount("an amount of 0 or more", lambda a: a >= money.ZERO)
]
Share: TypeAlias = Annotated[
    Decimal, amount("a share above 0, at most 1", lambda a: money.ZERO < a <= money.ONE)
]
Bps: TypeAlias = Annotated[
    Decimal, amount("0 to 1000 hundredths of a percent", lambda a: money.ZERO <= a <= _MOST_BPS)
]
Name: TypeAlias = Annotated[str, _name("._:@", 64)]
StrategyName: TypeAlias = Annotated[str, _name("._", 32)]
PaperVenueName: TypeAlias = Annotated[
    str,
    _text(
        rf"{PAPER}[A-Za-z0-9._:@-]{{0,58}}",
        f'a name that starts with "{PAPER}", such as paper:binance',
    ),
]
SymbolText: TypeAlias = Annotated[
    str, _text(r"[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?", "a symbol such as BTC/USDT or BTC/USDT:USDT")
]


def refused(key: str, rule: str, value: str) -> InvalidRequest:
    return InvalidRequest(Refusal(field=key, rule=rule, value=value))


def require_unique(key: str, field: str, names: list[str]) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise refused(f"{key}.{index}.{field}", "a name that no other one has", name)


def require_known(key: str, value: str, what: str, known: Collection[str]) -> None:
    if value not in known:
        names = ", ".join(known) or "none is defined"
        raise refused(key, f"{what} of these settings ({names})", value)
