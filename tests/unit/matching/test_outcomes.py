"""Both markets keep the Protocol that paper trading, backtests and simulators rely on."""

import pytest

from algotradehub.matching.outcomes import Accepted, Market, RefusalCode
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.matching.recorded import RecordedMarket
from tests.unit.matching.orders import BUY, SELL, closings, gtd, instrument, limit, refusal


@pytest.mark.parametrize("kind", [PriceTimeMarket, RecordedMarket])
def test_a_market_works_without_knowing_which(
    kind: type[PriceTimeMarket] | type[RecordedMarket],
) -> None:
    market: Market = kind(instrument())
    assert market.instrument == instrument()
    market.set_position("ann", instrument().lot)
    market.restore(limit("old", BUY, 2, 90), filled=instrument().lot, value=instrument().lot)
    assert market.place(limit("new", SELL, 1, 110, reduce_only=True), 1) == [
        Accepted(order_id="new")
    ]
    assert market.place(limit("dated", BUY, 1, 90, **gtd(9)), 1) == [Accepted(order_id="dated")]
    (amended,) = market.amend("new", quantity=None, limit_price=instrument().lot * 120, now_ns=2)
    assert amended.order_id == "new"
    assert list(closings(market.advance(9))) == ["dated"]
    assert list(closings(market.cancel("old", 10))) == ["old"]
    refused = refusal(market.place(limit("bad", BUY, "0.1", 90), 11))
    assert refused.code is RefusalCode.QUANTITY
