"""Every operation against the real API over a real desk: answers decode, and encode to the same."""

import inspect
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from algotradehub.client import (
    ApiProblem,
    Request,
    Unreadable,
    Unrecognised,
    encode,
    exchange,
    operations,
)
from algotradehub.client.bodies import (
    BatchOrder,
    BatchOrders,
    CancelOrders,
    ChangeOrder,
    CloseAll,
    DecideOrder,
    HaltAccount,
    PauseVenue,
    PlaceOrder,
    StopAccounts,
    TriggerBody,
)
from algotradehub.client.exchange import Reply
from algotradehub.client.methods import AsyncMethods
from algotradehub.client.models import OrderDone, OrderFailed, OrderStatus, Side
from algotradehub.client.request import Answer
from algotradehub.domain.ids import ClientOrderId
from tests.unit.api.gateway import ACCOUNT, SPOT, VENUE, Gateway, gateway

URL = "http://localhost:8000"
TOKEN = "t" * 20
MARKET: Mapping[str, Any] = {"venue": VENUE, "symbol": SPOT.symbol}
OPERATIONS = {
    name
    for name, found in inspect.getmembers(operations, inspect.isfunction)
    if found.__module__ == operations.__name__
}


class InProcess(AsyncMethods):
    """The client's own methods, with the API called without a socket."""

    def __init__(self, api: Gateway) -> None:
        self.api = api
        self.asked: list[str] = []

    async def send(self, request: Request[Answer]) -> Answer:
        wire = exchange.outgoing(request, TOKEN)
        told = await self.api.ask(
            wire.method,
            wire.target,
            raw=wire.content,
            headers=[(name.lower(), value) for name, value in wire.headers.items()],
        )
        reply = Reply(told.status, told.body, told.headers.get("retry-after"))
        answer = exchange.typed(request, reply, URL)
        if request.answer:
            assert json.loads(encode(answer)) == told.json
            assert not unrecognised(answer)
        return answer


def unrecognised(value: object) -> bool:
    """Whether something of our own API is new to its own client."""
    if isinstance(value, tuple):
        return any(map(unrecognised, value))
    names = getattr(value, "__struct_fields__", ())
    return isinstance(value, Unrecognised) or any(unrecognised(getattr(value, n)) for n in names)


def order(**changes: Any) -> PlaceOrder:
    usual: dict[str, Any] = {
        "account": ACCOUNT,
        "symbol": SPOT.symbol,
        "side": "BUY",
        "type": "LIMIT",
        "quantity": Decimal("0.010"),
        "limit_price": "60000.1",
    }
    return PlaceOrder(**usual | changes)


def of_batch(key: str, **changes: Any) -> BatchOrder:
    placed = order(**changes)
    return BatchOrder(
        key=key,
        account=placed.account,
        symbol=placed.symbol,
        side=placed.side,
        type=placed.type,
        quantity=placed.quantity,
        limit_price=placed.limit_price,
    )


async def test_orders_are_answered_as_they_are_typed() -> None:
    async with gateway(token=TOKEN) as api:
        client = InProcess(api)
        placed = await client.place_order(order(metadata={"a": "1"}), idempotency_key="k1")
        assert (placed.status, placed.side) == (OrderStatus.OPEN, Side.BUY)
        assert placed.limit_price == Decimal("60000.1")
        id_ = placed.order_id
        api.account.fill(ClientOrderId(id_), quantity=Decimal("0.004"), price=Decimal(60000))
        changed = await client.change_order(id_, ChangeOrder(limit_price=Decimal(59000)))
        assert changed.order_id == id_
        stop = order(
            type="STOP_LIMIT",
            limit_price="61000",
            metadata={"note": "é"},
            trigger=TriggerBody(price="61000", direction="RISES_TO"),
        )
        stopped = await client.place_order(stop, idempotency_key="k2")
        assert stopped.trigger is not None
        assert stopped.trigger.price == Decimal(61000)
        outcomes = await client.place_orders(
            BatchOrders(orders=[of_batch("b1"), of_batch("b2", quantity="0")])
        )
        assert [type(each) for each in outcomes.results] == [OrderDone, OrderFailed]
        assert (await client.get_order(id_)).filled == Decimal("0.004")
        timeline = await client.get_order_timeline(id_)
        assert len({type(each.body) for each in timeline.records}) > 2
        page = await client.list_orders(status=[OrderStatus.PARTIALLY_FILLED], limit=1)
        assert [each.order_id for each in page.orders] == [id_]
        assert len((await client.list_fills(order_id=id_)).fills) == 1
        assert (await client.cancel_order(id_)).order_id == id_
        assert (await client.cancel_orders(CancelOrders(account=ACCOUNT))).results


