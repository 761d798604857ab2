"""A stage for the scripted venue: one account, a crowd, and no lie that a test did not ask for."""

from collections.abc import Awaitable, Sequence
from decimal import Decimal
from random import Random
from typing import TypeVar

import msgspec

from algotradehub.conformance.trader import Trader
from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.evidence import Evidence
from algotradehub.domain.ids import AccountId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.records import Wire
from algotradehub.ports.venue import TradingAccount, Word
from algotradehub.simulation.account import ScriptedAccount
from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.rules import VenueRules
from algotradehub.simulation.timeline import Timeline
from algotradehub.simulation.truth import VenueOrder
from algotradehub.simulation.venue import INSTRUMENT, ScriptedVenue

T = TypeVar("T")
START_NS = 1_800_000_000_000_000_000
ACCOUNT = AccountId("scripted-main")
_FIELDS = {field.name: field.type for field in msgspec.structs.fields(VenueRules)}
RATES = tuple(name for name, kind in _FIELDS.items() if kind is float and not name.endswith("_s"))
STYLES = tuple(name for name, kind in _FIELDS.items() if kind is bool)
_TALKATIVE = {"names_client_id", "tells_totals", "states_tell_totals"}
HONEST: VenueRules = msgspec.convert(
    dict.fromkeys(RATES, 0.0)
    | {style: style in _TALKATIVE for style in STYLES}
    | {"amends": AmendStyle.IN_PLACE},
    VenueRules,
)
_MORE_THAN_THE_REQUEST_TIMEOUT_S = 5.0


class Stage:
    """Implements ``conformance.trader.World``; ``close`` it in the end.

    Args:
        changes: Fields of ``HONEST`` to change.
        seed: Of everything random.
        drawn_fills: The venue draws what fills, as in the simulation; otherwise orders meet the
            crowd that ``rest`` makes.
    """

    def __init__(
        self,
        changes: dict[str, object] | None = None,
        *,
        seed: int = 1,
        drawn_fills: bool = False,
    ) -> None:
        rules = msgspec.structs.replace(HONEST, **(changes or {}))
        self.timeline = Timeline(Random(seed), start_ns=START_NS)
        self.venue = ScriptedVenue(self.timeline, Random(seed), rules)
        self.loop = SimLoop(self.timeline)
        self.clock = SimClock(self.loop)
        self.effects: list[tuple[int, str]] = []  # when, what
        self.heard: list[tuple[int, Evidence]] = []  # when, what
        self.wire: list[Wire] = []
        self.crowd: list[list[Decimal]] = []  # sign of the side, price, quantity
        if not drawn_fills:
            self.venue.market = self._meet_the_crowd
        self.scripted = self.connect()

    def connect(self) -> ScriptedAccount:
        account = ScriptedAccount(
            ACCOUNT,
            venue=self.venue,
            sink=self._hear,
            loop=self.loop,
            effect=self._effect,
        )
        self.run(account.__aenter__())
        return account

    def close(self) -> None:
        self.loop.close()
        self.timeline.close()

    def run(self, work: Awaitable[T]) -> T:
        async def main() -> T:
            return await work

        return self.loop.run(main())

    def advance(self, seconds: float) -> None:
        self.run(self.clock.sleep(seconds))

    def trader(self) -> Trader:
        return Trader(self)

    def _hear(self, word: Word) -> None:
        if isinstance(word, Wire):
            self.wire.append(word)
        else:
            self.heard.append((self.timeline.now_ns, word))

    def _effect(self, name: str) -> None:
        self.effects.append((self.timeline.now_ns, name))

    # --- conformance.trader.World ---

    @property
    def account(self) -> TradingAccount:
        return self.scripted

    @property
    def events(self) -> Sequence[Evidence]:
        return [evidence for _, evidence in self.heard]

    @property
    def instrument(self) -> Instrument:
        return INSTRUMENT

    @property
    def price(self) -> Decimal:
        return Decimal(1_000)

    @property
    def quantity(self) -> Decimal:
        return Decimal(10)

    def now_ns(self) -> int:
        return self.timeline.now_ns

    async def pass_time(self, seconds: float) -> None:
        # Silence is an outcome, too, and takes longer than any answer.
        await self.clock.sleep(seconds + _MORE_THAN_THE_REQUEST_TIMEOUT_S)

    def rest(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        for order in list(self.venue.orders.values()):
            if order.side is not side and order.price is not None:
                crosses = (order.price - price) * side.sign <= 0
                taken = min(quantity, order.remaining) if crosses else Decimal(0)
                if taken:
                    self.venue.fill(order, taken, order.price)
                    quantity -= taken
        if quantity:
            self.crowd.append([Decimal(side.sign), price, quantity])

    def _meet_the_crowd(self, order: VenueOrder) -> None:
        sign = order.side.sign
        for stranger in sorted(self.crowd, key=lambda resting: sign * resting[1]):
            its_sign, price, quantity = stranger
            crosses = order.price is None or (price - order.price) * sign <= 0
            taken = min(quantity, order.remaining) if its_sign != sign and crosses else Decimal(0)
            if taken:
                self.venue.fill(order, taken, price)
                stranger[2] -= taken
