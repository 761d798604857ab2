"""The demo's settings: three paper venues, one over a bad line, and a market maker on one."""

import re
from pathlib import Path
from typing import Any, Final

from algotradehub.settings.loading import load
from algotradehub.settings.tree import Settings, default_data_dir

BINANCE, KRAKEN, BYBIT = "paper:binance", "paper:kraken", "paper:bybit"
STRATEGY: Final = "market-maker"
STRATEGY_ACCOUNT: Final = "kraken-paper"
_SYMBOL: Final = "BTC/USDT"
_REPLAYED: Final = re.compile(r"(?P<symbol>[A-Z0-9]+/[A-Z0-9]+(?::[A-Z0-9]+)?)=(?P<file>.+)")

_ACCOUNTS: Final = {BINANCE: "binance-paper", KRAKEN: STRATEGY_ACCOUNT, BYBIT: "bybit-paper"}
_VENUES: Final[dict[str, dict[str, Any]]] = {
    BINANCE: {"maker_fee": "0.0008", "taker_fee": "0.001"},
    KRAKEN: {"maker_fee": "0", "taker_fee": "0.0025"},
    # The line to this one is bad, on purpose: see how an order in doubt is cleared up.
    BYBIT: {
        "maker_fee": "0.0002",
        "taker_fee": "0.00055",
        "latency": {"request_s": 0.02, "answer_s": 0.03},
        "trouble": {"every_s": 45.0, "for_s": 4.0, "loses": 0.1},
    },
}
_LISTINGS: Final[dict[str, list[dict[str, Any]]]] = {
    BINANCE: [
        {"symbol": "BTC/USDT", "price": "64000", "spread_bps": 1.0, "trades_per_s": 1.0},
        {"symbol": "ETH/USDT", "price": "3200", "tick": "0.01", "lot": "0.0001", "spread_bps": 1.5},
    ],
    # Slightly dearer, thinner, and cheap for who waits: worth quoting in.
    KRAKEN: [
        {"symbol": "BTC/USDT", "price": "64025", "spread_bps": 8.0, "trades_per_s": 3.0},
        {
            "symbol": "ETH/USDT",
            "price": "3201.2",
            "tick": "0.01",
            "lot": "0.0001",
            "spread_bps": 9.0,
        },
    ],
    BYBIT: [
        {"symbol": "BTC/USDT", "price": "63990", "spread_bps": 2.0, "trades_per_s": 2.0},
        {
            "symbol": "ETH/USDT",
            "price": "3199.5",
            "tick": "0.01",
            "lot": "0.0001",
            "spread_bps": 2.5,
        },
    ],
}
_LIMITS: Final = {"max_order_notional": "50000", "max_open_orders": 500, "price_band_bps": "1000"}


def demo_settings(
    *,
    data_dir: Path | None,
    port: int,
    token_file: Path | None,
    seed: int,
    replay: tuple[str, ...] = (),
    speed: float = 1.0,
) -> Settings:
    """Settings of the demo; the environment may still change what is not given here.

    Args:
        data_dir: None is a folder of the demo's own, apart from real data.
        port: Of the API; 0 takes any that is free.
        token_file: None is a file in the data directory.
        seed: Of the synthetic markets.
        replay: Recordings to play instead, as ``FILE`` (of BTC/USDT) or ``SYMBOL=FILE``.
        speed: Of the replay, 1 is real time.

    Raises:
        InvalidRequest: A value cannot be used; the message names it.
    """
    files = [_recorded_file(text) for text in replay]
    symbols = list(dict.fromkeys(file["symbol"] for file in files))
    market: dict[str, Any] = {"kind": "synthetic", "seed": seed}
    if files:
        market = {"kind": "replay", "files": files, "speed": speed}
    api: dict[str, Any] = {"port": port}
    if token_file is not None:
        api["token_file"] = token_file
    overrides = {
        "data_dir": data_dir or default_data_dir("algotradehub-demo"),
        "api": api,
        "paper_venues": [
            {
                "id": venue,
                "listings": [{"symbol": symbol} for symbol in symbols] or _LISTINGS[venue],
                "opening": _opening(symbols),
                "market": market,
                **character,
            }
            for venue, character in _VENUES.items()
        ],
        "accounts": [
            {"id": account, "venue": venue, "limits": _LIMITS}
            for venue, account in _ACCOUNTS.items()
        ],
        "strategies": [
            {
                "kind": "market_maker",
                "name": STRATEGY,
                "account": STRATEGY_ACCOUNT,
                "symbol": symbols[0] if symbols else _SYMBOL,
            }
        ],
    }
    return load(overrides=overrides)


def _opening(symbols: list[str]) -> dict[str, str]:
    """Some of everything, so that both sides can be traded from the start."""
    opening = {"BTC": "1", "ETH": "20", "USDT": "100000"}
    for symbol in symbols:
        base, _, rest = symbol.partition("/")
        quote, _, settle = rest.partition(":")
        for asset in (base, quote, settle or quote):
            opening.setdefault(asset, "100000")
    return opening


def _recorded_file(text: str) -> dict[str, str]:
    match = _REPLAYED.fullmatch(text)
    if match is None:
        return {"path": text, "symbol": _SYMBOL}
    return {"path": match["file"], "symbol": match["symbol"]}
