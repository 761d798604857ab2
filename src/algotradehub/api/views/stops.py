"""Stops and the closing of positions as callers see them."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.api.views.orders import TimelineEntry
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.kill_switch import KillSwitch
from algotradehub.trading.reports import CloseReport
from algotradehub.trading.stop_report import StopSummary

_Told: TypeAlias = msgspec.Meta


class StopView(msgspec.Struct, frozen=True, kw_only=True):
    """How far the stop of one account has come."""

    account: AccountId
    stopped: Annotated[bool, _Told(description="New orders are refused, all others cancelled.")]
    proven: Annotated[
        bool,
        _Told(description="No order is live here, and the venue listed none, asked twice."),
    ]
    reason: str
    by: str
    asked_ns: int
    not_proven: Annotated[
        Sequence[ClientOrderId], _Told(description="Orders that may still work, by name.")
    ]
    looked_ns: Annotated[
        tuple[int, ...], _Told(description="When the venue was asked and listed no open order.")
    ]


class Stops(msgspec.Struct, frozen=True, kw_only=True):
    """The stop of every account that was asked for."""

    accounts: Sequence[StopView]


class StopReport(msgspec.Struct, frozen=True, kw_only=True):
    """Who stopped an account and why, what became of each order, and the lines that prove it."""

    summary: StopSummary
    records: Annotated[
        Sequence[TimelineEntry], _Told(description="The journal's lines, oldest first.")
    ]
    complete: Annotated[
        bool, _Told(description="False while storage is behind, or where there is more.")
    ]


class CloseReports(msgspec.Struct, frozen=True, kw_only=True):
    """How far the closing of positions has come, account by account."""

    accounts: Sequence[CloseReport]


def stop_view(desk: AccountDesk, kill_switch: KillSwitch) -> StopView:
    stop = kill_switch.of(desk)
    if stop is None:
        return StopView(
            account=desk.account_id,
            stopped=False,
            proven=False,
            reason="",
            by="",
            asked_ns=0,
            not_proven=(),
            looked_ns=(),
        )
    return StopView(
        account=stop.account,
        stopped=True,
        proven=stop.is_proven,
        reason=stop.reason,
        by=stop.by,
        asked_ns=stop.asked_ns,
        not_proven=stop.not_proven,
        looked_ns=tuple(stop.looked_ns),
    )
