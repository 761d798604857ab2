"""What happens in one seed: the actions of users, of strangers, of the network and of fate."""

from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import TypeAlias

import msgspec

from algotradehub.domain.ids import Asset
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import LIMIT_TYPES, OrderType, TimeInForce
from algotradehub.simulation.disk import SYNC_NS
from algotradehub.simulation.entropy import stream
from algotradehub.simulation.rules import VenueRules, draw_rules
from algotradehub.simulation.venue import OPENING
from algotradehub.simulation.wires import Wire
from algotradehub.trading.account_desk import Durability

_S = 1_000_000_000
_STOPS = (OrderType.STOP_MARKET, OrderType.STOP_LIMIT)
_WAITING_TYPES = (
    *_STOPS,
    OrderType.TAKE_PROFIT_MARKET,
    OrderType.TAKE_PROFIT_LIMIT,
    OrderType.TRAILING_STOP,
    OrderType.LIMIT,  # until a time that the venue is not told
)
_WALL_ERROR_NS = _S // 2  # between two lives it can step by twice as much, and no more


class Order(msgspec.Struct, frozen=True):
    """A user places an order; ``key`` is its number in the scenario."""

    at_ns: int
    key: int
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    quantity: int
    price: int


class Repeat(msgspec.Struct, frozen=True):
    """The same request once more: a second click, or a client that saw no answer."""

    at_ns: int
    key: int


class Cancel(msgspec.Struct, frozen=True):
    at_ns: int
    key: int


class Amend(msgspec.Struct, frozen=True):
    at_ns: int
    key: int
    quantity: int
    price: int
    trigger: int = 0  # of what waits: its new trigger


class Waiting(msgspec.Struct, frozen=True):
    """A user places an order of a kind that the venue lacks."""

    at_ns: int
    key: int
    side: Side
    type: OrderType
    quantity: int
    price: int
    trigger: int  # of a trail: its offset
    lasts_ns: int  # 0: until it is cancelled
    late: bool


class Fire(msgspec.Struct, frozen=True):
    """A user fires what waits."""

    at_ns: int
    key: int


class FeedCut(msgspec.Struct, frozen=True):
    """No price is told."""

    at_ns: int
    for_ns: int


class Halt(msgspec.Struct, frozen=True):
    """Somebody halts the account; what waits goes on waiting."""

    at_ns: int


class Stop(msgspec.Struct, frozen=True):
    """Somebody pulls the kill switch."""

    at_ns: int


class Resume(msgspec.Struct, frozen=True):
    """New orders are accepted again."""

    at_ns: int


class ByHand(msgspec.Struct, frozen=True):
    """Somebody places an order on the venue's own page."""

    at_ns: int
    side: Side
    quantity: int
    price: int


class Deposit(msgspec.Struct, frozen=True):
    """Money comes, or goes, that no order explains."""

    at_ns: int
    asset: Asset
    amount: int


class Outage(msgspec.Struct, frozen=True):
    at_ns: int
    for_ns: int
    wires: tuple[Wire, ...] = tuple(Wire)


class DiskFault(msgspec.Struct, frozen=True):
    at_ns: int
    sync: bool  # the next sync fails, otherwise the next write
    leaves_part: bool


class Death(StrEnum):
    KILL = "kill"  # the process dies; what it wrote stays
    POWER = "power"  # the machine dies; what was not synced is torn


class Crash(msgspec.Struct, frozen=True):
    """This life ends at its ``effect``-th effect, and the next begins after ``down_ns``."""

    effect: int  # of those whose name contains ``among``
    death: Death
    down_ns: int
    loses_projection: bool  # its file is gone, too
    among: str = ""  # nothing: all of them


Accident: TypeAlias = ByHand | Deposit | Outage | DiskFault | FeedCut  # nobody here asked for it
Action: TypeAlias = (
    Order | Waiting | Fire | Repeat | Cancel | Amend | Halt | Stop | Resume | Accident
)


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is drawn in advance; the rest comes from the seed's streams."""

    seed: int
    rules: VenueRules
    durability: Durability
    segment_bytes: int  # of the journal: small ones are left often
    wall_errors_ns: tuple[int, ...]  # how wrong the clock is in each life
    actions: tuple[Action, ...]  # by time
    crashes: tuple[Crash, ...]  # one per life, in order
    heals_after_ns: int = 0  # after the last action: so long all trouble goes on


