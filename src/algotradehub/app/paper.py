"""Paper venues as the settings describe them: their records, their accounts, their markets."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Final

import msgspec

from algotradehub.app.core import AccountSetup
from algotradehub.app.data_directory import DataDirectory
from algotradehub.app.limits import risk_limits
from algotradehub.domain.ids import AccountId, Asset, Symbol, TenantId, VenueId
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind
from algotradehub.domain.market import BookUpdate, Candle, MarketEvent, Quote, Trade
from algotradehub.matching.candle_path import CandleRule
from algotradehub.matching.latency import JitteredLatency, LatencyModel
from algotradehub.matching.outcomes import Market
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.matching.queue import PowerQueue
from algotradehub.matching.recorded import RecordedMarket
from algotradehub.matching.slippage import ProportionalSlippage
from algotradehub.ports.clock import Clock
from algotradehub.settings.accounts import AccountSettings
from algotradehub.settings.paper import (
    FillSettings,
    LatencySettings,
    ListingSettings,
    PaperVenueSettings,
    ReplaySettings,
    SyntheticSettings,
)
from algotradehub.settings.tree import Settings
from algotradehub.storage.disk import OsDisk
from algotradehub.trading.dead_man import DeadManPolicy
from algotradehub.trading.line_quality import LineLimits
from algotradehub.venues.paper.bad_line import Trouble, over_bad_line
from algotradehub.venues.paper.crowd import Habits
from algotradehub.venues.paper.opening import account_opener, open_venue
from algotradehub.venues.paper.replay import Replay
from algotradehub.venues.paper.synthetic import Listing, SyntheticMarkets
from algotradehub.venues.paper.venue import PaperVenue

_TICK: Final = Decimal("0.01")
_LOOKED_AT: Final = 1_000  # events of a recording that tell how fine its prices are
_SEED_STEP: Final = 1_000_003  # between the seeds of two starts; a prime, so that they never meet


class PaperVenues:
    """Open paper venues with their accounts; made by ``open_paper_venues``."""

    def __init__(
        self, venues: dict[VenueId, PaperVenue], settings: Settings, *, clock: Clock, epoch: int
    ) -> None:
        self.venues = venues
        self._settings = settings
        self._clock = clock
        self._epoch = epoch

    def accounts(self) -> Sequence[AccountSetup]:
        """What the core needs to open each account."""
        return [self._account(account) for account in self._settings.accounts]

    def open_markets(self, stack: ExitStack) -> None:
        """Let the markets move until ``stack`` is left.

        The last thing to do at the start: whoever trades or listens sees the first event.
        """
        for settings in self._settings.paper_venues:
            venue = self.venues[VenueId(settings.id)]
            match settings.market:
                case SyntheticSettings() as synthetic:
                    stack.enter_context(self._synthetic(venue, settings, synthetic))
                case ReplaySettings() as replay:
                    stack.enter_context(_replay(venue, replay))

    def _account(self, account: AccountSettings) -> AccountSetup:
        venue = self.venues[VenueId(account.venue)]
        settings = next(v for v in self._settings.paper_venues if v.id == account.venue)
        account_id = AccountId(account.id)
        latency = self._latency(settings.latency)
        opener = account_opener(venue, account_id, latency=latency, lacks=frozenset(settings.lacks))
        if settings.trouble is not None:
            trouble = Trouble(**msgspec.structs.asdict(settings.trouble))
            opener = over_bad_line(opener, trouble, clock=self._clock, seed=self._epoch)
        wanted = account.dead_man
        return AccountSetup(
            id=account_id,
            tenant=TenantId(account.tenant),
            open=opener,
            durability=account.durable,
            limits=risk_limits(account.limits),
            instrument_limits={
                Symbol(symbol): risk_limits(limits)
                for symbol, limits in account.instruments.items()
            },
            stuck_after_s=account.stuck_after_s,
            emulation=account.emulation,
            price_age_s=account.price_age_s,
            dead_man=None if wanted is None else DeadManPolicy(**msgspec.structs.asdict(wanted)),
            line=LineLimits(**msgspec.structs.asdict(account.quality)),
        )

    def _latency(self, settings: LatencySettings | None) -> LatencyModel | None:
        if settings is None:
            return None
        return JitteredLatency(**msgspec.structs.asdict(settings), random=Random(self._epoch))

    def _synthetic(
        self, venue: PaperVenue, settings: PaperVenueSettings, synthetic: SyntheticSettings
    ) -> SyntheticMarkets:
        listings = [
            Listing(
                symbol=Symbol(listing.symbol),
                price=listing.price or _TICK,  # the settings refuse a listing without one
                volatility=listing.volatility,
                habits=Habits(spread_bps=listing.spread_bps, trades_per_s=listing.trades_per_s),
            )
            for listing in settings.listings
        ]
        # The first start shows what the seed says; later ones go on differently from where the
        # market stood, or the same hour would come again and again.
        seed = synthetic.seed + _SEED_STEP * (self._epoch - 1)
        return SyntheticMarkets(venue, listings, seed=seed, rate_hz=synthetic.rate_hz)


@asynccontextmanager
async def open_paper_venues(
    settings: Settings, directory: DataDirectory, clock: Clock
) -> AsyncIterator[PaperVenues]:
    """Open every paper venue on its own records, and the accounts there. Markets stand still.

    Raises:
        StorageDamaged: A venue's records cannot be read.
        BadRecording: A file to replay is no recording.
        Unsupported: A Parquet file, and polars is not installed.
        OSError: A directory cannot be created or written.
    """
    venues: dict[VenueId, PaperVenue] = {}
    async with AsyncExitStack() as stack:
        for wanted in settings.paper_venues:
            name = VenueId(wanted.id)
            disk = await stack.enter_async_context(OsDisk(directory.paper(name)))
            venue = stack.enter_context(
                open_venue(
                    name,
                    markets=list(_markets(wanted)),
                    clock=clock,
                    disk=disk,
                    leverage=wanted.leverage,
                )
            )
            venues[name] = venue
            opening = {Asset(asset): amount for asset, amount in wanted.opening.items()}
            for account in settings.accounts:
                if account.venue == wanted.id:
                    venue.open_account(AccountId(account.id), opening)
        yield PaperVenues(venues, settings, clock=clock, epoch=directory.epoch)


def _markets(settings: PaperVenueSettings) -> Iterator[Market]:
    for listing in settings.listings:
        match settings.market:
            case SyntheticSettings():
                yield PriceTimeMarket(
                    _instrument(settings, listing, listing.tick or _TICK),
                    self_trade=settings.self_trade,
                )
            case ReplaySettings() as replay:
                tick = listing.tick or _finest_step(_recorded(replay, listing.symbol))
                yield _recorded_market(_instrument(settings, listing, tick), replay.fills)


def _recorded_market(instrument: Instrument, fills: FillSettings) -> RecordedMarket:
    exponent = fills.queue_exponent
    return RecordedMarket(
        instrument,
        rule=CandleRule(limits_fill=fills.limits_fill, max_volume_share=fills.max_volume_share),
        queue=None if exponent is None else PowerQueue(exponent),
        slippage=ProportionalSlippage(fills.slippage_bps),
    )


def _instrument(
    settings: PaperVenueSettings, listing: ListingSettings, tick: Decimal
) -> Instrument:
    """A pair is spot; with a settle asset behind a colon it is a perpetual contract."""
    pair, _, settle = listing.symbol.partition(":")
    base, _, quote = pair.partition("/")
    return Instrument(
        venue=VenueId(settings.id),
        symbol=Symbol(listing.symbol),
        venue_symbol=listing.symbol,
        kind=InstrumentKind.PERPETUAL if settle else InstrumentKind.SPOT,
        base=Asset(base),
        quote=Asset(quote),
        settle=Asset(settle or quote),
        price_rule=FixedTick(tick),
        lot=listing.lot,
        min_quantity=listing.lot,
        min_notional=listing.min_notional,
        maker_fee=settings.maker_fee,
        taker_fee=settings.taker_fee,
    )


def _replay(venue: PaperVenue, settings: ReplaySettings) -> Replay:
    return Replay(venue, lambda: _recorded(settings), speed=settings.speed, loop=settings.loop)


def _recorded(settings: ReplaySettings, symbol: str | None = None) -> Iterator[MarketEvent]:
    """Play the recordings from their start, all of them or those of ``symbol``."""
    # Readers of a dozen formats: a tenth of the start, and only for those who replay.
    from algotradehub.storage.timeseries.recording import (  # noqa: PLC0415 - see above
        merge,
        open_recording,
    )

    return merge(
        *(
            # Whose data it was does not matter: the venue that plays it puts its own name on it.
            open_recording(file.path, venue=VenueId("recorded"), symbol=Symbol(file.symbol))
            for file in settings.files
            if symbol in (None, file.symbol)
        )
    )


def _finest_step(events: Iterator[MarketEvent]) -> Decimal:
    """The smallest power of ten that the first prices are multiples of."""
    finest = 0
    for event in islice(events, _LOOKED_AT):
        for price in _prices(event):
            exponent = msgspec.convert(price.normalize().as_tuple().exponent, int)
            finest = min(finest, exponent)
    return Decimal(1).scaleb(finest)


def _prices(event: MarketEvent) -> Sequence[Decimal]:
    match event:
        case Quote():
            return event.bid, event.ask
        case Trade():
            return (event.price,)
        case Candle():
            return event.open, event.close
        case BookUpdate():
            return tuple(price for price, _ in (*event.bids, *event.asks))
