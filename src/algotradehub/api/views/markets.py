"""Instruments and quotes as callers see them."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from algotradehub.domain.instrument import Instrument
from algotradehub.domain.market import Quote


class InstrumentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Instruments by venue and symbol."""

    instruments: Sequence[Instrument]
    next_cursor: str | None


class QuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest quote, and how old it is."""

    quote: Quote
    age_ms: Annotated[int, msgspec.Meta(description="Since we received it.")]


class Quotes(msgspec.Struct, frozen=True, kw_only=True):
    """The newest quotes that are known. A symbol that nobody follows has none."""

    quotes: Sequence[QuoteView]
