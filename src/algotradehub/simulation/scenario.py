"""What happens in one seed: the actions of users, of strangers, of the network and of fate."""

from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

import msgspec

from algotradehub.app.restoring import IN_MEMORY_NS
from algotradehub.domain.ids import Asset, ClientOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import LIMIT_TYPES, OrderType, TimeInForce
from algotradehub.simulation.limits import WIDE
from algotradehub.simulation.rules import VenueRules
from algotradehub.simulation.wires import Wire
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.dead_man import DeadManPolicy
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.stuck import Action as Intervention

_S = 1_000_000_000


class Order(msgspec.Struct, frozen=True):
    """A user places an order; ``key`` is its number in the scenario."""

    at_ns: int
    key: int
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    quantity: int
    price: int


class Repeat(msgspec.Struct, frozen=True):
    """The same request once more: a second click, or a client that saw no answer."""

    at_ns: int
    key: int


class Cancel(msgspec.Struct, frozen=True):
    at_ns: int
    key: int


class Amend(msgspec.Struct, frozen=True):
    at_ns: int
    key: int
    quantity: int
    price: int
    trigger: int = 0  # of what waits: its new trigger


class Waiting(msgspec.Struct, frozen=True):
    """A user places an order of a kind that the venue lacks."""

    at_ns: int
    key: int
    side: Side
    type: OrderType
    quantity: int
    price: int
    trigger: int  # of a trail: its offset
    lasts_ns: int  # 0: until it is cancelled
    late: bool


class Fire(msgspec.Struct, frozen=True):
    """A user fires what waits."""

    at_ns: int
    key: int


class FeedCut(msgspec.Struct, frozen=True):
    """No price is told."""

    at_ns: int
    for_ns: int


class Halt(msgspec.Struct, frozen=True):
    """Nothing new is sent; what rests goes on."""

    at_ns: int


class Stop(msgspec.Struct, frozen=True):
    """Somebody pulls the kill switch."""

    at_ns: int


class CloseAll(msgspec.Struct, frozen=True):
    """Somebody wants everything sold that is held."""

    at_ns: int
    cancel_first: bool


class Resume(msgspec.Struct, frozen=True):
    """New orders are accepted again."""

    at_ns: int


class Intervene(msgspec.Struct, frozen=True):
    """Somebody does the same about every order that is stuck; who decides may be ``wrong``."""

    at_ns: int
    action: Intervention
    wrong: bool
    approves_after_ns: int  # the second person, where two are asked for


class Pause(msgspec.Struct, frozen=True):
    """Somebody pauses the venue, or resumes it."""

    at_ns: int
    paused: bool


class ByHand(msgspec.Struct, frozen=True):
    """Somebody places an order on the venue's own page, or by a program that gives it a name."""

    at_ns: int
    side: Side
    quantity: int
    price: int
    name: ClientOrderId | None = None


class Deposit(msgspec.Struct, frozen=True):
    """Money comes, or goes, that no order explains."""

    at_ns: int
    asset: Asset
    amount: int


class Outage(msgspec.Struct, frozen=True):
    at_ns: int
    for_ns: int
    wires: tuple[Wire, ...] = tuple(Wire)


class DiskFault(msgspec.Struct, frozen=True):
    at_ns: int
    sync: bool  # the next sync fails, otherwise the next write
    leaves_part: bool


class Death(StrEnum):
    KILL = "kill"  # the process dies; what it wrote stays
    POWER = "power"  # the machine dies; what was not synced is torn


class Crash(msgspec.Struct, frozen=True):
    """This life ends at its ``effect``-th effect, and the next begins after ``down_ns``."""

    effect: int  # of those whose name contains ``among``
    death: Death
    down_ns: int
    loses_projection: bool  # its file is gone, too
    among: str = ""  # nothing: all of them


Accident: TypeAlias = ByHand | Deposit | Outage | DiskFault | FeedCut  # nobody here asked for it
Emergency: TypeAlias = Halt | Stop | CloseAll | Resume | Pause
Wish: TypeAlias = Order | Waiting | Fire | Repeat | Cancel | Amend
Action: TypeAlias = Wish | Emergency | Intervene | Accident


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is drawn in advance; the rest comes from the seed's streams."""

    seed: int
    rules: VenueRules
    durability: Durability
    segment_bytes: int  # of the journal: small ones are left often
    wall_errors_ns: tuple[int, ...]  # how wrong the clock is in each life
    actions: tuple[Action, ...]  # by time
    crashes: tuple[Crash, ...]  # one per life, in order
    second_approver: bool = False
    stuck_after_s: float = 5.0
    limits: RiskLimits = WIDE
    dead_man: DeadManPolicy | None = None
    heals_after_ns: int = 0  # after the last action: so long all trouble goes on
    in_memory_ns: int = IN_MEMORY_NS  # so long ended orders stay there


def limit_price(order: Order | Waiting) -> Decimal | None:
    return Decimal(order.price) if order.type in LIMIT_TYPES else None
