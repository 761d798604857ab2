"""Fills, positions and balances over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from algotradehub.api.answers import answer
from algotradehub.api.fields import Name
from algotradehub.api.parts import ApiParts, Parts
from algotradehub.api.schema import answers
from algotradehub.api.valuation import valued_position
from algotradehub.api.views.holdings import (
    AggregatedPositions,
    Balances,
    FillPage,
    Positions,
    aggregated_view,
    balance_view,
)
from algotradehub.api.waiting import settled
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol

router = APIRouter(tags=["holdings"])


class FillQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    order_id: Name | None = None
    account: Name | None = None
    symbol: Name | None = None
    cursor: Annotated[
        int | None, Field(ge=0, lt=2**63, description="``next_cursor`` of the page before.")
    ] = None
    limit: int = Field(default=100, ge=1, le=500)


class HoldingsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: Name | None = None


class PositionQuery(HoldingsQuery):
    flat: bool = Field(default=True, description="False leaves out what is flat.")


@router.get("/fills", responses=answers(200, FillPage, "A page of fills"))
async def list_fills(parts: Parts, query: Annotated[FillQuery, Query()]) -> Response:
    """List fills, newest first. A provisional one is replaced when its executions are known."""
    complete = await settled(parts.queries)
    found = await parts.queries.fills(
        tenant=parts.tenant,
        order_id=None if query.order_id is None else ClientOrderId(query.order_id),
        account=None if query.account is None else AccountId(query.account),
        symbol=None if query.symbol is None else Symbol(query.symbol),
        before_ns=query.cursor,
        limit=query.limit,
    )
    is_full = len(found) >= query.limit
    next_cursor = str(found[-1].venue_time_ns) if is_full else None
    return answer(FillPage(fills=found, next_cursor=next_cursor, complete=complete))


@router.get("/positions", responses=answers(200, Positions, "Positions"))
async def list_positions(parts: Parts, query: Annotated[PositionQuery, Query()]) -> Response:
    """List positions with their profit, where a price is known."""
    held = parts.state.positions.all(_accounts(parts, query.account))
    shown = [valued_position(parts, each) for each in held if query.flat or each.quantity]
    return answer(Positions(positions=shown))


@router.get(
    "/positions/aggregated",
    responses=answers(200, AggregatedPositions, "Positions by base asset"),
)
async def list_aggregated_positions(
    parts: Parts, query: Annotated[PositionQuery, Query()]
) -> Response:
    """List one position per base asset and quote, over every account that holds it."""
    whole = parts.state.positions.aggregated(_accounts(parts, query.account))
    shown = [
        aggregated_view(each, [valued_position(parts, held) for held in each.positions])
        for each in whole
        if query.flat or any(held.quantity for held in each.positions)
    ]
    return answer(AggregatedPositions(positions=shown))


@router.get("/balances", responses=answers(200, Balances, "Balances"))
async def list_balances(parts: Parts, query: Annotated[HoldingsQuery, Query()]) -> Response:
    """List what each account holds of each asset."""
    held = parts.state.balances.all(_accounts(parts, query.account))
    return answer(Balances(balances=[balance_view(each) for each in held]))


def _accounts(parts: ApiParts, account: str | None) -> frozenset[AccountId]:
    """The tenant's accounts, or the one that was named if it is among them."""
    if account is not None:
        return frozenset({parts.orders.desk(AccountId(account), parts.tenant).account_id})
    return frozenset(desk.account_id for desk in parts.desks)
