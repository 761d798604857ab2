"""What a strategy of one's own starts from."""

from decimal import Decimal

from algotradehub.domain.ids import AccountId, StrategyId, Symbol, VenueId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import BaseAmount, OrderType
from algotradehub.ports.strategy import Strategy
from algotradehub.strategies.sdk import OwnStrategy
from tests.unit.strategies.test_market_maker import Desk, quote

OWN = OwnStrategy(
    "mine", account=AccountId("a"), venue=VenueId("paper:one"), symbol=Symbol("BTC/USDT")
)


def test_it_is_a_strategy_that_does_nothing() -> None:
    strategy: Strategy = OWN
    assert strategy.name == "mine"
    assert strategy.on_market(quote(), Desk()) == ()


def test_without_a_limit_it_takes_what_there_is() -> None:
    request = OWN.place(Side.BUY, Decimal("0.1")).request
    assert (request.type, request.limit_price, request.post_only) == (OrderType.MARKET, None, False)
    assert (request.account, request.symbol, request.side) == ("a", "BTC/USDT", Side.BUY)
    assert request.amount == BaseAmount(Decimal("0.1"))
    assert request.strategy == StrategyId("mine")


def test_a_limit_may_be_post_only() -> None:
    price = Decimal(100)
    request = OWN.place(Side.SELL, Decimal(1), limit_price=price, post_only=True).request
    assert (request.type, request.limit_price, request.post_only) == (OrderType.LIMIT, price, True)
