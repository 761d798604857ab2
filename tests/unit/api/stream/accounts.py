"""An account that changes at random, without a desk: what the account topic is tested with."""

from decimal import Decimal
from typing import Any, TypeAlias

import msgspec
from hypothesis import strategies as st

from algotradehub.api.bridge import plain
from algotradehub.api.stream.account_log import AccountTopic, Holdings
from algotradehub.api.views.holdings import PositionView, balance_view, position_view
from algotradehub.api.views.orders import order_view
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.evidence import FillCause, Liquidity
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, Asset, ClientOrderId, ExecutionId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Order, OrderStatus, PositionSide
from algotradehub.domain.position import Position
from algotradehub.ports.bus import (
    BalanceChanged,
    FillChanged,
    FillDropped,
    OrderChanged,
    PositionChanged,
)
from tests.unit.domain import examples

ACCOUNT = AccountId("a")
EPOCH = 7

# What happens, to which of a few things, and how many records later than the step before.
Step: TypeAlias = tuple[str, int, int]
STEPS = st.tuples(
    st.sampled_from(["order", "end", "fill", "drop", "position", "flat", "balance", "record"]),
    st.integers(0, 3),
    st.integers(0, 2),
)


def show_position(held: Position) -> PositionView:
    return position_view(held, examples.SPOT, Decimal(90))


class Account:
    """Publishes to ``topic`` what happens, and knows what is true."""

    def __init__(
        self, name: AccountId = ACCOUNT, *, seq: int = 100, kept: int = 1000, longest: int = 1 << 18
    ) -> None:
        self.name = name
        self.seq = seq
        self.now_ns = 0
        self.orders: dict[ClientOrderId, Order] = {}
        self.fills: dict[tuple[ClientOrderId, ExecutionId], Fill] = {}
        self.positions: dict[str, Position] = {}
        self.balances: dict[str, AssetBalance] = {}
        self._count = 0
        self.topic = AccountTopic(
            name,
            epoch=EPOCH,
            seq=lambda: self.seq,
            holdings=self.holdings,
            show_position=show_position,
            monotonic_ns=lambda: self.now_ns,
            kept=kept,
            longest_delta=longest,
        )

    def holdings(self) -> Holdings:
        return Holdings(
            orders=[order for order in self.orders.values() if not order.is_final],
            positions=[held for held in self.positions.values() if held.quantity],
            balances=self.balances.values(),
        )

    @property
    def shown(self) -> dict[str, Any]:
        """What a client shows that knows everything."""
        held = self.holdings()
        positions = [show_position(each) for each in held.positions]
        return {
            "orders": {each.order_id: plain(order_view(each)) for each in held.orders},
            "positions": {(each.symbol, each.side): plain(each) for each in positions},
            "balances": {each.asset: plain(balance_view(each)) for each in held.balances},
        }

    def step(self, step: Step) -> None:
        what, which, later = step
        self.seq += later
        self._count += 1
        match what:
            case "order":
                self._order(which, OrderStatus.OPEN)
            case "end":
                self._order(which, OrderStatus.CANCELLED)
            case "fill":
                self._fill(which)
            case "drop":
                self._drop(which)
            case "position":
                self._position(which, Decimal(self._count))
            case "flat":
                self._position(which, Decimal(0))
            case "balance":
                self._balance(which)
            case _:  # a record that changes nothing shown
                pass

    def _order(self, which: int, status: OrderStatus) -> None:
        order_id = ClientOrderId(f"{which:032x}")
        if which in {2, 3}:  # these are new ones every time
            order_id = ClientOrderId(f"{which:016x}{self._count // 2:016x}")
        order = msgspec.structs.replace(
            examples.order(), order_id=order_id, status=status, updated_ns=self._count
        )
        self.orders[order_id] = order
        self.topic.take(OrderChanged(account=self.name, account_seq=self.seq, order=order))

    def _fill(self, which: int) -> None:
        fill = Fill(
            account=self.name,
            symbol=examples.SYMBOL,
            order_id=ClientOrderId(f"{which:032x}"),
            venue_order_id=None,
            execution_id=ExecutionId(f"E{self._count if which else 0}"),
            side=Side.BUY,
            position_side=PositionSide.NET,
            price=Decimal(100),
            quantity=Decimal(self._count),
            fee=None,
            fee_asset=None,
            liquidity=Liquidity.UNKNOWN,
            cause=FillCause.TRADE,
            venue_time_ns=self._count,
            received_ns=self._count,
        )
        self.fills[fill.order_id, fill.execution_id] = fill
        self.topic.take(FillChanged(account=self.name, account_seq=self.seq, fill=fill))

    def _drop(self, which: int) -> None:
        key = next(iter(list(self.fills)[which:]), None)
        if key is not None:
            del self.fills[key]
            self.topic.take(
                FillDropped(
                    account=self.name, account_seq=self.seq, order_id=key[0], execution_id=key[1]
                )
            )

    def _position(self, which: int, quantity: Decimal) -> None:
        held = Position(
            account=self.name,
            symbol=examples.SYMBOL,
            side=list(PositionSide)[which % len(PositionSide)],
            quantity=quantity,
            cost=quantity,
            updated_ns=self._count,
        )
        self.positions[held.side] = held
        self.topic.take(PositionChanged(account=self.name, account_seq=self.seq, position=held))

    def _balance(self, which: int) -> None:
        balance = AssetBalance(
            account=self.name, asset=Asset(f"C{which}"), total=Decimal(self._count)
        )
        self.balances[balance.asset] = balance
        self.topic.take(BalanceChanged(account=self.name, account_seq=self.seq, balance=balance))
