"""Positions at the price of now, as lists and stream show them."""

from decimal import Decimal

from algotradehub.api.parts import ApiParts
from algotradehub.api.views.holdings import PositionView, position_view
from algotradehub.domain.position import Position


def valued_position(parts: ApiParts, held: Position) -> PositionView:
    instrument = parts.state.positions.instrument(held.account, held.symbol)
    assert instrument is not None  # noqa: S101 - a position was moved by fills of it
    mark: Decimal | None = parts.market.last(instrument.venue, held.symbol)
    return position_view(held, instrument, mark)
