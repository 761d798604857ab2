"""A client's memory: what somebody knows who followed the messages of one topic as documented."""

import json
from decimal import Decimal
from typing import Any

FINAL = {"FILLED", "CANCELLED", "REJECTED", "EXPIRED"}


class AccountMirror:
    """Orders, fills, positions and balances of one account, as its messages add up."""

    def __init__(self) -> None:
        self.orders: dict[str, Any] = {}
        self.fills: dict[tuple[str, str], Any] = {}
        self.positions: dict[tuple[str, str], Any] = {}
        self.balances: dict[str, Any] = {}
        self.epoch = self.seq = 0
        self.resets: list[str] = []
        self.kinds: list[str] = []

    @property
    def position(self) -> dict[str, int]:
        """From where to resume."""
        return {"epoch": self.epoch, "seq": self.seq}

    def hear(self, text: str) -> None:
        told = json.loads(text)
        assert told["topic"] == "account"
        self.kinds.append(told["type"])
        match told["type"]:
            case "reset":
                self.resets.append(told["reason"])
                return
            case "snapshot":
                self.epoch = told["epoch"]
                for known in (self.orders, self.positions, self.balances):
                    known.clear()
            case _:
                assert told["type"] == "delta"
                assert told["seq"] >= self.seq
        self.seq = told["seq"]
        for order in told.get("orders", ()):
            self.orders[order["order_id"]] = order
        for fill in told.get("fills", ()):
            self.fills[fill["order_id"], fill["execution_id"]] = fill
        for fill in told.get("dropped_fills", ()):
            self.fills.pop((fill["order_id"], fill["execution_id"]), None)
        for held in told.get("positions", ()):
            self.positions[held["symbol"], held["side"]] = held
        for balance in told.get("balances", ()):
            self.balances[balance["asset"]] = balance

    @property
    def holdings(self) -> dict[str, Any]:
        """What is open now, of which a snapshot tells everything."""
        return {
            "orders": {key: o for key, o in self.orders.items() if o["status"] not in FINAL},
            "positions": {
                key: held for key, held in self.positions.items() if Decimal(held["quantity"])
            },
            "balances": dict(self.balances),
        }


class BookMirror:
    """Levels by price, as snapshot and changes add up."""

    def __init__(self) -> None:
        self.bids: dict[Decimal, Decimal] = {}
        self.asks: dict[Decimal, Decimal] = {}
        self.seq = 0

    def hear(self, text: str) -> None:
        told = json.loads(text)
        if told["type"] == "snapshot":
            self.bids, self.asks = {}, {}
            assert told["seq"] == 1
        else:
            assert told["seq"] == self.seq + 1
        self.seq = told["seq"]
        for side, levels in ((self.bids, told["bids"]), (self.asks, told["asks"])):
            for price, quantity in levels:
                if Decimal(quantity):
                    side[Decimal(price)] = Decimal(quantity)
                else:
                    del side[Decimal(price)]
