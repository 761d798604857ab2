"""The kill switch over HTTP, and the closing of all positions."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from algotradehub.api.answers import answer
from algotradehub.api.bodies import body_of, described_body
from algotradehub.api.callers import Caller
from algotradehub.api.fields import Name
from algotradehub.api.parts import ApiParts, Parts
from algotradehub.api.requests import CloseAll, StopAccounts
from algotradehub.api.schema import answers
from algotradehub.api.views.orders import timeline_entry
from algotradehub.api.views.stops import CloseReports, StopReport, Stops, stop_view
from algotradehub.api.waiting import settled
from algotradehub.domain.errors import NotFound
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.stop_report import MOST_RECORDS, records_of_stop, summary_of

router = APIRouter(tags=["accounts"])


class ReportQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: Name = Field(examples=["paper-main"])


@router.get("/stop", responses=answers(200, Stops, "Every account of yours"))
async def get_stop(parts: Parts) -> Response:
    """Look at how far the stop of each account has come, and which are not stopped."""
    return answer(_stops(parts, parts.desks))


@router.post(
    "/stop",
    status_code=202,
    responses=answers(202, Stops, "They are halted, and cancelled", 400, 413, 415),
    openapi_extra=described_body(StopAccounts),
)
async def stop_accounts(
    parts: Parts, body: Annotated[StopAccounts, Depends(body_of(StopAccounts))], caller: Caller
) -> Response:
    """Stop trading: refuse new orders, cancel all others, and go on until that is proven.

    It never waits for the disk, and is remembered over restarts. Safe to repeat. An account is
    `proven` once no order of it is live and the venue, asked twice after the last request could
    still execute, listed none. `DELETE /accounts/{account}/halt` ends a stop. Positions stay as
    they are: see `/close-all`.
    """
    desks = parts.named_desks(body.accounts)
    parts.kill_switch.stop(desks, reason=body.reason, by=caller)
    return answer(_stops(parts, desks), status=202)


@router.get("/stop/report", responses=answers(200, StopReport, "The report", 404))
async def get_stop_report(parts: Parts, query: Annotated[ReportQuery, Query()]) -> Response:
    """Read what the journal holds about an account's last stop, for somebody who checks it.

    Each line has its `seq` in the journal. The lists that found nothing are in the proof.
    """
    account = parts.desk(query.account).account_id
    complete = await settled(parts.queries)
    found = await parts.queries.stop_records(account, limit=MOST_RECORDS)
    if not found:
        raise NotFound(f"{account} was never stopped, and its positions were never closed")
    records = tuple(records_of_stop(found))
    return answer(
        StopReport(
            summary=summary_of(account, records),
            records=[timeline_entry(record) for record in records],
            complete=complete and len(found) < MOST_RECORDS,
        )
    )


@router.get("/close-all", responses=answers(200, CloseReports, "What was asked for"))
async def get_close_all(parts: Parts) -> Response:
    """Look at how far the closing of positions has come.

    The report is of this process alone: after a restart nothing more is sent, and it is empty. The
    orders that were sent are in `/orders`.
    """
    return answer(_closing(parts, parts.desks))


@router.post(
    "/close-all",
    status_code=202,
    responses=answers(202, CloseReports, "Orders are on their way", 400, 413, 415),
    openapi_extra=described_body(CloseAll),
)
async def close_all(
    parts: Parts, body: Annotated[CloseAll, Depends(body_of(CloseAll))], caller: Caller
) -> Response:
    """Close every position with reduce-only market orders. They pass halts, stops and limits.

    An account with working orders is refused: stop it first and wait for the proof, or send
    `cancel_first`, which does that. A spot holding is sold only with `spot`, at most what is free;
    what is left is listed with the reason. An account is `flat` when neither our books nor the
    venue's own list, asked after the last fill, hold anything.
    """
    desks = parts.named_desks(body.accounts)
    parts.flattening.close(
        desks, reason=body.reason, by=caller, spot=body.spot, cancel_first=body.cancel_first
    )
    return answer(_closing(parts, desks), status=202)


def _stops(parts: ApiParts, desks: Sequence[AccountDesk]) -> Stops:
    return Stops(accounts=[stop_view(desk, parts.kill_switch) for desk in desks])


def _closing(parts: ApiParts, desks: Sequence[AccountDesk]) -> CloseReports:
    reports = (parts.flattening.of(desk) for desk in desks)
    return CloseReports(accounts=[report for report in reports if report is not None])
