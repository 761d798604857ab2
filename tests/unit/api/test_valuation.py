"""Positions are valued at the price of now, wherever they are shown."""

from decimal import Decimal

from algotradehub.api.valuation import valued_position
from tests.unit.api.gateway import ACCOUNT, SPOT, gateway, quote


async def test_a_position_is_valued_at_the_newest_price() -> None:
    async with gateway() as api:
        placed = (await api.place()).json
        api.account.fill(placed["order_id"], quantity=Decimal("0.004"), price=Decimal(60000))
        held = api.core.state.positions.get(ACCOUNT, SPOT.symbol)
        assert held is not None
        assert valued_position(api.parts, held).mark_price is None
        api.tell(quote("60999", "61001", api.clock.now_ns()))
        view = valued_position(api.parts, held)
        assert (view.mark_price, view.unrealized) == (Decimal(61000), Decimal(4))
