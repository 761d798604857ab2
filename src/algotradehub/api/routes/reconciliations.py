"""Reconciliation over HTTP: where books and venue differed, and one more comparison now."""

from fastapi import APIRouter, Response

from algotradehub.api.answers import answer
from algotradehub.api.parts import AccountName, Parts
from algotradehub.api.schema import answers
from algotradehub.api.views.reconciliations import Reconciliations
from algotradehub.trading.reports import Reconciliation

router = APIRouter(prefix="/accounts", tags=["accounts"])

_PATH = "/{account}/reconciliations"


@router.get(_PATH, responses=answers(200, Reconciliations, "The last comparisons", 404))
async def list_reconciliations(parts: Parts, account: AccountName) -> Response:
    """Look at what the last comparisons of books and venue found, newest first.

    Kept in memory: at most 100, of this process. Every difference is in the journal, too.
    """
    desk = parts.desk(account)
    return answer(Reconciliations(reconciliations=list(reversed(desk.reconciliations))))


@router.post(_PATH, responses=answers(200, Reconciliation, "What it found", 404, 502))
async def reconcile_account(parts: Parts, account: AccountName) -> Response:
    """Compare books and venue now, and answer when that is done.

    What the venue tells is taken in. A balance or position is corrected when it differs twice, so
    ask again a moment later to have the venue's word believed.
    """
    return answer(await parts.desk(account).questions.reconcile())
