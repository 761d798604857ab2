"""Fee models: which asset, which rate, how exact."""

from decimal import Decimal

import pytest

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.ids import Asset
from algotradehub.domain.instrument import InstrumentKind, Side
from algotradehub.matching.fees import Fee, FeeModel, QuoteFees, ReceivedAssetFees, ThirdAssetFees
from tests.unit.matching.orders import BUY, SELL, instrument

D = Decimal
MAKER, TAKER = Liquidity.MAKER, Liquidity.TAKER
SPOT = instrument(maker_fee=D("-0.0001"), taker_fee=D("0.001"))
LINEAR = instrument(kind=InstrumentKind.PERPETUAL, contract_size=D("0.01"), taker_fee=D("0.001"))
INVERSE = instrument(
    kind=InstrumentKind.PERPETUAL,
    contract_size=D(100),
    inverse=True,
    settle=Asset("BTC"),
    taker_fee=D("0.0005"),
)


@pytest.mark.parametrize(
    ("model", "side", "liquidity", "amount", "asset"),
    [
        (QuoteFees(SPOT), BUY, TAKER, "0.9", "USDT"),
        (QuoteFees(SPOT), SELL, MAKER, "-0.09", "USDT"),  # a rebate
        (QuoteFees(LINEAR), SELL, TAKER, "0.9", "USDT"),
        (QuoteFees(INVERSE), BUY, TAKER, "0.00050000", "BTC"),  # 300 / 300 * 0.0005
        (ReceivedAssetFees(SPOT), BUY, TAKER, "0.003", "BTC"),
        (ReceivedAssetFees(SPOT), SELL, TAKER, "0.9", "USDT"),
        (ReceivedAssetFees(SPOT), SELL, MAKER, "-0.09", "USDT"),
        (ThirdAssetFees(SPOT, asset=Asset("BNB"), asset_price=D(600)), BUY, TAKER, "0.0015", "BNB"),
        (
            ThirdAssetFees(SPOT, asset=Asset("BNB"), asset_price=D(7)),
            BUY,
            TAKER,
            "0.12857143",
            "BNB",
        ),
        (ThirdAssetFees(SPOT, asset=Asset("BNB"), asset_price=D(9)), SELL, MAKER, "-0.01", "BNB"),
    ],
)
def test_three_at_300(
    model: FeeModel, side: Side, liquidity: Liquidity, amount: str, asset: str
) -> None:
    fee = model.fee(side, D(300), D(3), liquidity)
    assert fee == Fee(D(amount), Asset(asset))


def test_what_makes_no_sense_is_not_built() -> None:
    with pytest.raises(ValueError, match="is a contract"):
        ReceivedAssetFees(LINEAR)
    with pytest.raises(ValueError, match="asset_price must be positive"):
        ThirdAssetFees(SPOT, asset=Asset("BNB"), asset_price=D(0))
