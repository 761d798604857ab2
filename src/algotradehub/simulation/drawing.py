"""Scenarios, drawn from seeds."""

from collections.abc import Iterator, Sequence
from random import Random

import msgspec

from algotradehub.app.restoring import IN_MEMORY_NS
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import OrderType, TimeInForce
from algotradehub.simulation.disk import SYNC_NS
from algotradehub.simulation.entropy import stream
from algotradehub.simulation.limits import draw_limits
from algotradehub.simulation.rules import draw_rules
from algotradehub.simulation.scenario import (
    Action,
    Amend,
    ByHand,
    Cancel,
    CloseAll,
    Crash,
    Death,
    Deposit,
    DiskFault,
    FeedCut,
    Fire,
    Halt,
    Intervene,
    Order,
    Outage,
    Pause,
    Repeat,
    Resume,
    Scenario,
    Stop,
    Waiting,
)
from algotradehub.simulation.venue import OPENING
from algotradehub.simulation.wires import Wire
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.dead_man import DeadManPolicy
from algotradehub.trading.stuck import Action as Intervention

_S = 1_000_000_000
_NAMES = (None, ClientOrderId("web-1"), ClientOrderId("web-1"), ClientOrderId("web-2"))
_WRONG = 0.8  # of those who decide in the dark
_STOPS = (OrderType.STOP_MARKET, OrderType.STOP_LIMIT)
_WAITING_TYPES = (
    *_STOPS,
    OrderType.TAKE_PROFIT_MARKET,
    OrderType.TAKE_PROFIT_LIMIT,
    OrderType.TRAILING_STOP,
    OrderType.LIMIT,  # until a time that the venue is not told
)
_WALL_ERROR_NS = _S // 2  # between two lives it can step by twice as much, and no more


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
        if random.choice((True, True, True, False)):
            actions.append(Resume(stop_ns + random.randint(0, 20 * _S)))
    actions.extend(_halt(stream(seed, "halts"), orders))
    actions.extend(_interventions(random))
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
    actions.extend(_emergencies(stream(seed, "emergencies"), actions))
    actions.extend(_pauses(stream(seed, "pauses")))
    actions = [*_named(stream(seed, "names"), actions)]
    actions.sort(key=lambda action: action.at_ns)
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
        second_approver=random.choice((True, False)),
        stuck_after_s=random.choice((1.0, 5.0, 10.0)),
        dead_man=_dead_man(stream(seed, "dead man")),
        limits=draw_limits(stream(seed, "limits")),
        in_memory_ns=_in_memory_ns(stream(seed, "memory")),
        heals_after_ns=heals_after_ns,
    )


def _named(random: Random, actions: Sequence[Action]) -> Iterator[Action]:
    """Other programs count their orders anew now and then: their names repeat."""
    for action in actions:
        if isinstance(action, ByHand):
            yield msgspec.structs.replace(action, name=random.choice(_NAMES))
        else:
            yield action


def _in_memory_ns(random: Random) -> int:
    """Mostly so short that late events, look-ups and restarts find orders forgotten."""
    return random.choice((IN_MEMORY_NS, _S // 10, random.randint(_S // 10, 20 * _S)))


def _dead_man(random: Random) -> DeadManPolicy | None:
    if random.random() < 0.8:  # noqa: PLR2004 - a rate
        return None
    timeout_s = random.choice((5.0, 15.0, 30.0))
    return DeadManPolicy(timeout_s=timeout_s, call_off_at_exit=random.choice((True, False)))


def _emergencies(random: Random, actions: Sequence[Action]) -> Iterator[Action]:
    """What people do in a hurry, and what strangers do just while the venue is asked."""
    if random.random() < 0.15:  # noqa: PLR2004 - a rate
        close_ns = random.randint(0, 25 * _S)
        yield CloseAll(close_ns, cancel_first=random.choice((True, False)))
        if random.choice((True, True, True, False)):
            yield Resume(close_ns + random.randint(0, 40 * _S))
    for action in actions:
        if isinstance(action, Stop):
            for _ in range(random.choice((0, 1, 2))):
                at_ns = action.at_ns + random.randint(0, 20 * _S)
                side = random.choice((Side.BUY, Side.SELL))
                yield ByHand(at_ns, side, random.randint(1, 9), random.randint(95, 105))


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


def _halt(random: Random, orders: list[Order]) -> list[Action]:
    """Now and then one that falls between the two phases of an order: no cancel comes with it."""
    if random.random() >= 0.15:  # noqa: PLR2004 - a rate
        return []
    just_after_ns = random.choice(orders).at_ns + random.randint(0, random.choice(SYNC_NS))
    halt_ns = random.choice((random.randint(0, 20 * _S), just_after_ns))
    return [Halt(halt_ns), Resume(halt_ns + random.randint(0, 10 * _S))]


def _intervention(random: Random) -> Intervene:
    decide = Intervention.DECIDE
    return Intervene(
        at_ns=random.randint(0, 60 * _S),
        action=random.choice((Intervention.ASK_AGAIN, Intervention.FORCE_CANCEL, decide, decide)),
        wrong=random.choice((True, False)),
        approves_after_ns=random.choice((0, random.randint(0, 20 * _S))),
    )


def _interventions(random: Random) -> Iterator[Action]:
    if random.random() < 0.3:  # noqa: PLR2004 - a rate
        yield from _darkness(random)
    for _ in range(random.choice((0, 1, 2, 4))):
        yield _intervention(random)


def _darkness(random: Random) -> Iterator[Action]:
    """Nothing can be looked up for long, and people decide meanwhile."""
    at_ns, for_ns = random.randint(0, 5 * _S), random.randint(15 * _S, 50 * _S)
    others = random.choice(((), (Wire.STREAM,), (Wire.STREAM, Wire.ORDERS)))
    yield Outage(at_ns, for_ns, wires=(Wire.LOOK_UPS, Wire.LISTS, *others))
    for _ in range(random.randint(1, 3)):
        decides = _intervention(random)
        meanwhile_ns = at_ns + random.randint(10 * _S, for_ns)
        yield msgspec.structs.replace(
            decides, at_ns=meanwhile_ns, action=Intervention.DECIDE, wrong=random.random() < _WRONG
        )


def _pauses(random: Random) -> list[Action]:
    if random.random() > 0.3:  # noqa: PLR2004 - a rate
        return []
    at_ns = random.randint(0, 20 * _S)
    pauses: list[Action] = [Pause(at_ns, paused=True)]
    if random.choice((True, False)):
        pauses.append(Pause(at_ns + random.randint(0, 20 * _S), paused=False))
    return pauses


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
