"""Orders by the price that each waits for: the nearest first, and trails in steps."""

from decimal import Decimal

from algotradehub.domain.emulation import Emulated
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import Order, OrderType, Trail, Trigger, TriggerDirection
from algotradehub.trading.price_watch import STEPS, PriceWatch
from tests.unit.domain import examples
from tests.unit.trading.words import changed


def waits(name: str, price: int, direction: TriggerDirection) -> Order:
    order_id = ClientOrderId(name)
    request = changed(
        examples.order().request,
        type=OrderType.STOP_MARKET,
        trigger=Trigger(price=Decimal(price), direction=direction),
    )
    return examples.order(order_id=order_id, request=request, emulated=Emulated(waiting=True))


def trails(side: Side, best: int | None = None, activation: int | None = None) -> Order:
    trail = Trail(
        offset=Decimal(STEPS), activation_price=None if activation is None else Decimal(activation)
    )
    request = changed(
        examples.order().request, type=OrderType.TRAILING_STOP, side=side, trail=trail
    )
    emulated = Emulated(waiting=True, best=None if best is None else Decimal(best))
    return examples.order(request=request, emulated=emulated)


def reached(watch: PriceWatch, price: int) -> list[str]:
    found = []
    while (order_id := watch.reached(Decimal(price))) is not None:
        found.append(str(order_id))
    return found


def test_the_nearest_fires_first_and_once() -> None:
    watch = PriceWatch()
    for name, price in (("far", 90), ("near", 95), ("same", 95)):
        watch.add(waits(name, price, TriggerDirection.FALLS_TO))
    watch.add(waits("up", 105, TriggerDirection.RISES_TO))
    assert reached(watch, 96) == []
    assert reached(watch, 90) == ["near", "same", "far"]
    assert reached(watch, 80) == []
    assert reached(watch, 105) == ["up"]
    assert len(watch) == 0


def test_what_is_removed_or_moved_waits_no_more_at_its_old_price() -> None:
    watch = PriceWatch()
    order = waits("a", 95, TriggerDirection.FALLS_TO)
    watch.add(order)
    moved = changed(order.leg, trigger_price=Decimal(90))
    watch.add(changed(order, legs=(moved,)))
    assert reached(watch, 91) == []
    assert ClientOrderId("a") in watch
    watch.remove(ClientOrderId("a"))
    watch.remove(ClientOrderId("a"))
    assert reached(watch, 1) == []


def test_a_trail_begins_with_the_first_price_and_moves_by_whole_steps() -> None:
    watch = PriceWatch()
    order = trails(Side.SELL)
    watch.add(order)
    assert watch.moved(Decimal(100)) == order.order_id
    watch.follow(order.order_id, Decimal(100))
    assert watch.moved(Decimal("100.9")) is None
    assert watch.moved(Decimal(101)) == order.order_id
    watch.follow(order.order_id, Decimal(101))
    assert reached(watch, 52) == []
    assert reached(watch, 51) == [order.order_id]


def test_a_trail_that_buys_follows_the_fall() -> None:
    watch = PriceWatch()
    order = trails(Side.BUY, best=100)
    watch.add(order)
    assert watch.moved(Decimal(101)) is None
    assert watch.moved(Decimal(99)) == order.order_id
    assert reached(watch, 149) == []
    assert reached(watch, 150) == [order.order_id]


def test_a_trail_waits_for_its_activation_price() -> None:
    watch = PriceWatch()
    order = trails(Side.SELL, activation=120)
    watch.add(order)
    assert watch.moved(Decimal(119)) is None
    assert reached(watch, 1) == []
    assert watch.moved(Decimal(120)) == order.order_id
