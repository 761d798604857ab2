"""Settings of paper venues."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec

from algotradehub.domain import money
from algotradehub.domain.reading import listed
from algotradehub.matching.candle_path import LimitsFill
from algotradehub.matching.self_trade import SelfTrade
from algotradehub.settings.fields import (
    Bps,
    NotNegative,
    PaperVenueName,
    Positive,
    Share,
    SymbolText,
    above_zero,
    from_to,
    refused,
    require_unique,
)

Lacking: TypeAlias = Literal[
    "STOP_MARKET",
    "STOP_LIMIT",
    "TAKE_PROFIT_MARKET",
    "TAKE_PROFIT_LIMIT",
    "TRAILING_STOP",
    "GTD",
]


class ListingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument of a paper venue; the last four shape a synthetic market."""

    symbol: SymbolText
    tick: Positive | None = None  # None: 0.01, or as fine as the recording that is replayed
    lot: Positive = Decimal("0.00001")
    min_notional: NotNegative = Decimal(5)  # quote units
    price: Positive | None = None  # where a synthetic market starts
    volatility: Annotated[float, above_zero(20)] = 0.6  # of a year
    spread_bps: Annotated[float, above_zero(1_000)] = 1.0
    trades_per_s: Annotated[float, above_zero(100)] = 0.5


class SyntheticSettings(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="synthetic"
):
    """Seeded prices and a crowd that trades around them."""

    seed: int = 1
    rate_hz: Annotated[float, from_to(0.1, 100)] = 5.0


class RecordedFile(msgspec.Struct, frozen=True, kw_only=True):
    """Recorded market data of one symbol, in any format ``data import`` reads."""

    path: Path
    symbol: SymbolText


class FillSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording leaves open about our fills; see ``matching``: the rule, queue, slippage."""

    limits_fill: LimitsFill = LimitsFill.THROUGH  # of candles: whether to touch a price is enough
    max_volume_share: Share | None = None  # of a candle's volume; None: no limit
    queue_exponent: Annotated[int, from_to(1, 8)] | None = None  # None: none before us withdraws
    slippage_bps: Bps = money.ONE  # where only prints or candles are recorded


class ReplaySettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="replay"):
    """Recorded market data, played as if it happened now."""

    files: Annotated[tuple[RecordedFile, ...], listed(1)]
    speed: Annotated[float, above_zero(1_000_000)] = 1.0  # 1 is real time
    loop: bool = True
    fills: FillSettings = FillSettings()


class LatencySettings(msgspec.Struct, frozen=True, kw_only=True):
    """How long the way to a paper venue and back takes."""

    request_s: Annotated[float, from_to(0, 10)] = 0.0  # from our sending to the venue's acting
    answer_s: Annotated[float, from_to(0, 10)] = 0.0  # from the venue's acting to our hearing
    jitter: Annotated[float, from_to(0, 1)] = 0.2  # a share, more or less


class TroubleSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A bad line to a paper venue: it is cut now and then, and answers are lost."""

    every_s: Annotated[float, above_zero(86_400)] = 60.0  # between outages, on average
    for_s: Annotated[float, above_zero(3_600)] = 4.0  # that an outage lasts
    loses: Annotated[float, from_to(0, 1)] = 0.05  # share of the answers


class PaperVenueSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A venue in our own process."""

    id: PaperVenueName
    listings: Annotated[tuple[ListingSettings, ...], listed(1)]
    maker_fee: Decimal = Decimal("0.001")  # a rate; negative is a rebate
    taker_fee: Decimal = Decimal("0.001")
    opening: dict[str, NotNegative] = msgspec.field(  # of each account, when it is new
        default_factory=lambda: {"USDT": Decimal(100_000)}
    )
    leverage: Positive = Decimal(1)
    latency: LatencySettings | None = None  # None: nothing takes time
    # When two orders of one account would match; in a replay they never meet.
    self_trade: SelfTrade = SelfTrade.ALLOWED
    lacks: tuple[Lacking, ...] = ()  # to try out what we do in a venue's place
    trouble: TroubleSettings | None = None  # None: a line that never fails
    market: SyntheticSettings | ReplaySettings = SyntheticSettings()

    def __post_init__(self) -> None:
        symbols = [listing.symbol for listing in self.listings]
        require_unique("listings", "symbol", symbols)
        if isinstance(self.market, SyntheticSettings):
            for index, listing in enumerate(self.listings):
                if listing.price is None:
                    rule = "an amount above 0, at which a synthetic market starts"
                    raise refused(f"listings.{index}.price", rule, "nothing")
            return
        odd = {file.symbol for file in self.market.files} ^ set(symbols)
        if odd:
            rule = f"recordings of the listed symbols ({', '.join(symbols)}), and of each of them"
            raise refused("market.files", rule, ", ".join(sorted(odd)))
