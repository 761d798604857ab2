"""Accounts as callers see them."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.domain.capabilities import Capabilities
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.ports.store import Halt
from algotradehub.trading.account_desk import AccountDesk, Durability
from algotradehub.trading.line import Line
from algotradehub.trading.line_quality import measured
from algotradehub.trading.reports import DeadManStatus
from algotradehub.trading.state import DeskState

_Told: TypeAlias = msgspec.Meta


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """What its last 50 requests met on the line to the venue, those of the last five minutes."""

    requests: Annotated[int, _Told(description="So many have ended.")]
    lost: Annotated[int, _Told(description="So many of them got no answer.")]
    answer_p95_s: Annotated[
        float | None, _Told(description="95 of 100 answers came within; null if none came.")
    ]
    disconnects: Annotated[int, _Told(description="Of the private stream, in the last minute.")]
    degraded: Annotated[
        str | None, _Told(description="Which limit of `quality` is exceeded; null while none is.")
    ]


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """One account: where it is, whether it accepts orders, and what it can be asked for."""

    id: AccountId
    venue: VenueId
    environment: Annotated[str, _Told(description="``paper``, ``sandbox`` or ``live``.")]
    accepting: bool
    refusing: Annotated[str | None, _Told(description="Why no new order is accepted; else null.")]
    halt: Annotated[Halt | None, _Told(description="The last halt or resumption by somebody.")]
    dead_man: Annotated[
        DeadManStatus | None,
        _Told(description="The venue's dead man's switch; null if none was asked for."),
    ]
    durability: Annotated[
        Durability, _Told(description="What an order survives before it is sent and confirmed.")
    ]
    open_orders: int
    instruments: int
    capabilities: Annotated[
        Capabilities, _Told(description="What it can be asked for, by us if not by the venue.")
    ]
    emulated: Annotated[
        Sequence[str],
        _Told(description="Order types and times in force that the venue leaves to us."),
    ]
    line: LineView


def account_view(desk: AccountDesk, state: DeskState, *, monotonic_ns: int) -> AccountView:
    account, account_id = desk.account, desk.account_id
    closed = desk.closed(state.standing)
    return AccountView(
        id=account_id,
        venue=account.venue,
        environment=environment(account.venue),
        accepting=closed is None,
        refusing=closed,
        halt=state.standing.halts.get(account_id),
        dead_man=desk.dead_man,
        durability=desk.durability,
        open_orders=state.sums.open_orders(account_id),
        instruments=len(desk.instruments),
        capabilities=desk.offered,
        emulated=emulated(account.capabilities, desk.offered),
        line=_line_view(desk.line, monotonic_ns),
    )


def _line_view(line: Line, monotonic_ns: int) -> LineView:
    measure = measured(line, monotonic_ns)
    return LineView(**msgspec.structs.asdict(measure), degraded=line.degraded)


def emulated(venue: Capabilities, offered: Capabilities) -> Sequence[str]:
    """What is offered although the venue lacks it."""
    types = offered.order_types - venue.order_types
    return sorted((*types, *(offered.times_in_force - venue.times_in_force)))


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    accounts: Sequence[AccountView]


def environment(venue: VenueId) -> str:
    """Whether money at ``venue`` is real: ``paper``, ``sandbox`` or ``live``."""
    if venue.partition(":")[0] == "paper":
        return "paper"
    return "sandbox" if venue.endswith(":sandbox") else "live"
