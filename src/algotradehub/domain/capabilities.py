"""What one venue offers, and how its silence is read: data, declared by each venue family."""

from enum import StrEnum

import msgspec

from algotradehub.domain.order import OrderType, TimeInForce


class AbsenceProof(StrEnum):
    LOOKUPS = "lookups"
    PERSON = "person"  # the venue enforces no expiry: only a person, or the session's end, decides


class AbsenceRule(msgspec.Struct, frozen=True, kw_only=True):
    """When "not seen" becomes "not there" (order-path 5)."""

    proof: AbsenceProof
    expiry_s: float  # a place or amend older than this is refused by the venue itself
    backend_timeout_s: float  # the venue's documented longest processing time
    clock_error_s: float
    settle_s: float = 2.0  # look-ups less than this apart may see the same stale copy
    sources: tuple[str, ...] = ("client_order_id", "open_orders", "closed_orders", "fills")
    look_ups: int = 2

    @property
    def dead_after_s(self) -> float:
        """Seconds after the last possible send from which the request cannot execute any more."""
        return self.expiry_s + self.backend_timeout_s + self.clock_error_s


class DeadManRule(msgspec.Struct, frozen=True, kw_only=True):
    """For how long the venue can be told to wait for us before it cancels every order."""

    shortest_s: float
    longest_s: float


class AmendStyle(StrEnum):
    IN_PLACE = "in_place"
    CANCEL_REPLACE = "cancel_replace"


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What an account may be asked for. What is missing is refused before anything is journaled."""

    order_types: frozenset[OrderType]
    times_in_force: frozenset[TimeInForce]
    absence: AbsenceRule
    post_only: bool = True
    reduce_only: bool = True
    quote_amounts: bool = False
    amend: AmendStyle = AmendStyle.CANCEL_REPLACE
    cancel_all: bool = True
    hedged_positions: bool = False
    dead_man: DeadManRule | None = None  # None: the venue has no such switch
    cumulative_only: bool = False  # tells totals per order, not executions
    replay_horizon_s: float = 600.0  # how late the venue may still repeat an event
    request_timeout_s: float = 10.0
