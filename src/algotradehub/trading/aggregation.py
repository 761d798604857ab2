"""Positions of many accounts, added up where they are reckoned alike."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from algotradehub.domain.ids import Asset
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ZERO
from algotradehub.domain.position import Position


class AggregatedPosition(msgspec.Struct, frozen=True, kw_only=True):
    """One asset over every account that holds it, of what is reckoned alike (Property 25).

    Base units valued in one quote add up; contracts of inverse instruments add up among
    themselves. What is reckoned differently is never summed.
    """

    asset: Asset
    quote: Asset  # of ``cost`` and ``realized``; the settle asset where ``inverse``
    inverse: bool
    quantity: Decimal
    cost: Decimal
    realized: Decimal
    positions: tuple[Position, ...]

    @property
    def average_price(self) -> Decimal | None:
        return self.cost / self.quantity if self.quantity else None


def aggregated(positions: Iterable[tuple[Position, Instrument]]) -> tuple[AggregatedPosition, ...]:
    """One line per base asset, quote and way of reckoning."""
    alike: dict[tuple[Asset, Asset, bool], list[Position]] = {}
    for held, instrument in positions:
        quote = instrument.settle if instrument.inverse else instrument.quote
        alike.setdefault((instrument.base, quote, instrument.inverse), []).append(held)
    return tuple(
        AggregatedPosition(
            asset=asset,
            quote=quote,
            inverse=inverse,
            quantity=sum((held.quantity for held in group), ZERO),
            cost=sum((held.cost for held in group), ZERO),
            realized=sum((held.realized for held in group), ZERO),
            positions=tuple(group),
        )
        for (asset, quote, inverse), group in alike.items()
    )
