"""What the processes of the end-to-end tests are asked: fixed, whatever the clock says."""

from decimal import Decimal
from random import Random
from typing import TypeAlias

import msgspec

from algotradehub.domain.ids import (
    AccountId,
    Asset,
    IdempotencyKey,
    Symbol,
    TenantId,
    VenueId,
)
from algotradehub.domain.instrument import FixedTick, Instrument, InstrumentKind, Side
from algotradehub.domain.order import (
    Amendment,
    BaseAmount,
    OrderRequest,
    OrderType,
    TimeInForce,
)

TENANT = TenantId("acme")
ACCOUNT = AccountId("paper-main")
VENUE = VenueId("paper:killed")
OPENING = {Asset("BTC"): Decimal(1_000), Asset("USDT"): Decimal(1_000_000)}
INSTRUMENT = Instrument(
    venue=VENUE,
    symbol=Symbol("BTC/USDT"),
    venue_symbol="BTCUSDT",
    kind=InstrumentKind.SPOT,
    base=Asset("BTC"),
    quote=Asset("USDT"),
    settle=Asset("USDT"),
    price_rule=FixedTick(Decimal(1)),
    lot=Decimal(1),
    min_quantity=Decimal(1),
    maker_fee=Decimal("0.001"),
    taker_fee=Decimal("0.002"),
)
_PLACES = 24
_IN_FORCE = (TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC)


class Cancel(msgspec.Struct, frozen=True):
    key: IdempotencyKey


class Amend(msgspec.Struct, frozen=True):
    key: IdempotencyKey
    amendment: Amendment


class Others(msgspec.Struct, frozen=True):
    """Somebody else trades; ``rests`` if what does not match at once stays."""

    side: Side
    price: int
    quantity: int
    rests: bool


class Pause(msgspec.Struct, frozen=True):
    """Let everything happen that is under way."""


Step: TypeAlias = OrderRequest | Cancel | Amend | Others | Pause


def plan() -> list[Step]:
    """The steps, the same in every process."""
    random = Random(1998)
    steps: list[Step] = []
    for number in range(_PLACES):
        steps += (_others(random, rests=True), _place(random, number))
        if random.getrandbits(1):
            steps.append(Pause())
        key, earlier = _key(number), _key(random.randint(0, number))
        quantity, price = Decimal(random.randint(5, 12)), Decimal(random.randint(98, 102))
        change = Amendment(quantity=quantity, limit_price=price)
        replies: tuple[tuple[Step, ...], ...] = (
            (),
            (Cancel(key),),
            (Cancel(earlier), _others(random, rests=False)),
            (Amend(earlier, change),),
            (_others(random, rests=False), Amend(key, change)),
        )
        steps += random.choice(replies)
    return steps


def _place(random: Random, number: int) -> OrderRequest:
    type_ = random.choice((OrderType.LIMIT, OrderType.LIMIT, OrderType.LIMIT, OrderType.MARKET))
    limit = type_ is OrderType.LIMIT
    price, in_force = Decimal(random.randint(98, 102)), random.choice(_IN_FORCE)
    return OrderRequest(
        tenant=TENANT,
        account=ACCOUNT,
        symbol=INSTRUMENT.symbol,
        side=random.choice(tuple(Side)),
        type=type_,
        amount=BaseAmount(Decimal(random.randint(1, 9))),
        idempotency_key=_key(number),
        limit_price=price if limit else None,
        time_in_force=in_force if limit else TimeInForce.GTC,
    )


def _key(number: int) -> IdempotencyKey:
    return IdempotencyKey(f"key-{number}")


def _others(random: Random, *, rests: bool) -> Others:
    side = random.choice(tuple(Side))
    return Others(side, random.randint(98, 102), random.randint(1, 6), rests)
