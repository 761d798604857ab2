"""Pre-trade limits over running sums: what an order may add is known without looking at others."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from algotradehub.domain.errors import RiskRefused
from algotradehub.domain.exposure import exposure_of
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import FINAL_STATUSES, Amendment, Order
from algotradehub.trading.limits import RiskLimits

_TEN_THOUSAND: Final = Decimal(10_000)
_BUY: Final = Side.BUY  # looked up once: on Python 3.11 that costs 50 ns each time


class InstrumentSums:
    """What may still be bought and sold in one instrument of one account, and what is held."""

    __slots__ = ("buying", "position", "selling")

    def __init__(self) -> None:
        self.buying = ZERO  # base units: working, pending, UNKNOWN and orphan quantity
        self.selling = ZERO
        self.position = ZERO  # signed, every position side added up


class RunningSums:
    """Kept in step with every change of an order, fill or orphan; never scanned (Property 24)."""

    def __init__(self) -> None:
        self._instruments: dict[tuple[AccountId, Symbol], InstrumentSums] = {}
        self._open_orders: dict[AccountId, int] = {}
        self._counted: dict[ClientOrderId, Decimal] = {}  # exposure of each order that has one

    def of(self, account: AccountId, symbol: Symbol) -> InstrumentSums:
        sums = self._instruments.get((account, symbol))
        if sums is None:
            sums = self._instruments[account, symbol] = InstrumentSums()
        return sums

    def of_account(self, account: AccountId) -> Sequence[tuple[Symbol, InstrumentSums]]:
        """Every instrument of one account that ever had orders or a position."""
        return [
            (symbol, sums)
            for (owner, symbol), sums in self._instruments.items()
            if owner == account
        ]

    def open_orders(self, account: AccountId) -> int:
        return self._open_orders.get(account, 0)

    def order_moved(self, before: Order | None, after: Order) -> None:
        exposure = exposure_of(after)
        counted = self._counted.get(after.order_id, ZERO)
        if exposure != counted:
            request = after.request
            more = exposure - counted if counted else exposure
            self.expect(request.account, request.symbol, request.side, more)
            if exposure:
                self._counted[after.order_id] = exposure
            else:
                del self._counted[after.order_id]
        if before is None or before.status is not after.status:
            was_open = before is not None and before.status not in FINAL_STATUSES
            is_open = after.status not in FINAL_STATUSES
            if is_open is not was_open:
                account = after.request.account
                opened = 1 if is_open else -1
                self._open_orders[account] = self._open_orders.get(account, 0) + opened

    def expect(self, account: AccountId, symbol: Symbol, side: Side, quantity: Decimal) -> None:
        """Add ``quantity`` (negative takes away) that may still be bought or sold."""
        sums = self.of(account, symbol)
        if side is _BUY:
            sums.buying += quantity
        else:
            sums.selling += quantity

    def position_moved(self, account: AccountId, symbol: Symbol, quantity: Decimal) -> None:
        self.of(account, symbol).position += quantity

    def snapshot(self) -> Mapping[tuple[AccountId, Symbol], tuple[Decimal, Decimal, Decimal]]:
        """``(buying, selling, position)`` per instrument, for comparison with a recount."""
        return {
            key: (sums.buying, sums.selling, sums.position)
            for key, sums in self._instruments.items()
        }


class RiskEngine:
    """Says no, naming the limit; a yes changes nothing, since the sums move with the order."""

    def __init__(self, *, sums: RunningSums, limits: Mapping[AccountId, RiskLimits]) -> None:
        self._sums = sums
        self._limits = limits

    def limits_of(self, account: AccountId) -> RiskLimits:
        return self._limits.get(account, _UNLIMITED)

    def check(self, order: Order, instrument: Instrument, reference: Decimal | None) -> None:
        """Check an order that is not in the sums yet.

        Args:
            order: As it would be journaled.
            instrument: Its instrument.
            reference: Best opposite or last price in quote units; None if there is none.

        Raises:
            RiskRefused: ``limit`` names the rule, the text its value and what was asked.
        """
        request = order.request
        limits = self._limits.get(request.account, _UNLIMITED)
        if limits is _UNLIMITED:
            return
        most = limits.max_open_orders
        if most is not None and (are_open := self._sums.open_orders(request.account)) >= most:
            raise RiskRefused("max_open_orders", f"{are_open} are open, {most} allowed")
        exposure, price = exposure_of(order), order.reserve_price
        if not price and limits.need_a_price:
            raise RiskRefused("price", "without a known price no notional limit can be checked")
        self._check_notional(limits, instrument, price, exposure)
        self._check_band(limits, request.side, request.limit_price, reference)
        if not request.reduce_only:
            self._check_position(limits, order, instrument, exposure)

    def check_amend(
        self,
        order: Order,
        amendment: Amendment,
        instrument: Instrument,
        reference: Decimal | None,
    ) -> None:
        """Check what ``amendment`` would add to an order that is in the sums already.

        Raises:
            RiskRefused: As for ``check``.
        """
        limits = self.limits_of(order.request.account)
        if limits is _UNLIMITED:
            return
        changed = msgspec.structs.replace(order, amend_pending=amendment)
        price = order.reserve_price if amendment.limit_price is None else amendment.limit_price
        self._check_notional(limits, instrument, price, exposure_of(changed))
        self._check_band(limits, order.request.side, amendment.limit_price, reference)
        added = exposure_of(changed) - exposure_of(order)
        if added > ZERO and not order.request.reduce_only:
            self._check_position(limits, order, instrument, added)

    def _check_notional(
        self, limits: RiskLimits, instrument: Instrument, price: Decimal, quantity: Decimal
    ) -> None:
        allowed = limits.max_order_notional
        if allowed is not None and (notional := instrument.notional(price, quantity)) > allowed:
            raise RiskRefused("max_order_notional", f"{notional:f} asked, {allowed:f} allowed")

    def _check_band(
        self, limits: RiskLimits, side: Side, price: Decimal | None, reference: Decimal | None
    ) -> None:
        band_bps = limits.price_band_bps
        if band_bps is None or price is None:
            return
        if reference is None:
            raise RiskRefused("price_band", "there is no price to compare the limit price with")
        beyond = price - reference if side is _BUY else reference - price
        if beyond * _TEN_THOUSAND > band_bps * reference:
            away_bps = beyond * _TEN_THOUSAND / reference
            raise RiskRefused(
                "price_band",
                f"{price:f} is {away_bps:.1f} bps beyond {reference:f}, {band_bps:f} allowed",
            )

    def _check_position(
        self, limits: RiskLimits, order: Order, instrument: Instrument, added: Decimal
    ) -> None:
        most, most_notional = limits.max_position, limits.max_position_notional
        if most is None and most_notional is None:
            return
        request = order.request
        sums = self._sums.of(request.account, request.symbol)
        if request.side is _BUY:
            worst = sums.position + sums.buying + added
        else:
            worst = sums.selling + added - sums.position
        if most is not None and worst > most:
            raise RiskRefused(
                "max_position", f"could reach {worst:f} {instrument.base}, {most:f} allowed"
            )
        if most_notional is None:
            return
        notional = instrument.notional(order.reserve_price, worst)
        if notional > most_notional:
            raise RiskRefused(
                "max_position_notional",
                f"could reach {notional:f} {instrument.quote}, {most_notional:f} allowed",
            )


_UNLIMITED: Final = RiskLimits()
