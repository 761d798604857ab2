"""What a taker pays beyond the price that a print or a candle tells.

A print is what somebody else paid, and a candle is made of prints: neither shows the spread that
the next taker crosses, nor what a larger order moves. Displayed quotes and books show both, so
there a taker pays the levels as they are.
"""

from decimal import Decimal
from typing import Final, Protocol

from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ONE, ZERO

_BPS: Final = Decimal(10_000)
_BUY: Final = Side.BUY  # looked up once: on Python 3.11 that costs 50 ns each time


class SlippageModel(Protocol):
    def price(
        self, side: Side, price: Decimal, *, quantity: Decimal, volume: Decimal | None
    ) -> Decimal:
        """What a taker pays, or a seller gets, where the data says ``price``.

        It need not be a valid price, nor keep the order's limit: the market sees to both.

        Args:
            side: What the taker does.
            price: Quote units per base unit.
            quantity: Base units to take.
            volume: Base units that are offered; None: not limited.
        """
        ...


class NoSlippage:
    """The price as it is told. The default."""

    def price(
        self, side: Side, price: Decimal, *, quantity: Decimal, volume: Decimal | None
    ) -> Decimal:
        return price


class ProportionalSlippage:
    """A share of the price, such as half the usual spread."""

    def __init__(self, bps: Decimal) -> None:
        self._share = _share(bps)

    def price(
        self, side: Side, price: Decimal, *, quantity: Decimal, volume: Decimal | None
    ) -> Decimal:
        return _worse(side, price, price * self._share)


class VolumeSlippage:
    """A share of the price that grows with the square of the share of the volume that is taken.

    The model of zipline's VolumeShareSlippage (zipline.ml4trading.io), whose usual impact of 0.1
    is 1,000 bps.

    Args:
        bps: Of the price, for a taker of the whole volume; nothing where that is not limited.
    """

    def __init__(self, bps: Decimal) -> None:
        self._share = _share(bps)

    def price(
        self, side: Side, price: Decimal, *, quantity: Decimal, volume: Decimal | None
    ) -> Decimal:
        if not volume:
            return price
        taken = min(quantity / volume, ONE)
        return _worse(side, price, price * self._share * taken * taken)


def paid(
    model: SlippageModel,
    side: Side,
    price: Decimal,
    *,
    limit: Decimal | None,
    quantity: Decimal,
    volume: Decimal | None,
    instrument: Instrument,
) -> Decimal:
    """Return what ``model`` says, as a valid price that is never worse than ``limit``."""
    at = model.price(side, price, quantity=quantity, volume=volume)
    if at == price:
        return price
    at = instrument.passive_price(at, side.opposite)
    if limit is None:
        return at
    return min(at, limit) if side is _BUY else max(at, limit)


def _share(bps: Decimal) -> Decimal:
    if not ZERO <= bps < _BPS:
        raise ValueError(f"bps must be at least 0 and below {_BPS}, was {bps}")
    return bps / _BPS


def _worse(side: Side, price: Decimal, by: Decimal) -> Decimal:
    return price + by if side is _BUY else price - by
