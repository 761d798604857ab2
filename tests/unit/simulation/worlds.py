"""Scenarios written by hand, for what the drawn ones leave to chance."""

from decimal import Decimal

import msgspec

from algotradehub.domain.instrument import Side
from algotradehub.domain.order import OrderType, TimeInForce
from algotradehub.simulation.rules import VenueRules
from algotradehub.simulation.scenario import Action, Amend, Cancel, Crash, Death, Order, Scenario
from algotradehub.trading.account_desk import Durability
from tests.unit.simulation.stage import HONEST, RATES

S = 1_000_000_000
PRICE = Decimal(100)
# Often, yet not so often that no order ever gets through.
EVERYTHING_FAILS: VenueRules = msgspec.structs.replace(HONEST, **dict.fromkeys(RATES, 0.2))


def order(
    key: int,
    at_s: int = 0,
    *,
    side: Side = Side.BUY,
    type_: OrderType = OrderType.LIMIT,
    time_in_force: TimeInForce = TimeInForce.GTC,
    quantity: int = 5,
) -> Order:
    return Order(at_s * S, key, side, type_, time_in_force, quantity, int(PRICE))


def crash(effect: int, death: Death = Death.KILL, *, loses_projection: bool = False) -> Crash:
    return Crash(effect=effect, death=death, down_ns=S, loses_projection=loses_projection)


BUSY: tuple[Action, ...] = (
    order(0),
    order(1, side=Side.SELL),
    order(2, 1, type_=OrderType.MARKET),
    Amend(2 * S, 0, quantity=8, price=101),
    order(3, 2, side=Side.SELL, time_in_force=TimeInForce.IOC),
    Cancel(3 * S, 1),
    order(4, 4),
    Cancel(4 * S, 4),
)


def scenario(
    *actions: Action,
    seed: int = 1,
    rules: VenueRules = HONEST,
    durability: Durability = Durability.SYNC,
    crashes: tuple[Crash, ...] = (),
) -> Scenario:
    return Scenario(
        seed=seed,
        rules=rules,
        durability=durability,
        segment_bytes=2_000,
        wall_errors_ns=(0,) * (len(crashes) + 1),
        actions=actions or BUSY,
        crashes=crashes,
    )
