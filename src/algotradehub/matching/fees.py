"""What a match costs each side: rates are the instrument's, the models differ in the asset taken.

A fee that needs a division (inverse contracts, a third asset) is rounded to ``FEE_QUANTUM``, as
venues book it; every other fee is exact.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol

import msgspec

from algotradehub.domain.evidence import Liquidity
from algotradehub.domain.ids import Asset
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ONE, require_positive

FEE_QUANTUM = Decimal("1E-8")

# Members looked up once: on Python 3.11 that costs 50 ns each time.
_BUY = Side.BUY
_MAKER = Liquidity.MAKER


class Fee(msgspec.Struct, frozen=True, gc=False):
    amount: Decimal  # negative is a rebate
    asset: Asset


class FeeModel(Protocol):
    def fee(self, side: Side, price: Decimal, quantity: Decimal, liquidity: Liquidity) -> Fee:
        """What the side that did ``side`` pays for ``quantity`` base units at ``price``."""
        ...


class QuoteFees:
    """In the quote asset; where contracts are inverse, in the settle asset. The default."""

    __slots__ = ("_instrument", "_maker", "_taker")

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        size = instrument.contract_size if instrument.inverse else ONE
        self._maker = instrument.maker_fee * size
        self._taker = instrument.taker_fee * size

    def fee(self, side: Side, price: Decimal, quantity: Decimal, liquidity: Liquidity) -> Fee:
        share = quantity * (self._maker if liquidity is _MAKER else self._taker)
        if self._instrument.inverse:
            return Fee(_rounded(share / price), self._instrument.settle)
        return Fee(share * price, self._instrument.quote)


class ReceivedAssetFees:
    """In the asset received: base for a buy, quote for a sell, as Binance spot takes them."""

    __slots__ = ("_base", "_maker", "_quote", "_taker")

    def __init__(self, instrument: Instrument) -> None:
        if not instrument.is_spot:
            raise ValueError(f"{instrument.symbol} is a contract: it receives no asset to pay from")
        self._base = instrument.base
        self._quote = instrument.quote
        self._maker = instrument.maker_fee
        self._taker = instrument.taker_fee

    def fee(self, side: Side, price: Decimal, quantity: Decimal, liquidity: Liquidity) -> Fee:
        share = quantity * (self._maker if liquidity is _MAKER else self._taker)
        return Fee(share, self._base) if side is _BUY else Fee(share * price, self._quote)


class ThirdAssetFees:
    """In an asset of its own, such as a venue's token, valued at one fixed price."""

    __slots__ = ("_asset", "_instrument", "_price")

    def __init__(self, instrument: Instrument, *, asset: Asset, asset_price: Decimal) -> None:
        """``asset_price`` is in quote units per unit of ``asset``."""
        require_positive("asset_price", asset_price)
        self._instrument = instrument
        self._asset = asset
        self._price = asset_price

    def fee(self, side: Side, price: Decimal, quantity: Decimal, liquidity: Liquidity) -> Fee:
        instrument = self._instrument
        maker = liquidity is _MAKER
        rate = instrument.maker_fee if maker else instrument.taker_fee
        value = instrument.notional(price, quantity)
        return Fee(_rounded(value * rate / self._price), self._asset)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(FEE_QUANTUM, rounding=ROUND_HALF_EVEN)
