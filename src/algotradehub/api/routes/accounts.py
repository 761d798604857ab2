"""Accounts over HTTP: which there are, and whether they accept orders."""

from fastapi import APIRouter, Response

from algotradehub.api.answers import answer
from algotradehub.api.parts import Parts
from algotradehub.api.schema import answers
from algotradehub.api.views.accounts import Accounts, account_view

router = APIRouter(prefix="/accounts", tags=["accounts"])


@router.get("", responses=answers(200, Accounts, "Your accounts"))
async def list_accounts(parts: Parts) -> Response:
    """List your accounts, and what each can be asked for."""
    now_ns = parts.clock.monotonic_ns()
    accounts = [account_view(desk, parts.state, monotonic_ns=now_ns) for desk in parts.desks]
    return answer(Accounts(accounts=accounts))
