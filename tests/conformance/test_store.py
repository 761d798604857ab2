"""Every Store keeps the promises of its port: SQLite in a file and in memory."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from itertools import count
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.conformance.store import SUITE, keeps_every_value_exactly
from algotradehub.conformance.store_samples import (
    ACCOUNT,
    SYMBOL,
    NewStore,
    fill_of,
    order_of,
    record_of,
)
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.commands import Operation
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import Asset, ClientOrderId, ExecutionId
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    Doubt,
    Order,
    OrderStatus,
    Origin,
    QuoteAmount,
)
from algotradehub.domain.position import Position
from algotradehub.domain.records import Body, Intent, Responded
from algotradehub.ports.store import Changes
from algotradehub.storage.sqlite.store import SqliteStore


@pytest.fixture(params=["file", "memory"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewStore]:
    numbers = count()
    with ExitStack() as opened:

        def new() -> SqliteStore:
            name = ":memory:" if request.param == "memory" else tmp_path / f"{next(numbers)}.sqlite"
            return opened.enter_context(closing(SqliteStore(name)))

        yield new


@pytest.mark.parametrize("promise", SUITE, ids=lambda promise: promise.__name__)
def test_the_store_keeps_its_promise(
    promise: Callable[[NewStore], None], new_store: NewStore
) -> None:
    promise(new_store)


AMOUNTS = st.builds(
    lambda digits, exponent, negative: Decimal(digits).scaleb(exponent) * (-1 if negative else 1),
    st.integers(0, 10**20),
    st.integers(-18, 6),
    st.booleans(),
)
TEXTS = st.text(max_size=20)
TIMES = st.integers(0, 2**63 - 1)


@st.composite
def changed_orders(draw: st.DrawFn, number: int) -> Order:
    order = order_of(
        number,
        status=draw(st.sampled_from(OrderStatus)),
        amount=draw(st.builds(BaseAmount, AMOUNTS) | st.builds(QuoteAmount, AMOUNTS)),
    )
    changed = {
        "filled": draw(AMOUNTS),
        "paid": draw(AMOUNTS),
        "provisional": draw(AMOUNTS),
        "cancel_pending": draw(st.booleans()),
        "amend_pending": draw(st.none() | st.builds(Amendment, limit_price=AMOUNTS)),
        "doubt": draw(st.none() | st.builds(Doubt, what=TEXTS, since_ns=TIMES)),
        "origin": draw(st.none() | st.sampled_from(Origin)),
        "reason": draw(TEXTS),
        "updated_ns": draw(TIMES),
    }
    return msgspec.structs.replace(order, **changed)


@st.composite
def batches(draw: st.DrawFn) -> Changes:
    orders = [draw(changed_orders(number)) for number in range(draw(st.integers(0, 3)))]
    fills: dict[tuple[ClientOrderId, ExecutionId], Fill] = {}
    for order in orders:
        for name in draw(st.sets(TEXTS, max_size=3)):
            fill = fill_of(order, name, at_ns=draw(TIMES))
            fee = draw(st.none() | AMOUNTS)
            fills[fill.order_id, fill.execution_id] = msgspec.structs.replace(
                fill, price=draw(AMOUNTS), fee=fee
            )
    position = Position(
        account=ACCOUNT,
        symbol=SYMBOL,
        quantity=draw(AMOUNTS),
        cost=draw(AMOUNTS),
        fees=draw(st.dictionaries(TEXTS.map(Asset), AMOUNTS, max_size=2)),
    )
    balance = AssetBalance(
        account=ACCOUNT, asset=Asset("USDT"), posted=draw(AMOUNTS), total=draw(st.none() | AMOUNTS)
    )
    bodies: list[Body] = []
    for order in orders:
        bodies += [
            Intent(order=order),
            Responded(
                request_id=1,
                operation=Operation.ORDER_SUBMIT,
                client_order_id=order.order_id,
                body=draw(st.binary(max_size=20)),
            ),
        ]
    return Changes(
        applied_seq=draw(st.integers(len(bodies), 2**63 - 1)),
        records=[record_of(seq, body) for seq, body in enumerate(bodies, 1)],
        orders={order.order_id: (order, 1) for order in orders},
        fills=fills,
        positions={(ACCOUNT, SYMBOL, "NET"): position},
        balances={(ACCOUNT, "USDT"): balance},
    )


@given(changes=batches())
def test_values_come_back_digit_by_digit(changes: Changes) -> None:
    with closing(SqliteStore()) as store:
        keeps_every_value_exactly(lambda: store, changes)
