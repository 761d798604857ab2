"""A scenario is plain data."""

import msgspec

from algotradehub.domain.order import OrderType
from algotradehub.simulation.drawing import draw
from algotradehub.simulation.scenario import Order, Scenario, limit_price


def test_only_a_limit_order_has_a_limit_price() -> None:
    for seed in range(50):
        for order in draw(seed).actions:
            if isinstance(order, Order):
                assert (limit_price(order) is None) is (order.type is OrderType.MARKET)


def test_a_scenario_can_be_written_down_and_read_again() -> None:
    """A shrunk failure is handed around as text."""
    scenario = draw(3)
    for field in ("rules", "crashes", "durability"):
        value = getattr(scenario, field)
        assert msgspec.convert(msgspec.to_builtins(value), type=field_type(field)) == value


def field_type(name: str) -> object:
    return next(f.type for f in msgspec.structs.fields(Scenario) if f.name == name)
