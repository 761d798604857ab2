"""Halting an account over HTTP: no new orders, whatever asks for them, until it is resumed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from algotradehub.api.answers import answer
from algotradehub.api.bodies import body_of, described_body
from algotradehub.api.callers import Caller
from algotradehub.api.parts import AccountName, ApiParts, Parts
from algotradehub.api.requests import HaltAccount
from algotradehub.api.schema import answers
from algotradehub.domain.ids import AccountId
from algotradehub.ports.store import Halt

router = APIRouter(prefix="/accounts", tags=["accounts"])

_PATH = "/{account}/halt"


@router.get(_PATH, responses=answers(200, Halt, "Whether it is halted", 404))
async def get_halt(parts: Parts, account: AccountName) -> Response:
    """Look at the last halt or resumption; `at` is null if there never was one."""
    return answer(_halt(parts, parts.desk(account).account_id))


@router.put(
    _PATH,
    responses=answers(200, Halt, "It is halted", 400, 404, 413, 415),
    openapi_extra=described_body(HaltAccount),
)
async def halt_account(
    parts: Parts,
    account: AccountName,
    caller: Caller,
    body: Annotated[HaltAccount, Depends(body_of(HaltAccount))],
) -> Response:
    """Stop new orders and changes of an account; cancels go on.

    What rests at the venue stays there: cancel it with `/orders/cancel-all`. A halt is remembered
    over restarts.
    """
    return answer(_set(parts, account, halted=True, reason=body.reason, by=caller))


@router.delete(_PATH, responses=answers(200, Halt, "It is not halted", 404))
async def resume_account(parts: Parts, account: AccountName, caller: Caller) -> Response:
    """Let an account take new orders again."""
    return answer(_set(parts, account, halted=False, reason="", by=caller))


def _set(parts: ApiParts, account: str, *, halted: bool, reason: str, by: str) -> Halt:
    """Record it, unless it is so already: repeating a request says nothing new."""
    account_id = parts.desk(account).account_id
    now = _halt(parts, account_id)
    if now.halted is not halted or (halted and (now.reason, now.by) != (reason, by)):
        parts.orders.halt(account_id, halted=halted, reason=reason, by=by)
    return _halt(parts, account_id)


def _halt(parts: ApiParts, account: AccountId) -> Halt:
    never = Halt(account=account, halted=False, reason="", by="", at_ns=0)
    return parts.state.standing.halts.get(account, never)
