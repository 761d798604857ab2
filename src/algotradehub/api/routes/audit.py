"""The audit log over HTTP: what venues were asked, how that went, and what people decided."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from algotradehub.api.answers import answer
from algotradehub.api.fields import Instant, Name, word_of
from algotradehub.api.parts import ApiParts, Parts
from algotradehub.api.schema import answers
from algotradehub.api.views.audit import (
    Actions,
    AuditHead,
    AuditStats,
    Operations,
    action_view,
    operation_view,
    stats_view,
)
from algotradehub.api.waiting import settled
from algotradehub.domain.commands import Operation
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.ports.audit import OperationFilter

router = APIRouter(prefix="/audit", tags=["audit"])

_HOUR_NS = 3600 * 1_000_000_000


class Period(StrEnum):
    HOUR = "HOUR"
    DAY = "DAY"

    @property
    def ns(self) -> int:
        return _HOUR_NS if self is Period.HOUR else 24 * _HOUR_NS


class WhoAndWhen(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: Name | None = None
    venue: Name | None = Field(default=None, description="Of the accounts at this venue.")
    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = Field(default=None, description="Exclusive.")

    def accounts(self, parts: ApiParts) -> frozenset[AccountId]:
        """The tenant's accounts that are meant.

        Raises:
            InvalidRequest: The one that is named does not exist for this tenant.
        """
        desks = parts.desks
        if self.account is not None:
            desks = (parts.orders.desk(AccountId(self.account), parts.tenant),)
        at_venue = (each for each in desks if self.venue in {None, each.account.venue})
        return frozenset(each.account_id for each in at_venue)


class Page(WhoAndWhen):
    cursor: Annotated[
        int | None, Field(ge=0, lt=2**63, description="``next_cursor`` of the page before.")
    ] = None
    limit: int = Field(default=100, ge=1, le=500)


class OperationQuery(Page):
    operation: Annotated[Operation, *word_of(Operation)] | None = None
    success: bool | None = Field(default=None, description="Left out: unanswered ones as well.")
    order_id: Name | None = None


class StatsQuery(WhoAndWhen):
    by: Annotated[Period, *word_of(Period)] | None = Field(
        default=None, description="One line per hour or day, in UTC."
    )


@router.get("/operations", responses=answers(200, Operations, "A page of operations"))
async def list_operations(parts: Parts, query: Annotated[OperationQuery, Query()]) -> Response:
    """List what venues were asked, newest first, and what became of it.

    A request to a venue holds its bytes and those of the answer, without secrets.
    """
    complete = await settled(parts.queries)
    wanted = OperationFilter(
        accounts=query.accounts(parts),
        operation=query.operation,
        success=query.success,
        order_id=None if query.order_id is None else ClientOrderId(query.order_id),
        from_ns=query.from_,
        to_ns=query.to,
        before_seq=query.cursor,
        limit=query.limit,
    )
    found = await parts.queries.operations(wanted)
    next_cursor = str(found[-1].seq) if len(found) >= query.limit else None
    shown = [operation_view(each) for each in found]
    return answer(Operations(operations=shown, next_cursor=next_cursor, complete=complete))


@router.get("/stats", responses=answers(200, AuditStats, "Operations, counted"))
async def get_audit_stats(parts: Parts, query: Annotated[StatsQuery, Query()]) -> Response:
    """Count operations: how many, how many went well, how long they took, how they failed."""
    complete = await settled(parts.queries)
    wanted = OperationFilter(accounts=query.accounts(parts), from_ns=query.from_, to_ns=query.to)
    period_ns = None if query.by is None else query.by.ns
    found = await parts.queries.operation_stats(wanted, period_ns=period_ns)
    return answer(AuditStats(stats=[stats_view(each) for each in found], complete=complete))


@router.get("/actions", responses=answers(200, Actions, "A page of actions"))
async def list_actions(parts: Parts, query: Annotated[Page, Query()]) -> Response:
    """List halts, stops, resumptions and corrections, newest first."""
    complete = await settled(parts.queries)
    wanted = OperationFilter(
        accounts=query.accounts(parts),
        from_ns=query.from_,
        to_ns=query.to,
        before_seq=query.cursor,
        limit=query.limit,
    )
    found = await parts.queries.actions(wanted)
    next_cursor = str(found[-1].seq) if len(found) >= query.limit else None
    shown = [action_view(each) for each in found]
    return answer(Actions(actions=shown, next_cursor=next_cursor, complete=complete))


@router.get("/head", responses=answers(200, AuditHead, "The head of the journal"))
async def get_audit_head(parts: Parts) -> Response:
    """Look at the head of the journal, to keep it where nobody here can write.

    `algotradehub audit verify --against HEAD` proves later that nothing before it was changed.
    """
    head = await parts.queries.head()
    return answer(AuditHead(head=str(head), seq=head.seq))
