"""What really happened at the scripted venue: its orders, each with its whole history."""

from bisect import bisect_right
from decimal import Decimal

from algotradehub.domain.evidence import Execution, OrderState
from algotradehub.domain.ids import ClientOrderId, Symbol, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import FINAL_STATUSES, OrderStatus, OrderType


class VenueOrder:
    """One order at the venue. Every change is kept, so that it can be told late, as it was then."""

    def __init__(
        self,
        *,
        venue_order_id: VenueOrderId,
        client_order_id: ClientOrderId | None,
        symbol: Symbol,
        side: Side,
        type_: OrderType,
        quantity: Decimal,
        price: Decimal | None,
        at_once: bool,
        at_ns: int,
        strangers_name: ClientOrderId | None = None,
    ) -> None:
        self.venue_order_id = venue_order_id
        self.client_order_id = client_order_id  # ours; None: somebody else placed it
        self.told_client_id = client_order_id or strangers_name
        self.symbol = symbol
        self.side = side
        self.type = type_
        self.quantity = quantity
        self.price = price
        self.at_once = at_once  # what does not fill at once is ended
        self.filled = ZERO
        self.value = ZERO
        self.status = OrderStatus.OPEN
        self.executions: list[tuple[int, Execution]] = []  # (when, what), fees known
        self._times: list[int] = []
        self._states: list[OrderState] = []
        self.changed(at_ns)

    @property
    def is_open(self) -> bool:
        return self.status not in FINAL_STATUSES

    @property
    def remaining(self) -> Decimal:
        return self.quantity - self.filled if self.is_open else ZERO

    def changed(self, at_ns: int) -> OrderState:
        """Note the order as it is now."""
        state = OrderState(
            client_order_id=self.told_client_id,
            venue_order_id=self.venue_order_id,
            symbol=self.symbol,
            side=self.side,
            status=self.status,
            venue_time_ns=at_ns,
            quantity=self.quantity,
            limit_price=self.price,
            filled=self.filled,
            value=self.value,
            type=self.type,
        )
        self._times.append(at_ns)
        self._states.append(state)
        return state

    def as_of(self, at_ns: int) -> OrderState | None:
        """The order as it was at that time; None before it existed."""
        index = bisect_right(self._times, at_ns)
        return self._states[index - 1] if index else None