async def test_doubtful_orders_are_answered_as_they_are_typed() -> None:
    async with gateway(token=TOKEN) as api:
        client = InProcess(api)
        id_ = (await client.place_order(order(), idempotency_key="k1")).order_id
        await client.list_stuck_orders()
        assert (await client.get_stuck_order(id_)).stuck.question is None
        assert (await client.ask_again(id_)).look_ups == 0
        told = DecideOrder(status="CANCELLED", filled="0.004", reason="é")
        with pytest.raises(ApiProblem):
            await client.decide_order(id_, told)
        with pytest.raises(ApiProblem):
            await client.approve_decision(id_)
        with pytest.raises(ApiProblem):
            await client.fire_order(id_)
        assert (await client.force_cancel(id_)).order.account == ACCOUNT


async def test_markets_and_holdings_are_answered_as_they_are_typed() -> None:
    async with gateway(token=TOKEN) as api:
        api.show_market()
        client = InProcess(api)
        await client.list_positions(account=ACCOUNT, flat=False)
        await client.list_aggregated_positions()
        await client.list_balances()
        await client.list_accounts()
        await client.get_limits(ACCOUNT)
        await client.list_instruments(venue=VENUE, limit=1)
        await client.get_book(**MARKET, depth=1)
        await client.list_candles(**MARKET, from_="1970-01-01T00:00:00Z", limit=10)
        await client.list_quotes(venue=VENUE, symbol=[SPOT.symbol])
        await client.list_tickers(venue=VENUE)
        await client.list_trades(**MARKET)
        explained = await client.explain_order(order(limit_price="60000"))
        assert explained.passes
        assert (await client.get_risk()).uses is not None
        (venue,) = (await client.list_venues()).venues
        assert venue.accounts == (ACCOUNT,)
        assert (await client.pause_venue(VENUE, PauseVenue(reason="é"))).paused
        assert (await client.get_pause(VENUE)).reason == "é"
        assert not (await client.resume_venue(VENUE)).paused
        assert (await client.ready()).ready
        assert (await client.health()).status
        assert "orders_total" in await client.metrics()


async def test_halts_and_stops_are_answered_as_they_are_typed() -> None:
    async with gateway(token=TOKEN) as api:
        client = InProcess(api)
        assert (await client.halt_account(ACCOUNT, HaltAccount(reason="é"))).halted
        assert (await client.get_halt(ACCOUNT)).reason == "é"
        assert not (await client.resume_account(ACCOUNT)).halted
        compared = await client.reconcile_account(ACCOUNT)
        assert (await client.list_reconciliations(ACCOUNT)).reconciliations[0] == compared
        stopping = await client.stop_accounts(StopAccounts(reason="é"))
        assert [each.stopped for each in stopping.accounts] == [True]
        assert (await client.get_stop()).accounts[0].reason == "é"
        assert (await client.get_stop_report(account=ACCOUNT)).summary.reason == "é"
        closing = await client.close_all(CloseAll(reason="é", cancel_first=True))
        assert [each.account for each in closing.accounts] == [ACCOUNT]
        assert (await client.get_close_all()).accounts[0].reason == "é"
        assert (await client.list_actions(limit=1)).actions
        assert (await client.list_operations(account=ACCOUNT, limit=1)).operations is not None
        assert (await client.get_audit_stats()).stats is not None
        assert (await client.get_audit_head()).seq


def test_the_tests_before_leave_none_out() -> None:
    source = Path(__file__).read_text()
    left_out = [name for name in sorted(OPERATIONS) if f"client.{name}(" not in source]
    assert not left_out


@pytest.mark.parametrize("name", sorted(OPERATIONS))
async def test_without_the_token_it_is_refused_or_open(name: str) -> None:
    async with gateway(token="another" + TOKEN) as api:
        client = InProcess(api)
        method = getattr(client, name)
        wanted = inspect.signature(method).parameters.values()
        given = {
            each.name: sample(each.annotation) for each in wanted if each.default is each.empty
        }
        if name in {"health", "ready"}:
            await method(**given)
            return
        with pytest.raises(ApiProblem) as raised:
            await method(**given)
        assert raised.value.status == 401


def sample(annotation: str) -> object:
    if annotation.startswith("Sequence"):
        return ["x"]
    return "x" if annotation == "str" else {}


async def test_a_broken_rule_is_told_as_a_problem() -> None:
    async with gateway(token=TOKEN) as api:
        with pytest.raises(ApiProblem) as raised:
            await InProcess(api).place_order(order(quantity="abc"), idempotency_key="k1")
        (refusal,) = raised.value.problem.errors
        assert refusal.field == "quantity"


async def test_an_answer_that_is_not_typed_so_is_noticed() -> None:
    """What the tests above rest on: an answer of another operation does not pass."""
    async with gateway(token=TOKEN) as api:
        wrong: Request[Any] = Request(
            method="GET", path="/health", answer="OrderView", repeatable=True
        )
        with pytest.raises(Unreadable):
            await InProcess(api).send(wrong)
