"""Strategies of one's own: opened from a file, or refused with the line that is wrong."""

from decimal import Decimal
from pathlib import Path

import pytest

from algotradehub.app.embedded import run_embedded
from algotradehub.app.strategies import open_strategy
from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.ports.strategy import Strategy
from algotradehub.settings.strategies import OwnStrategySettings
from tests.unit.app.small import ACCOUNT, SYMBOL, orders, priced, small_settings, until

BUYER = '''
from decimal import Decimal
from algotradehub.domain.instrument import Side
from algotradehub.strategies.sdk import OwnStrategy

class Buyer(OwnStrategy):
    """Buys once."""

    def __init__(self, name, quantity, **of):
        super().__init__(name, **of)
        self.quantity = Decimal(quantity)
        self.bought = False

    def on_market(self, event, view):
        if self.bought:
            return ()
        self.bought = True
        return [self.place(Side.BUY, self.quantity)]

def open_strategy(name, *, quantity, **of):
    return Buyer(name, quantity, **of)
'''


def opened(file: Path, **parameters: str) -> Strategy:
    wanted = OwnStrategySettings(
        name="mine", account=ACCOUNT, symbol=SYMBOL, file=file, parameters=parameters
    )
    return open_strategy(wanted, account=AccountId(ACCOUNT), venue=VenueId("paper:one"))


def refusal(tmp_path: Path, source: str, name: str = "own.py") -> str:
    file = tmp_path / name
    file.write_text(source)
    with pytest.raises(InvalidRequest) as refused:
        opened(file)
    return str(refused.value)


async def test_a_strategy_of_ones_own_trades(tmp_path: Path) -> None:
    file = tmp_path / "buyer.py"
    file.write_text(BUYER)
    own = {
        "kind": "file",
        "name": "buyer",
        "account": ACCOUNT,
        "symbol": SYMBOL,
        "file": str(file),
        "parameters": {"quantity": "0.02"},
    }
    async with run_embedded(small_settings(tmp_path / "data", strategies=[own])) as platform:
        await priced(platform)
        await until(platform, lambda: any(o.filled for o in orders(platform).values()))
        (order,) = orders(platform).values()
        assert (order.request.strategy, order.filled) == ("buyer", Decimal("0.02"))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = (", r"a Python file that runs (line 1:"),
        ("import os\n1 / 0\n", "line 2: ZeroDivisionError"),
        ("import nothing_of_the_kind\n", "line 1: ModuleNotFoundError"),
        ("x = 1\n", "defines open_strategy(name, *, account, venue, symbol)"),
        ("open_strategy = 5\n", "defines open_strategy"),
        ("def open_strategy(name):\n    return None\n", "a strategy that opens (TypeError"),
        (
            "def open_strategy(name, **of):\n    raise ValueError('no')\n",
            "line 2: ValueError: no",
        ),
        ("def open_strategy(name, **of):\n    return 5\n", "name, on_market, on_order, on_fill is"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, source: str, told: str) -> None:
    assert told in refusal(tmp_path, source)


def test_a_file_that_is_missing_or_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="FileNotFoundError"):
        opened(tmp_path / "none.py")
    assert "a Python file (named .py)" in refusal(tmp_path, "x = 1", "own.txt")
