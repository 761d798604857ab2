"""What can be followed. Each function names one topic; ``AsyncClient.stream`` takes them."""

from __future__ import annotations

import msgspec


class Topic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A topic with its parameters; those that it does not have are empty."""

    topic: str
    account: str = ""
    venue: str = ""
    symbol: str = ""
    interval: str = ""


def account(name: str) -> Topic:
    """Orders, fills, positions and balances of one account."""
    return Topic(topic="account", account=name)


def ticker(venue: str, symbol: str) -> Topic:
    """Best prices, last price and the last 24 hours of one market."""
    return Topic(topic="ticker", venue=venue, symbol=symbol)


def book(venue: str, symbol: str) -> Topic:
    """The best 20 levels of each side of one market."""
    return Topic(topic="book", venue=venue, symbol=symbol)


def trades(venue: str, symbol: str) -> Topic:
    """Public trades of one market."""
    return Topic(topic="trades", venue=venue, symbol=symbol)


def candles(venue: str, symbol: str, interval: str = "1m") -> Topic:
    """Candles of one market, such as ``1m`` or ``1h``; the newest may still run."""
    return Topic(topic="candles", venue=venue, symbol=symbol, interval=interval)


def system() -> Topic:
    """What accounts accept, how venues are, and alerts."""
    return Topic(topic="system")
