"""What an account holds of one asset: the venue's word, and our own postings beside it."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from algotradehub.domain.evidence import Balance
from algotradehub.domain.fill import Effect
from algotradehub.domain.ids import AccountId, Asset
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.money import ZERO

_replace = msgspec.structs.replace


class AssetBalance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One asset of one account.

    ``total`` and ``available`` are the venue's last word. ``posted`` is the sum of what our fills
    moved since the opening balance, so that ``opening + posted`` can be compared with ``total``
    whenever nothing is under way: they are two opinions and never mixed.
    """

    account: AccountId
    asset: Asset
    opening: Decimal | None = None  # the venue's first word; None until it spoke
    posted: Decimal = ZERO
    suspense: Decimal = ZERO  # part of ``posted`` that nothing explains: the venue's word won
    total: Decimal | None = None
    available: Decimal | None = None
    venue_time_ns: int = 0
    updated_ns: int = 0

    @property
    def expected(self) -> Decimal | None:
        """What the asset should amount to by our own books."""
        return None if self.opening is None else self.opening + self.posted

    @property
    def difference(self) -> Decimal | None:
        """Venue's word minus ours; None until the venue spoke."""
        if self.total is None or self.opening is None:
            return None
        return self.total - self.opening - self.posted


def told(balance: AssetBalance, word: Balance, at_ns: int) -> AssetBalance:
    """Return ``balance`` after the venue's word; an older word changes nothing."""
    if word.venue_time_ns < balance.venue_time_ns:
        return balance
    opening = balance.opening
    if opening is None:
        opening = word.total - balance.posted
    return _replace(
        balance,
        opening=opening,
        total=word.total,
        available=word.available,
        venue_time_ns=word.venue_time_ns,
        updated_ns=at_ns,
    )


def posted(balance: AssetBalance, amount: Decimal, at_ns: int) -> AssetBalance:
    return _replace(balance, posted=balance.posted + amount, updated_ns=at_ns)


def corrected(balance: AssetBalance, amount: Decimal, at_ns: int) -> AssetBalance:
    """The venue's word wins (Property 27)."""
    return _replace(posted(balance, amount, at_ns), suspense=balance.suspense + amount)


def postings(effect: Effect, instrument: Instrument) -> Iterator[tuple[Asset, Decimal]]:
    """What a fill of a spot instrument moves, asset by asset.

    Contracts move no asset at the fill but the fee: their profit arrives by settlement.
    """
    if instrument.is_spot:
        sign = effect.side.sign
        value = effect.quantity * effect.price + effect.correction
        if effect.quantity:
            yield instrument.base, sign * effect.quantity
        if value:
            yield instrument.quote, -sign * value
    if effect.fee and effect.fee_asset is not None:
        yield effect.fee_asset, -effect.fee
