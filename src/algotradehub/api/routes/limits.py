"""Limits of an account over HTTP."""

from fastapi import APIRouter, Response

from algotradehub.api.answers import answer
from algotradehub.api.parts import AccountName, ApiParts, Parts
from algotradehub.api.schema import answers
from algotradehub.api.views.limits import AccountLimits, CountUse, PositionUse, position_use
from algotradehub.domain.ids import AccountId
from algotradehub.trading.limits import RiskLimits
from algotradehub.trading.risk.use import ScopeKind

router = APIRouter(prefix="/accounts", tags=["accounts"])

_OF_ACCOUNT = frozenset({ScopeKind.ACCOUNT, ScopeKind.INSTRUMENT})


@router.get("/{account}/limits", responses=answers(200, AccountLimits, "Limits and their use", 404))
async def get_limits(parts: Parts, account: AccountName) -> Response:
    """Look at what new orders are held against, and how much of it is used now.

    `max_order_notional` and `price_band_bps` are of each order by itself: they have no use.
    """
    account_id = parts.desk(account).account_id
    limits = parts.orders.limits(account_id)
    return answer(
        AccountLimits(
            account=account_id,
            limits=limits,
            open_orders=CountUse(
                now=parts.state.sums.open_orders(account_id), limit=limits.max_open_orders
            ),
            positions=_positions(parts, account_id, limits),
            instruments=parts.risk.instrument_limits_of(account_id),
            uses=[
                use
                for use in parts.risk.uses(parts.tenant)
                if use.name == account_id and use.scope in _OF_ACCOUNT
            ],
        )
    )


def _positions(parts: ApiParts, account: AccountId, limits: RiskLimits) -> list[PositionUse]:
    """Of what may move or is held; an instrument that is flat and quiet is left out."""
    shown = []
    for symbol, sums in parts.state.sums.of_account(account):
        instrument = parts.state.positions.instrument(account, symbol)
        if instrument is not None and (sums.position or sums.buying or sums.selling):
            price = parts.market.last(instrument.venue, symbol)
            shown.append(position_use(sums, instrument, price, limits))
    return sorted(shown, key=lambda use: use.symbol)
