"""Tickers over HTTP."""

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from algotradehub.api.answers import answer
from algotradehub.api.fields import Name
from algotradehub.api.market_query import SymbolName, VenueName
from algotradehub.api.parts import Parts
from algotradehub.api.schema import answers
from algotradehub.api.views.tickers import TickerPage, ticker_view
from algotradehub.domain.ids import Symbol, VenueId

router = APIRouter(tags=["markets"])


class TickerQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    venue: VenueName
    symbol: list[SymbolName] = Field(
        default=[], max_length=100, description="May be repeated; without it all of the venue."
    )
    cursor: Name | None = Field(default=None, description="``next_cursor`` of the page before.")
    limit: int = Field(default=100, ge=1, le=100)


@router.get("/tickers", responses=answers(200, TickerPage, "A page of tickers"))
async def list_tickers(parts: Parts, query: Annotated[TickerQuery, Query()]) -> Response:
    """List best prices, last price and the last 24 hours of one venue's markets.

    `limit` and `cursor` page through all of a venue; named symbols come on one page.
    """
    venue, market = VenueId(query.venue), parts.market
    wanted = [Symbol(symbol) for symbol in dict.fromkeys(query.symbol)]
    next_cursor = None
    parts.feed(venue, wanted)
    if not wanted:
        rest = (each for each in market.symbols(venue) if each > (query.cursor or ""))
        wanted = list(islice(rest, query.limit))
        next_cursor = wanted[-1] if len(wanted) == query.limit else None
    now_ns = parts.clock.now_ns()
    stale = market.is_stale(venue, now_ns)
    return answer(
        TickerPage(
            tickers=[
                ticker_view(venue, symbol, market.ticker(venue, symbol), stale=stale, now_ns=now_ns)
                for symbol in wanted
            ],
            next_cursor=next_cursor,
        )
    )
