"""Candles over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, Field, WithJsonSchema

from algotradehub.api.answers import answer
from algotradehub.api.fields import Instant, broken
from algotradehub.api.market_query import INTERVALS_NS, MarketQuery
from algotradehub.api.parts import Parts
from algotradehub.api.refusals import nearest_word
from algotradehub.api.schema import answers
from algotradehub.api.views.markets import Candles, candle_view
from algotradehub.domain.errors import InvalidRequest, Refusal, Unsupported
from algotradehub.ports.venue import MarketFeed

router = APIRouter(tags=["markets"])

MOST = 1_000


def _interval(word: str) -> str:
    if word not in INTERVALS_NS:
        rule = f"one of {', '.join(INTERVALS_NS)}"
        raise broken(rule, nearest_word(word, INTERVALS_NS))
    return word


class CandleQuery(MarketQuery):
    interval: Annotated[
        str,
        AfterValidator(_interval),
        WithJsonSchema({"type": "string", "enum": list(INTERVALS_NS)}),
    ] = "1m"
    start: Instant | None = Field(
        default=None, alias="from", description="Of the first; else the newest before ``to``."
    )
    end: Instant | None = Field(default=None, alias="to", description="Exclusive; else now.")
    limit: int = Field(default=500, ge=1, le=MOST, description="Intervals that are looked at.")


@router.get("/candles", responses=answers(200, Candles, "Candles", 429, 502))
async def list_candles(parts: Parts, query: Annotated[CandleQuery, Query()]) -> Response:
    """List candles, oldest first; the newest may still run, and tells what was heard of it.

    At most `limit` intervals are looked at, from `from` on or before `to`. To go on, ask again
    `from` that many intervals later.
    """
    venue, symbol = query.named
    feed = parts.feed(venue, [symbol])
    interval_ns = INTERVALS_NS[query.interval]
    end_ns = parts.clock.now_ns() if query.end is None else query.end
    span_ns = query.limit * interval_ns
    start_ns = max(0, end_ns - span_ns) if query.start is None else query.start
    end_ns = min(end_ns, start_ns + span_ns)
    try:
        found = await feed.candles(
            symbol, interval_ns=interval_ns, start_ns=start_ns, end_ns=end_ns
        )
    except Unsupported:
        raise InvalidRequest(_not_offered(feed, query.interval)) from None
    shown = list(found)
    running = parts.market.running_candle(venue, symbol, interval_ns)
    newest_ns = shown[-1].start_ns if shown else start_ns - 1
    if running is not None and newest_ns < running.start_ns < end_ns:
        shown.append(running)
    return answer(
        Candles(
            venue=venue,
            symbol=symbol,
            interval=query.interval,
            candles=[candle_view(each) for each in shown],
        )
    )


def _not_offered(feed: MarketFeed, interval: str) -> Refusal:
    offered = [word for word, ns in INTERVALS_NS.items() if ns in feed.candle_intervals_ns]
    rule = f"an interval of {feed.venue}: {', '.join(offered)}"
    return Refusal(field="interval", rule=rule, value=interval, nearest=offered[0])