def draw(seed: int) -> Scenario:
    """Draw the scenario of a seed."""
    random = stream(seed, "scenario")
    durability = random.choice((Durability.PROCESS, Durability.SYNC))
    orders = [_order(random, key) for key in range(random.randint(2, 10))]
    actions: list[Action] = list(orders)
    for order in orders:
        if random.random() < 0.4:  # noqa: PLR2004 - a rate
            later_ns = random.randint(0, random.choice((*SYNC_NS, 10 * _S)))
            actions.append(Repeat(order.at_ns + later_ns, order.key))
        if random.random() < 0.4:  # noqa: PLR2004 - a rate
            later_ns = random.choice((random.randint(0, _S), random.randint(0, 20 * _S)))
            actions.append(Cancel(order.at_ns + later_ns, order.key))
        for _ in range(random.choice((0, 0, 1, 2))):
            later_ns = random.randint(0, 10 * _S)
            quantity, price = random.randint(1, 12), random.randint(95, 105)
            actions.append(Amend(order.at_ns + later_ns, order.key, quantity, price))
    if random.random() < 0.25:  # noqa: PLR2004 - a rate
        just_after_ns = random.choice(orders).at_ns + random.randint(0, random.choice(SYNC_NS))
        stop_ns = random.choice((random.randint(0, 20 * _S), just_after_ns))
        actions.append(Stop(stop_ns))
        if random.choice((True, False)):
            actions.append(Resume(stop_ns + random.randint(0, 20 * _S)))
    for _ in range(random.choice((0, 0, 0, 1))):
        side = random.choice((Side.BUY, Side.SELL))
        at_ns = random.randint(0, 20 * _S)
        actions.append(ByHand(at_ns, side, random.randint(1, 9), random.randint(95, 105)))
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        asset = random.choice(tuple(OPENING))
        actions.append(Deposit(random.randint(0, 20 * _S), asset, random.randint(-50, 500)))
    actions.extend(_outage(random) for _ in range(random.choice((0, 0, 1, 2))))
    for _ in range(random.choice((0, 0, 0, 1))):
        fault = DiskFault(
            random.randint(0, 20 * _S),
            sync=random.choice((False, False, True)),
            leaves_part=random.choice((False, True)),
        )
        actions.append(fault)
    crashes = tuple(_crash(random, durability) for _ in range(random.randint(0, 3)))
    rules = draw_rules(random)
    segment_bytes = random.choice((2_000, 64 << 20))
    wall_errors_ns = tuple(random.randint(-_WALL_ERROR_NS, _WALL_ERROR_NS) for _ in range(4))
    heals_after_ns = random.choice((0, random.randint(0, 30 * _S)))
    actions += _waiting(random, len(orders))
    actions.sort(key=lambda action: action.at_ns)
    return Scenario(
        seed=seed,
        rules=rules,
        durability=durability,
        segment_bytes=segment_bytes,
        wall_errors_ns=wall_errors_ns,
        actions=tuple(actions),
        crashes=crashes,
        heals_after_ns=heals_after_ns,
    )


def _order(random: Random, key: int) -> Order:
    type_ = random.choice((OrderType.LIMIT, OrderType.LIMIT, OrderType.LIMIT, OrderType.MARKET))
    limit = type_ is OrderType.LIMIT
    in_force = random.choice((TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC))
    return Order(
        at_ns=random.choice((random.randint(0, 2 * _S), random.randint(0, 20 * _S))),
        key=key,
        side=random.choice((Side.BUY, Side.SELL)),
        type=type_,
        time_in_force=in_force if limit else TimeInForce.GTC,
        quantity=random.randint(1, 9),
        price=random.randint(95, 105),
    )


def _waiting(random: Random, first_key: int) -> list[Action]:
    """Orders that the venue lacks, what people do about them, and a feed that is cut."""
    actions: list[Action] = []
    if random.random() < 0.6:  # noqa: PLR2004 - a rate
        return actions
    for key in range(first_key, first_key + random.randint(1, 4)):
        at_ns = random.randint(0, 15 * _S)
        side = random.choice((Side.BUY, Side.SELL))
        kind = random.choice(_WAITING_TYPES)
        # A stop waits beyond the price of the order's side, a take-profit on the other one.
        above = (side is Side.BUY) == (kind in _STOPS)
        far = random.randint(1, 9)
        trail = kind is OrderType.TRAILING_STOP
        actions.append(
            Waiting(
                at_ns=at_ns,
                key=key,
                side=side,
                type=kind,
                quantity=random.randint(1, 9),
                price=random.randint(95, 105),
                trigger=far if trail else 100 + far if above else 100 - far,
                lasts_ns=random.choice((0, 0, random.randint(_S, 30 * _S))),
                late=random.choice((True, False)),
            )
        )
        later_ns = [at_ns + random.randint(0, 20 * _S) for _ in range(4)]
        trigger = random.choice((0, 95, 105))
        meanwhile: tuple[Action, ...] = (
            Cancel(later_ns[0], key),
            Repeat(later_ns[1], key),
            Fire(later_ns[2], key),
            Amend(later_ns[3], key, random.randint(1, 12), 100, trigger=trigger),
        )
        actions.extend(each for each in meanwhile if random.choice((True, False, False)))
    if random.choice((True, False, False)):
        at_ns = random.randint(0, 20 * _S)
        actions += (Halt(at_ns), Resume(at_ns + random.randint(0, 10 * _S)))
    if random.choice((True, False)):
        actions.append(FeedCut(random.randint(0, 20 * _S), random.randint(0, 20 * _S)))
    return actions


def _outage(random: Random) -> Outage:
    return Outage(
        at_ns=random.randint(0, 20 * _S),
        for_ns=random.choice((random.randint(_S // 10, 15 * _S), random.randint(10 * _S, 60 * _S))),
        wires=tuple(random.sample(tuple(Wire), random.randint(1, len(Wire)))),
    )


def _crash(random: Random, durability: Durability) -> Crash:
    # What is promised under ``process`` survives the death of the process, not power loss.
    deaths = (Death.KILL,) if durability is Durability.PROCESS else (Death.KILL, Death.POWER)
    return Crash(
        effect=random.randint(1, random.choice((2, 8, 40, 250))),
        death=random.choice(deaths),
        down_ns=random.choice((random.randint(0, _S), random.randint(0, 60 * _S))),
        loses_projection=random.random() < 0.1,  # noqa: PLR2004 - a rate
        among=random.choice(("", "sync", "send")),  # on the last two every promise rests
    )


def limit_price(order: Order | Waiting) -> Decimal | None:
    return Decimal(order.price) if order.type in LIMIT_TYPES else None
