"""Order books over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from algotradehub.api.answers import answer
from algotradehub.api.market_query import MarketQuery
from algotradehub.api.parts import Parts
from algotradehub.api.schema import answers
from algotradehub.api.views.markets import Book, book_view

router = APIRouter(tags=["markets"])


class BookQuery(MarketQuery):
    depth: int = Field(default=50, ge=1, le=200, description="Levels of each side.")


@router.get("/books", responses=answers(200, Book, "The book", 429, 502))
async def get_book(parts: Parts, query: Annotated[BookQuery, Query()]) -> Response:
    """Read the best levels of a book as they are now."""
    venue, symbol = query.named
    feed = parts.feed(venue, [symbol])
    return answer(book_view(await feed.book(symbol, query.depth)))
