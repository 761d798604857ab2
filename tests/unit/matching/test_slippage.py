"""What a taker pays beyond the told price: the models alone, and in a recorded market."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.instrument import Side
from algotradehub.matching.recorded import RecordedMarket
from algotradehub.matching.slippage import (
    NoSlippage,
    ProportionalSlippage,
    SlippageModel,
    VolumeSlippage,
    paid,
)
from tests.unit.matching.events import candle, quote, trade
from tests.unit.matching.orders import BUY, SELL, amounts, fills, instrument, limit, market, stop

D = Decimal
HUNDRED_BPS = ProportionalSlippage(D(100))


def a_market(slippage: SlippageModel) -> RecordedMarket:
    return RecordedMarket(instrument(), slippage=slippage)


@given(
    model=st.builds(ProportionalSlippage, st.integers(0, 1_000).map(D))
    | st.builds(VolumeSlippage, st.integers(0, 1_000).map(D))
    | st.just(NoSlippage()),
    side=st.sampled_from(Side),
    ticks=st.integers(20, 10_000),
    quantity=st.integers(1, 100).map(D),
    volume=st.none() | st.integers(0, 100).map(D),
    data=st.data(),
)
def test_a_taker_pays_a_valid_price_that_is_never_better_and_keeps_its_limit(
    *,
    model: SlippageModel,
    side: Side,
    ticks: int,
    quantity: Decimal,
    volume: Decimal | None,
    data: st.DataObject,
) -> None:
    rules = instrument()
    price = ticks * D("0.5")
    away = data.draw(st.none() | st.integers(0, 10))
    limit_price = None if away is None else price + side.sign * away * D("0.5")
    at = paid(
        model,
        side,
        price,
        limit=limit_price,
        quantity=quantity,
        volume=volume,
        instrument=rules,
    )
    assert at > 0
    assert rules.nearest_price(at) == at
    assert (at - price) * side.sign >= 0
    assert limit_price is None or (limit_price - at) * side.sign >= 0


@pytest.mark.parametrize("model", [ProportionalSlippage, VolumeSlippage])
@pytest.mark.parametrize("bps", ["-1", "10000"])
def test_a_share_that_is_none_is_refused(
    model: type[ProportionalSlippage | VolumeSlippage], bps: str
) -> None:
    with pytest.raises(ValueError, match="bps must be at least 0 and below 10000"):
        model(D(bps))


def test_a_larger_share_of_the_volume_costs_more() -> None:
    model = VolumeSlippage(D(1_000))
    costs = [model.price(BUY, D(100), quantity=D(n), volume=D(10)) for n in (1, 5, 10, 99)]
    assert costs == [D("100.1"), D("102.5"), D(110), D(110)]
    assert model.price(SELL, D(100), quantity=D(5), volume=D(10)) == D("97.5")
    assert model.price(SELL, D(100), quantity=D(5), volume=None) == D(100)


def test_who_takes_from_a_candle_pays_more_than_its_open() -> None:
    market_ = a_market(HUNDRED_BPS)
    market_.on_candle(candle((100, 100, 100, 100)))
    market_.place(market("buys", BUY, 1), 150)
    market_.place(market("sells", SELL, 1), 150)
    out = market_.on_candle(candle((200, 220, 190, 210), start_ns=200))
    assert fills(out, "buys") == amounts((202, 1))
    assert fills(out, "sells") == amounts((198, 1))


def test_a_limit_is_kept() -> None:
    market_ = a_market(HUNDRED_BPS)
    market_.on_trade(trade(100, 5, None))
    market_.place(limit("taker", BUY, 1, "100.5"), 0)
    assert fills(market_.on_trade(trade(100, 5, None)), "taker") == amounts(("100.5", 1))


def test_a_stop_pays_beyond_its_trigger() -> None:
    market_ = a_market(HUNDRED_BPS)
    market_.on_candle(candle((100, 100, 100, 100)))
    market_.place(stop("stop", SELL, 1, 90), 150)
    out = market_.on_candle(candle((100, 100, 80, 85), start_ns=200))
    assert fills(out, "stop") == amounts((89, 1))


def test_who_rests_gets_its_own_price_and_who_takes_a_quote_pays_the_quote() -> None:
    market_ = a_market(HUNDRED_BPS)
    market_.on_candle(candle((100, 100, 100, 100)))
    market_.place(limit("rests", BUY, 1, 90), 150)
    out = market_.on_candle(candle((100, 100, 80, 85), start_ns=200))
    assert fills(out, "rests") == amounts((90, 1))
    market_.on_quote(quote((84, 5), (86, 5), 300))
    assert fills(market_.place(market("takes", BUY, 1), 300), "takes") == amounts((86, 1))
