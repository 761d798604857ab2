"""A small whole of settings, and how a wrong one is refused."""

from typing import Any

import pytest

from algotradehub.domain.errors import InvalidRequest
from algotradehub.settings.loading import load
from algotradehub.settings.tree import Settings

VENUE = {"id": "paper:one", "listings": [{"symbol": "BTC/USDT", "price": "64000"}]}
ACCOUNT = {"id": "mine", "venue": "paper:one"}
STRATEGY = {
    "kind": "market_maker",
    "name": "maker",
    "account": "mine",
    "symbol": "BTC/USDT",
    "parameters": {"value": "50"},
}
WHOLE: dict[str, Any] = {
    "paper_venues": [VENUE],
    "accounts": [ACCOUNT],
    "strategies": [STRATEGY],
}

TOML = """
data_dir = "somewhere"

[api]
port = 9000

[[paper_venues]]
id = "paper:one"
maker_fee = "-0.0001"
listings = [{ symbol = "BTC/USDT:USDT", price = "64000" }]
market = { kind = "synthetic", seed = 7 }

[[accounts]]
id = "mine"
venue = "paper:one"
limits = { max_open_orders = 3, max_position = "1.5" }
"""


def read(environment: dict[str, str] | None = None, **overrides: Any) -> Settings:
    return load(environment=environment or {}, overrides=overrides)


def refused(environment: dict[str, str] | None = None, **overrides: Any) -> str:
    with pytest.raises(InvalidRequest) as caught:
        read(environment, **overrides)
    return str(caught.value)
