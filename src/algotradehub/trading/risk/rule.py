"""What a rule is, and what an order looks like to one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from algotradehub.domain.errors import RiskRefused
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import OrderRequest
from algotradehub.trading.risk.sums import InstrumentSums
from algotradehub.trading.risk.use import Scope, Use

_BUY: Final = Side.BUY


class Asked:
    """An order, or what an amendment makes of one.

    Args:
        request: What is asked for.
        instrument: Its instrument.
        sums: Those of account and instrument, without what is added.
        quantity: Base units that may fill if it is accepted.
        added: Base units of those that are not in the sums yet.
        price: What it is valued at; 0 is not known.
        limit_price: The one to be set, if one is.
        reference: Best opposite or last price; None if there is none.
        is_new: Whether it opens an order.
    """

    __slots__ = (
        "_value_after",
        "added",
        "instrument",
        "is_new",
        "limit_price",
        "notional",
        "price",
        "quantity",
        "quote",
        "reference",
        "request",
        "sums",
        "unit_value",
        "worst",
    )

    def __init__(
        self,
        request: OrderRequest,
        instrument: Instrument,
        sums: InstrumentSums,
        *,
        quantity: Decimal,
        added: Decimal,
        price: Decimal,
        limit_price: Decimal | None,
        reference: Decimal | None,
        is_new: bool,
    ) -> None:
        self.request = request
        self.instrument = instrument
        self.sums = sums
        self.quantity = quantity
        self.added = added
        self.price = price
        self.limit_price = limit_price
        self.reference = reference
        self.is_new = is_new
        # What several rules ask for, reckoned once.
        self.quote = instrument.quote
        self.unit_value = unit_value(instrument, price)
        self.notional = quantity * self.unit_value  # quote units; 0 without a price
        # Where the position could come to on the order's side.
        if request.side is _BUY:
            self.worst = sums.position + sums.buying + added
        else:
            self.worst = sums.selling + added - sums.position
        self._value_after: Decimal | None = None

    @property
    def reduces(self) -> bool:
        """Whether it certainly makes the position smaller, whatever other orders do."""
        request = self.request
        return request.reduce_only or (self.worst <= ZERO and request.position_side == "NET")

    def value_after(self) -> Decimal | None:
        """What the instrument could come to in quote units with it; None without a price."""
        if self._value_after is None:
            sums, reference = self.sums, self.reference
            price = self.price
            if sums.price is not None and sums.price > price:
                price = sums.price
            if reference is not None and reference > price:
                price = reference
            if price:
                self._value_after = max(sums.reach, self.worst) * unit_value(self.instrument, price)
        return self._value_after


def unit_value(instrument: Instrument, price: Decimal) -> Decimal:
    """Quote units that one unit of quantity is worth: ``Instrument.notional`` of many is a product.

    Reckoned here because a method of a value costs more than all of a rule.
    """
    return instrument.contract_size if instrument.inverse else price


class Rule:
    """One limit of one scope.

    ``breaks`` alone decides, for a check and for an explanation; the other methods tell why.
    """

    name = ""

    def __init__(self, scope: Scope, limit: Decimal) -> None:
        self.scope = scope
        self.limit = limit

    def breaks(self, asked: Asked) -> bool:
        after = self.after(asked)
        return after is None or after > self.limit

    def now(self, asked: Asked) -> Decimal | None:
        """How much is used without the order; None where single orders are looked at."""
        return None

    def after(self, asked: Asked) -> Decimal | None:
        """How much would be used with the order; None if it cannot be known."""
        raise NotImplementedError

    def unit(self, asked: Asked) -> str:
        return str(asked.quote)

    def largest(self, asked: Asked) -> Decimal | None:
        """The largest quantity that would pass, not rounded; None if it is not easily told."""
        return None

    def why_unknown(self, asked: Asked) -> str:
        """What is missing where ``after`` cannot be known."""
        return f"there is no known price of {asked.instrument.symbol}"

    def uses(self) -> Sequence[Use]:
        """How much is used now, of each thing that it looks at by itself."""
        return [Use(None, "")]

    def told(self, asked: Asked, after: Decimal) -> str:
        """Say in words what the order would come to."""
        return f"{shown(after)} {self.unit(asked)} asked"

    def words(self, asked: Asked) -> str:
        """Say in words why the order breaks it."""
        after = self.after(asked)
        if after is None:
            return f"{self.why_unknown(asked)}; {self.scope} allows {shown(self.limit)}"
        text = f"{self.told(asked, after)}, {shown(self.limit)} allowed in {self.scope}"
        largest = largest_lots(self, asked)
        if largest is not None:
            text += f"; at most {shown(largest)} {asked.instrument.base} would pass"
        return text

    def refusal(self, asked: Asked) -> RiskRefused:
        return RiskRefused(self.name, self.words(asked))


def largest_lots(rule: Rule, asked: Asked) -> Decimal | None:
    """The largest quantity in whole lots that would pass ``rule``; None if none, or not told."""
    room = rule.largest(asked)
    if room is None or room <= ZERO:
        return None
    lots = asked.instrument.quantity_down(room)
    return lots if lots >= asked.instrument.min_quantity else None


def shown(amount: Decimal) -> str:
    """Plain digits, few behind the point."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_DECIMALS_SHOWN:
        amount = amount.quantize(_SHOWN).normalize()
    return f"{amount:f}"


_DECIMALS_SHOWN: Final = 8
_SHOWN: Final = Decimal(1).scaleb(-_DECIMALS_SHOWN)
