"""How long the kill switch takes to prove that nothing is left, and what that costs the venues.

    python -m benchmarks.stop [ORDERS]

Working orders are spread over three scripted venues in the simulation's virtual time: one cancels
all orders in one request, one cancels one by one, and one does so and loses a third of its
answers and a tenth of what it is asked. Times are virtual: they are those of the rules of proof.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from typing import Final

import msgspec

from algotradehub.app.core import AccountSetup, Core, memory_store, open_core
from algotradehub.domain.capabilities import AmendStyle
from algotradehub.domain.ids import AccountId, IdempotencyKey, Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import money_context
from algotradehub.domain.order import BaseAmount, OrderRequest, OrderType
from algotradehub.ports.store import Changes, Store
from algotradehub.ports.venue import Sink, TradingAccount
from algotradehub.simulation.account import ScriptedAccount
from algotradehub.simulation.clock import SimClock
from algotradehub.simulation.disk import SimDisk
from algotradehub.simulation.entropy import seeded_ids, stream
from algotradehub.simulation.loop import SimLoop
from algotradehub.simulation.rules import VenueRules
from algotradehub.simulation.timeline import Timeline
from algotradehub.simulation.truth import VenueOrder
from algotradehub.simulation.users import TENANT
from algotradehub.simulation.venue import SYMBOL, ScriptedVenue
from algotradehub.simulation.world import START_NS
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.market_data import MarketDataManager

ORDERS: Final = 1_000
_SEED: Final = 1
_NS: Final = 1_000_000_000
_LOOK_EVERY_S: Final = 0.05
_GIVE_UP_S: Final = 600.0
_RESTS_AT: Final = Decimal(95)
HONEST: Final = VenueRules(
    cumulative_only=False,
    person_decides=False,
    names_client_id=True,
    tells_totals=True,
    tells_open=True,
    late_fees=False,
    ids_reusable=False,
    amends=AmendStyle.IN_PLACE,
    states_tell_totals=True,
    queues=0.0,
    backlog=0.0,
    lose_request=0.0,
    lose_answer=0.0,
    malformed=0.0,
    refuse=0.0,
    throttle=0.0,
    server_error=0.0,
    not_sent=0.0,
    crosses=0.0,
    duplicate=0.0,
    reorder=0.0,
    blind=0.0,
    partial=0.0,
    unlisted=0.0,
    slow=0.0,
)
VENUES: Final = {
    "cancels all at once": HONEST,
    "cancels one by one": msgspec.structs.replace(HONEST, cancel_all=False),
    "loses answers": msgspec.structs.replace(
        HONEST, cancel_all=False, lose_answer=0.33, lose_request=0.1
    ),
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one venue's account went through."""

    venue: str
    orders: int
    cancelled_s: float  # from the stop until no order was live by our books
    proven_s: float  # from the stop until the proof
    calls: int  # commands and look-ups that the venue was asked for meanwhile


def measure(orders: int = ORDERS) -> list[Row]:
    timeline = Timeline(stream(_SEED, "ties"), start_ns=START_NS)
    loop = SimLoop(timeline)
    try:
        with money_context():
            return loop.run(_measured(loop, timeline, orders))
    finally:
        loop.close()
        timeline.close()


async def _measured(loop: SimLoop, timeline: Timeline, orders: int) -> list[Row]:
    clock = SimClock(loop)
    venues = {}
    for number, (name, rules) in enumerate(VENUES.items()):
        venue = venues[AccountId(name)] = ScriptedVenue(
            timeline, stream(_SEED, f"venue {number}"), rules
        )
        venue.market = _rests
    async with _core(loop, timeline, clock, venues) as core:
        while any(desk.refusing for desk in core.orders.desks):
            await clock.sleep(_LOOK_EVERY_S)
        share = orders // len(venues)
        for account in venues:
            for number in range(share):
                core.orders.submit(_order(account, number))
        # Lost answers are looked for; what is measured is the stop.
        while any(_unanswered(core, account) for account in venues):
            await clock.sleep(1.0)
        return await _stopped(core, clock, venues)


