"""What the stream costs: a fact noted, which the path of an order pays, and a fact told to clients.

    python -m benchmarks.stream [CLIENTS]

Without sockets: from the fact on the bus to the text of each client's message. Every fact is a
message of its own here; a running platform tells those of 10 ms in one.
"""

import json
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.api.stream.account_log import AccountTopic, Holdings
from algotradehub.api.stream.client import Client
from algotradehub.api.stream.protocol import Heartbeat, TopicKey
from algotradehub.api.stream.topic import Topic
from algotradehub.api.views.holdings import position_view
from algotradehub.connectivity.clock import monotonic_ns
from algotradehub.domain.ids import (
    AccountId,
    ClientOrderId,
    IdempotencyKey,
    Symbol,
    TenantId,
    VenueOrderId,
)
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import install_context
from algotradehub.domain.order import BaseAmount, Leg, Order, OrderRequest, OrderStatus, OrderType
from algotradehub.ports.bus import OrderChanged
from benchmarks.matching import INSTRUMENT

CLIENTS: Final = 20
FACTS: Final = 10_000
ACCOUNT: Final = AccountId("bench")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    clients: int
    noted_us: float
    told_s: float  # facts a second, each to every client


class _OneAccount:
    """Implements ``Topics``; the benchmark wakes clients itself."""

    def __init__(self, topic: AccountTopic) -> None:
        self.topic = topic
        self.wakes: list[Callable[[], None]] = []

    def join(self, key: TopicKey, wake: Callable[[], None]) -> tuple[Topic, Callable[[], None]]:
        self.wakes.append(wake)
        return self.topic, lambda: None


def measure(clients: int = CLIENTS, facts: int = FACTS) -> Row:
    install_context()
    topic = AccountTopic(
        ACCOUNT,
        epoch=1,
        seq=lambda: facts,
        holdings=lambda: Holdings(orders=(), positions=(), balances=()),
        show_position=lambda held: position_view(held, INSTRUMENT, None),
        monotonic_ns=monotonic_ns,
    )
    topics = _OneAccount(topic)
    told = [_client(topics) for _ in range(clients)]
    changes = [_fact(number) for number in range(facts)]
    noted_s = told_s = 0.0
    messages = 0
    for change in changes:
        before = time.perf_counter()
        topic.take(change)
        noted = time.perf_counter()
        for wake in topics.wakes:
            wake()
        for client in told:
            while client.take() is not None:
                messages += 1
        noted_s += noted - before
        told_s += time.perf_counter() - noted
    assert messages == clients * facts
    return Row(clients=clients, noted_us=noted_s / facts * 1e6, told_s=facts / (noted_s + told_s))


def _client(topics: _OneAccount) -> Client:
    client = Client(
        topics,
        admit=lambda token: token is None,
        welcome=lambda: Heartbeat(at_ns=1),
        ready=lambda: None,
    )
    client.receive('{"op":"hello"}')
    client.receive(json.dumps({"op": "subscribe", "topic": "account", "account": ACCOUNT}))
    while client.take() is not None:
        pass
    return client


def _fact(number: int) -> OrderChanged:
    order_id = ClientOrderId(f"{number:032x}")
    request = OrderRequest(
        tenant=TenantId("bench"),
        account=ACCOUNT,
        symbol=Symbol("BTC/USDT"),
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=BaseAmount(Decimal("0.01")),
        idempotency_key=IdempotencyKey(str(number)),
        limit_price=Decimal("60000.1"),
    )
    leg = Leg(
        client_order_id=order_id,
        venue_order_id=VenueOrderId(f"V{number}"),
        quantity=Decimal("0.01"),
        limit_price=Decimal("60000.1"),
    )
    order = Order(
        order_id=order_id,
        request=request,
        status=OrderStatus.OPEN,
        legs=(leg,),
        created_ns=1_800_000_000_000_000_000,
        updated_ns=1_800_000_000_000_000_000,
        send_before_ns=1_800_000_005_000_000_000,
        reserve_price=Decimal("60000.1"),
    )
    return OrderChanged(account=ACCOUNT, account_seq=number + 1, order=order)


def main(arguments: list[str]) -> None:
    row = measure(int(arguments[0]) if arguments else CLIENTS)
    print(f"{row.clients} clients: {row.told_s:,.0f} facts/s; {row.noted_us:.2f} us to note one")


if __name__ == "__main__":
    main(sys.argv[1:])
