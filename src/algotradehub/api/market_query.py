"""How a market is named in a query: by venue and symbol, since symbols contain a slash."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from algotradehub.api.fields import Name
from algotradehub.domain.ids import Symbol, VenueId

_NS_PER_S = 1_000_000_000
INTERVALS_NS = {
    "1s": _NS_PER_S,
    "1m": 60 * _NS_PER_S,
    "5m": 300 * _NS_PER_S,
    "15m": 900 * _NS_PER_S,
    "1h": 3_600 * _NS_PER_S,
    "4h": 14_400 * _NS_PER_S,
    "1d": 86_400 * _NS_PER_S,
}

VenueName = Annotated[Name, Field(examples=["paper:binance"])]
SymbolName = Annotated[Name, Field(examples=["BTC/USDT"])]


class MarketQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    venue: VenueName
    symbol: SymbolName

    @property
    def named(self) -> tuple[VenueId, Symbol]:
        return VenueId(self.venue), Symbol(self.symbol)
