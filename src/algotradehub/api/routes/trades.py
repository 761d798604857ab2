"""Public trades over HTTP; executions of your own orders are fills."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from algotradehub.api.answers import answer
from algotradehub.api.market_query import MarketQuery
from algotradehub.api.parts import Parts
from algotradehub.api.schema import answers
from algotradehub.api.views.markets import Trades, trade_view
from algotradehub.trading.tickers import TRADES_KEPT

router = APIRouter(tags=["markets"])


class TradeQuery(MarketQuery):
    limit: int = Field(default=100, ge=1, le=TRADES_KEPT)


@router.get("/trades", responses=answers(200, Trades, "The newest trades"))
async def list_trades(parts: Parts, query: Annotated[TradeQuery, Query()]) -> Response:
    """List the newest public trades since the start; the newest thousand are kept."""
    venue, symbol = query.named
    parts.feed(venue, [symbol])
    kept = parts.market.trades(venue, symbol, query.limit)
    return answer(Trades(venue=venue, symbol=symbol, trades=[trade_view(each) for each in kept]))
