"""Instruments and quotes over HTTP."""

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from algotradehub.api.answers import answer
from algotradehub.api.fields import Name
from algotradehub.api.market_query import SymbolName, VenueName
from algotradehub.api.parts import ApiParts, Parts
from algotradehub.api.schema import answers
from algotradehub.api.views.markets import InstrumentPage, Quotes, QuoteView
from algotradehub.domain.ids import AccountId, Symbol, VenueId
from algotradehub.domain.instrument import Instrument

router = APIRouter(tags=["markets"])

_NS_PER_MS = 1_000_000


class InstrumentQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: Name | None = None
    venue: Name | None = None
    symbol: Name | None = Field(default=None, description="What the symbol starts with.")
    cursor: str | None = Field(
        default=None, max_length=200, description="``next_cursor`` of the page before."
    )
    limit: int = Field(default=500, ge=1, le=1000)


class QuoteQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    venue: VenueName
    symbol: list[SymbolName] = Field(min_length=1, max_length=100, description="May be repeated.")


@router.get("/instruments", responses=answers(200, InstrumentPage, "A page of instruments"))
async def list_instruments(parts: Parts, query: Annotated[InstrumentQuery, Query()]) -> Response:
    """List what your accounts can trade, and the rules of price and quantity."""
    after = tuple((query.cursor or "").split(" ", 1))
    listed = _listed(parts, query)
    rest = (key for key in sorted(listed) if key > after)
    page = list(islice(rest, query.limit))
    return answer(
        InstrumentPage(
            instruments=[listed[key] for key in page],
            next_cursor=" ".join(page[-1]) if len(page) == query.limit else None,
        )
    )


@router.get("/quotes", responses=answers(200, Quotes, "The newest quotes"))
async def list_quotes(parts: Parts, query: Annotated[QuoteQuery, Query()]) -> Response:
    """Read the newest known quotes of one venue; a symbol without one is left out."""
    venue = VenueId(query.venue)
    parts.feed(venue)
    now_ns = parts.clock.now_ns()
    known = (parts.market.quote(venue, Symbol(symbol)) for symbol in dict.fromkeys(query.symbol))
    shown = [
        QuoteView(quote=quote, age_ms=max(0, now_ns - quote.received_ns) // _NS_PER_MS)
        for quote in known
        if quote is not None
    ]
    return answer(Quotes(quotes=shown))


def _listed(parts: ApiParts, query: InstrumentQuery) -> dict[tuple[str, ...], Instrument]:
    """By venue and symbol: two accounts at one venue list the same."""
    desks = parts.desks
    if query.account is not None:
        desks = (parts.orders.desk(AccountId(query.account), parts.tenant),)
    return {
        (instrument.venue, instrument.symbol): instrument
        for desk in desks
        if query.venue in {None, desk.account.venue}
        for instrument in desk.instruments.values()
        if instrument.symbol.startswith(query.symbol or "")
    }
