"""What every Store must do, as functions over a factory of empty stores.

Each function opens what it needs, and raises AssertionError with one sentence where the store
differs. ``SUITE`` lists those that need nothing but the factory.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from algotradehub.conformance.store_names import (
    finds_adopted_orders_whose_legs_share_a_name,
    finds_all_legs_of_an_order,
    tells_what_followed_the_last_stop,
)
from algotradehub.conformance.store_samples import (
    ACCOUNT,
    BEGINNING_NS,
    TENANT,
    VENUE,
    NewStore,
    everything,
    fill_of,
    order_id,
    order_of,
    orders_of,
    same,
)
from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.evidence import FillCause
from algotradehub.domain.ids import (
    AccountId,
    ExecutionId,
    IdempotencyKey,
    StrategyId,
    Symbol,
    TenantId,
    VenueOrderId,
)
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Order, OrderStatus
from algotradehub.domain.records import (
    Record,
)
from algotradehub.domain.trading_day import DAY_NS, TradingDay
from algotradehub.ports.store import (
    Changes,
    Claim,
    Halt,
    OrderFilter,
    Pause,
    Restored,
    Store,
)

_replace = msgspec.structs.replace
_encode = msgspec.msgpack.encode


def keeps_every_value_exactly(new_store: NewStore, changes: Changes) -> None:
    """What is restored equals what was applied, digit by digit. ``changes`` drops no fills."""
    store = new_store()
    store.apply(changes)
    same("applied_seq", store.applied_seq, changes.applied_seq)
    same("restored", _ordered(_all_of(store)), _ordered(_restored(changes)))
    for order, _ in changes.orders.values():
        same("order", _encode(store.order(order.order_id)), _encode(order))
        mine = [r for r in changes.records if _names(r, order)]
        same("timeline", store.timeline(order.order_id), mine)


def keeps_one_of_everything(new_store: NewStore) -> None:
    keeps_every_value_exactly(new_store, everything())


def is_empty_at_first(new_store: NewStore) -> None:
    store = new_store()
    same("restored", _all_of(store), _restored(Changes(applied_seq=0)))
    same("order", store.order(order_id(1)), None)
    same("timeline", store.timeline(order_id(1)), [])


def may_be_told_twice(new_store: NewStore) -> None:
    store = new_store()
    store.apply(everything())
    store.apply(everything())
    same("restored", _ordered(_all_of(store)), _ordered(_restored(everything())))
    same("fills", len(store.fills(tenant=TENANT)), 2)
    same("timeline", len(store.timeline(order_id(1))), 4)


def stores_all_or_nothing(new_store: NewStore) -> None:
    store = new_store()
    store.apply(everything())
    before = _all_of(store)
    changes = orders_of([order_of(1, status=OrderStatus.FILLED), order_of(3)], applied_seq=20)
    # No column of a database holds this time; halts are small, so nobody stores them first.
    changes.halts[ACCOUNT] = Halt(account=ACCOUNT, halted=False, reason="", by="", at_ns=1 << 80)
    try:
        store.apply(changes)
    except Exception:  # noqa: BLE001, S110 - the port promises nothing about such a value
        pass
    else:
        raise AssertionError("a time of 81 bits was stored")
    same("restored", _all_of(store), before)
    same("order", store.order(order_id(3)), None)


def never_goes_back(new_store: NewStore) -> None:
    store = new_store()
    store.apply(orders_of([order_of(1, status=OrderStatus.FILLED)], applied_seq=9))
    try:
        store.apply(orders_of([order_of(1)], applied_seq=8))
    except StorageDamaged:
        pass
    else:
        raise AssertionError("an older batch was stored over a newer one, or skipped in silence")
    same("applied_seq", store.applied_seq, 9)
    same("order", store.order(order_id(1)), order_of(1, status=OrderStatus.FILLED))


def shows_the_newest_value(new_store: NewStore) -> None:
    store = new_store()
    store.apply(everything())
    newest = _replace(order_of(1, status=OrderStatus.CANCELLED), reason="asked", updated_ns=1)
    changes = orders_of([newest], applied_seq=8)
    proven = Halt(
        account=ACCOUNT,
        halted=True,
        reason="enough",
        by="bob",
        at_ns=2,
        stop=True,
        looked_ns=(1 << 62, 5),
    )
    changes.halts[ACCOUNT] = proven
    changes.pauses[VENUE] = Pause(venue=VENUE, paused=False, reason="over", by="bob", at_ns=2)
    changes.days[ACCOUNT] = TradingDay(account=ACCOUNT, begins_ns=DAY_NS, taken_ns=DAY_NS + 1)
    store.apply(changes)
    same("order", store.order(order_id(1)), newest)
    same("halts", _all_of(store).halts, [changes.halts[ACCOUNT]])
    same("pauses", _all_of(store).pauses, [changes.pauses[VENUE]])
    same("days", _all_of(store).days, [changes.days[ACCOUNT]])
    open_orders = OrderFilter(tenant=TENANT, statuses=frozenset({OrderStatus.OPEN}))
    same("open orders", store.orders(open_orders), [])


def replaces_and_drops_provisional_fills(new_store: NewStore) -> None:
    store = new_store()
    order = order_of(1)
    first = _replace(fill_of(order, "provisional"), cause=FillCause.PROVISIONAL)
    grown = _replace(first, quantity=Decimal("0.0040"), venue_order_id=VenueOrderId("v-9"))
    real = [fill_of(order, "e-1", at_ns=BEGINNING_NS + 1), fill_of(order, "e-2")]
    changes = orders_of([order])
    changes.fills[first.order_id, first.execution_id] = first
    store.apply(changes)
    store.apply(Changes(applied_seq=2, fills={(grown.order_id, grown.execution_id): grown}))
    same("fills", store.fills(tenant=TENANT), [grown])
    store.apply(
        Changes(
            applied_seq=3,
            fills={(f.order_id, f.execution_id): f for f in [grown, *real]},
            dropped_fills={(grown.order_id, grown.execution_id)},
        )
    )
    same("fills", store.fills(tenant=TENANT), real)
    same("restored fills", sorted(f.execution_id for f in _all_of(store).fills), ["e-1", "e-2"])


def pages_orders_newest_first(new_store: NewStore) -> None:
    store = new_store()
    orders = [order_of(number) for number in range(7)]
    store.apply(orders_of(orders))
    found: list[Order] = []
    wanted = OrderFilter(tenant=TENANT, limit=3)
    while page := store.orders(wanted):
        same("page is within its limit", len(page) <= wanted.limit, wanted=True)
        found += page
        wanted = _replace(wanted, before=page[-1].order_id)
    same("orders", found, orders[::-1])


def finds_orders_by_each_part_of_the_filter(new_store: NewStore) -> None:
    store = new_store()
    other = order_of(
        2,
        status=OrderStatus.FILLED,
        account=AccountId("acme-perp"),
        symbol=Symbol("ETH/USDT"),
        side=Side.SELL,
        strategy=StrategyId("grid"),
    )
    orders = [order_of(1), other, order_of(3, tenant=TenantId("rival"))]
    store.apply(orders_of(orders))
    mine = OrderFilter(tenant=TENANT)
    for name, value, wanted in (
        ("tenant", TENANT, [2, 1]),
        ("tenant", "rival", [3]),
        ("account", "acme-perp", [2]),
        ("symbol", "ETH/USDT", [2]),
        ("side", "SELL", [2]),
        ("strategy", "grid", [2]),
        ("statuses", frozenset({OrderStatus.OPEN, OrderStatus.UNKNOWN}), [1]),
        ("statuses", frozenset({OrderStatus.FILLED, OrderStatus.OPEN}), [2, 1]),
        ("statuses", frozenset(), []),
        ("created_from_ns", other.created_ns, [2]),
        ("created_to_ns", other.created_ns, [1]),
        ("before", other.order_id, [1]),
        ("limit", 1, [2]),
    ):
        found = store.orders(_replace(mine, **{name: value}))
        same(f"orders by {name}", [o.order_id for o in found], [order_id(n) for n in wanted])


def pages_fills_newest_first_and_loses_none(new_store: NewStore) -> None:
    """Many fills share one instant: the page that reaches an instant has all of it."""
    store = new_store()
    order = order_of(1)
    # The other tenant's order and fills bear the same names: they must not mix.
    rival = order_of(2, tenant=TenantId("rival"), account=AccountId("rival-spot"))
    fills = [fill_of(order, f"e-{n}", at_ns=BEGINNING_NS + n // 3) for n in range(8)]
    changes = orders_of([order, rival])
    for fill in [*fills, fill_of(rival, "e-1")]:
        changes.fills[fill.order_id, fill.execution_id] = fill
    store.apply(changes)
    found: list[ExecutionId] = []
    before_ns = None
    while page := store.fills(tenant=TENANT, before_ns=before_ns, limit=2):
        found += [fill.execution_id for fill in page]
        before_ns = page[-1].venue_time_ns
    wanted = sorted(fills, key=lambda fill: (-fill.venue_time_ns, fill.execution_id))
    same("fills", found, [fill.execution_id for fill in wanted])
    newest = [fill.execution_id for fill in store.fills(tenant=TENANT, limit=2)]
    same("newest fills", newest, ["e-6", "e-7"])
    same("fills of one order", len(store.fills(tenant=TENANT, order_id=order.order_id)), 8)
    same("of another tenant's", store.fills(tenant=TENANT, order_id=rival.order_id), [])
    same("of an account", len(store.fills(tenant=TENANT, account=ACCOUNT)), 8)
    same("of no symbol", store.fills(tenant=TENANT, symbol=Symbol("ETH/USDT")), [])


def restores_what_may_still_change(new_store: NewStore) -> None:
    store = new_store()
    old_open = order_of(1, status=OrderStatus.UNKNOWN)
    old_final = order_of(2, status=OrderStatus.FILLED)
    new_final = order_of(9, status=OrderStatus.CANCELLED)
    orders = [old_open, old_final, new_final]
    changes = orders_of(orders)
    for order in orders:
        fill = fill_of(order, "e-1")
        changes.fills[fill.order_id, fill.execution_id] = fill
    changes.claims = [
        Claim(
            tenant=TENANT,
            key=order.request.idempotency_key,
            order_id=order.order_id,
            claimed_ns=order.created_ns,
        )
        for order in orders
    ]
    store.apply(changes)
    restored = store.restore(
        changed_after_ns=old_final.updated_ns, claimed_after_ns=new_final.created_ns
    )
    same("orders", restored.orders, [old_open, new_final])
    wanted = [fill_of(old_open, "e-1"), fill_of(new_final, "e-1")]
    same("fills", restored.fills, wanted)
    same("claims", restored.claims, changes.claims[:1])
    later = store.restore(
        changed_after_ns=new_final.updated_ns, claimed_after_ns=old_final.created_ns
    )
    same("orders", later.orders, [old_open])
    same("claims", later.claims, [changes.claims[0], changes.claims[2]])


def keeps_the_newest_claim_of_a_key(new_store: NewStore) -> None:
    """A key may be used again when its claim has run out (order-path 1)."""
    store = new_store()
    old = Claim(tenant=TENANT, key=IdempotencyKey("k"), order_id=order_id(1), claimed_ns=1)
    new = _replace(old, order_id=order_id(2), claimed_ns=2)
    same_key = _replace(old, tenant=TenantId("rival"), order_id=order_id(3))
    store.apply(Changes(applied_seq=1, claims=[old, same_key]))
    store.apply(Changes(applied_seq=2, claims=[new]))
    same("claims", _all_of(store).claims, [same_key, new])


SUITE: Sequence[Callable[[NewStore], None]] = (
    is_empty_at_first,
    keeps_one_of_everything,
    may_be_told_twice,
    stores_all_or_nothing,
    never_goes_back,
    shows_the_newest_value,
    replaces_and_drops_provisional_fills,
    pages_orders_newest_first,
    finds_orders_by_each_part_of_the_filter,
    pages_fills_newest_first_and_loses_none,
    finds_all_legs_of_an_order,
    finds_adopted_orders_whose_legs_share_a_name,
    tells_what_followed_the_last_stop,
    restores_what_may_still_change,
    keeps_the_newest_claim_of_a_key,
)


def _all_of(store: Store) -> Restored:
    return store.restore(changed_after_ns=-1, claimed_after_ns=-1)


def _restored(changes: Changes) -> Restored:
    return Restored(
        applied_seq=changes.applied_seq,
        account_seqs=changes.account_seqs,
        orders=[order for order, _ in changes.orders.values()],
        fills=list(changes.fills.values()),
        positions=list(changes.positions.values()),
        balances=list(changes.balances.values()),
        claims=changes.claims,
        halts=list(changes.halts.values()),
        pauses=list(changes.pauses.values()),
        days=list(changes.days.values()),
        instruments=[(key[0], value) for key, value in changes.instruments.items()],
    )


def _ordered(restored: Restored) -> dict[str, list[bytes]]:
    """Its parts as sorted bytes: 1.0 and 1.00 differ, the order of a list does not count."""
    parts = msgspec.structs.asdict(restored)
    seqs = parts.pop("account_seqs")
    parts["applied_seq"] = [parts["applied_seq"]]
    parts["account_seqs"] = list(seqs.items())
    return {name: sorted(map(_encode, values)) for name, values in parts.items()}


def _names(record: Record, order: Order) -> bool:
    body = record.body
    named = body.order if hasattr(body, "order") else body
    names = {leg.client_order_id for leg in order.legs}
    return bool(names & {getattr(named, "order_id", None), getattr(body, "client_order_id", None)})