async def _stopped(
    core: Core, clock: SimClock, venues: dict[AccountId, ScriptedVenue]
) -> list[Row]:
    """Pull the kill switch, and look until every account is proven to be still."""
    began_ns = clock.now_ns()
    live = {account: len(core.state.live[account]) for account in venues}
    calls = {account: venue.calls for account, venue in venues.items()}
    core.kill_switch.stop(core.orders.desks, reason="benchmark", by="bench")
    cancelled_s: dict[AccountId, float] = {}
    rows: dict[AccountId, Row] = {}
    while len(rows) < len(venues):
        await clock.sleep(_LOOK_EVERY_S)
        since_s = (clock.now_ns() - began_ns) / _NS
        if since_s > _GIVE_UP_S:
            raise SystemExit(f"not proven after {_GIVE_UP_S:g} s")
        for desk in core.orders.desks:
            account, stop = desk.account_id, core.kill_switch.of(desk)
            assert stop is not None
            if not stop.not_proven:
                cancelled_s.setdefault(account, since_s)
            if stop.is_proven and account not in rows:
                rows[account] = Row(
                    venue=account,
                    orders=live[account],
                    cancelled_s=cancelled_s[account],
                    proven_s=since_s,
                    calls=venues[account].calls - calls[account],
                )
    return [rows[account] for account in venues]


def _rests(order: VenueOrder) -> None:
    """Nobody trades with it."""


def _unanswered(core: Core, account: AccountId) -> bool:
    live = core.state.live.get(account, ())
    return any(core.state.orders[each].leg.venue_order_id is None for each in live)


def _order(account: AccountId, number: int) -> OrderRequest:
    return OrderRequest(
        tenant=TENANT,
        account=account,
        symbol=SYMBOL,
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=BaseAmount(Decimal(1)),
        idempotency_key=IdempotencyKey(f"{account} {number}"),
        limit_price=_RESTS_AT,
    )


@asynccontextmanager
async def _core(
    loop: SimLoop, timeline: Timeline, clock: SimClock, venues: dict[AccountId, ScriptedVenue]
) -> AsyncIterator[Core]:
    @asynccontextmanager
    async def account(name: AccountId, sink: Sink) -> AsyncIterator[TradingAccount]:
        opened = ScriptedAccount(
            name, venue=venues[name], sink=sink, loop=loop, effect=lambda _: None
        )
        async with opened:
            yield opened

    store = memory_store()
    try:
        async with open_core(
            clock=clock,
            ids=seeded_ids(stream(_SEED, "ids"), tag=1),
            disk=SimDisk(timeline, stream(_SEED, "disk"), effect=lambda _: None),
            store=store,
            projection=_Stored(store),
            prices=_Prices(),
            feed=MarketDataManager(),
            accounts=[
                AccountSetup(
                    id=name,
                    tenant=TENANT,
                    open=partial(account, name),
                    durability=Durability.PROCESS,
                )
                for name in venues
            ],
            epoch=1,
        ) as core:
            yield core
    finally:
        store.close()


class _Stored:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.applied_seq = store.applied_seq

    def feed(self, changes: Changes) -> None:
        self._store.apply(changes)
        self.applied_seq = changes.applied_seq

    async def settled(self, seq: int) -> None:
        """What was fed is stored."""


class _Prices:
    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None:
        return Decimal(100)


def main(arguments: list[str]) -> None:
    orders = int(arguments[0]) if arguments else ORDERS
    print(f"{'venue':22} {'orders':>6} {'cancelled':>10} {'proven':>8} {'calls':>6}")
    for row in measure(orders):
        print(
            f"{row.venue:22} {row.orders:>6} {row.cancelled_s:>8.2f} s {row.proven_s:>6.2f} s "
            f"{row.calls:>6}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
