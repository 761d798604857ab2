"""What the gateway is handed: it builds nothing and reaches for nothing.

A name that stands for nothing is answered by where it stands: in a path, that there is nothing
there (404); in a query, a body or a frame of the stream, that the field breaks a rule (422), with
the nearest name that would not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Protocol, cast

import msgspec
from fastapi import Depends, Path, Request

from algotradehub.api.callers import Callers
from algotradehub.api.fields import Name
from algotradehub.api.refusals import nearest_word, shown
from algotradehub.domain.errors import InvalidRequest, NotFound, Refusal
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import AccountId, ClientOrderId, Symbol, TenantId, VenueId
from algotradehub.domain.order import Order
from algotradehub.domain.records import Record
from algotradehub.ports.audit import Head, OperationFilter, OperationStats, Performed
from algotradehub.ports.clock import Clock
from algotradehub.ports.ids import IdSource
from algotradehub.ports.store import OrderFilter
from algotradehub.ports.venue import MarketFeed
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.flattening import Flattening
from algotradehub.trading.intervention import InterventionDesk
from algotradehub.trading.kill_switch import KillSwitch
from algotradehub.trading.market_data import MarketDataManager
from algotradehub.trading.orders import OrderManager
from algotradehub.trading.risk.engine import RiskEngine
from algotradehub.trading.state import DeskState

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Queries(Protocol):
    """Reads the projection without holding up the loop.

    The calls mean what they mean in ``ports.store.Store``.
    """

    async def settled(self) -> None:
        """Wait until the projection has everything recorded before this call."""
        ...

    async def orders(self, wanted: OrderFilter) -> Sequence[Order]: ...

    async def fills(
        self,
        *,
        tenant: TenantId,
        order_id: ClientOrderId | None = None,
        account: AccountId | None = None,
        symbol: Symbol | None = None,
        before_ns: int | None = None,
        limit: int = 100,
    ) -> Sequence[Fill]: ...

    async def timeline(self, order_id: ClientOrderId) -> Sequence[Record]: ...

    async def stop_records(self, account: AccountId, *, limit: int) -> Sequence[Record]: ...

    async def operations(self, wanted: OperationFilter) -> Sequence[Performed]: ...

    async def operation_stats(
        self, wanted: OperationFilter, *, period_ns: int | None = None
    ) -> Sequence[OperationStats]: ...

    async def actions(self, wanted: OperationFilter) -> Sequence[Record]: ...

    async def head(self) -> Head:
        """What stands for everything that is recorded up to now."""
        ...


class ApiParts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the gateway works with.

    ``ready`` names the parts of the platform beside the accounts, such as ``journal``, and why
    each accepts nothing new just now; None where all is well. Its texts reach people who are not
    signed in.

    ``metrics`` renders the platform in numbers, in Prometheus' text format.

    ``token`` is what callers present; None lets everybody in, which is for loopback only.
    ``people`` are further tokens, by the name of the person each stands for.
    ``allowed_hosts`` are the names, without port, under which callers may address us: a page that
    binds its own name to our address is refused.
    """

    orders: OrderManager
    kill_switch: KillSwitch
    flattening: Flattening
    risk: RiskEngine
    state: DeskState
    queries: Queries
    market: MarketDataManager
    tenant: TenantId
    token: str | None
    ready: Callable[[], Mapping[str, str | None]]
    ids: IdSource
    clock: Clock
    metrics: Callable[[], str]
    intervention: InterventionDesk
    people: Mapping[str, str] = {}
    allowed_hosts: frozenset[str] = LOOPBACK

    @property
    def callers(self) -> Callers:
        """Who may call."""
        return Callers(self.token, self.people)

    @property
    def desks(self) -> tuple[AccountDesk, ...]:
        """The tenant's accounts."""
        return tuple(desk for desk in self.orders.desks if desk.tenant == self.tenant)

    def desk(self, account: str) -> AccountDesk:
        """The tenant's account that a path names.

        Raises:
            NotFound: It does not exist for this tenant.
        """
        try:
            return self.orders.desk(AccountId(account), self.tenant)
        except InvalidRequest:
            raise NotFound(f"there is no account {account}") from None

    def named_desks(self, accounts: Sequence[str] | None) -> tuple[AccountDesk, ...]:
        """The tenant's accounts that a body names, each once; all of them for None.

        Raises:
            InvalidRequest: One does not exist for this tenant.
        """
        desks = {desk.account_id: desk for desk in self.desks}
        if accounts is None:
            return tuple(desks.values())
        for name in accounts:
            if name not in desks:
                raise _unknown("accounts", "accounts of yours", name, desks)
        return tuple(desks[AccountId(name)] for name in dict.fromkeys(accounts))

    def feed(self, venue: VenueId, symbols: Iterable[Symbol] = ()) -> MarketFeed:
        """The market data that a query or a frame names.

        Raises:
            InvalidRequest: There is none of this venue here, or it does not list a symbol.
        """
        try:
            feed = self.market.feed(venue)
        except NotFound:
            rule = "a venue with market data here"
            raise _unknown("venue", rule, venue, self.market.venues) from None
        for symbol in symbols:
            try:
                self.market.require_listed(venue, symbol)
            except NotFound:
                listed = self.market.symbols(venue)
                raise _unknown("symbol", f"listed by {venue}", symbol, listed) from None
        return feed


def _unknown(field: str, rule: str, value: str, known: Iterable[str]) -> InvalidRequest:
    nearest = nearest_word(value, known)
    return InvalidRequest(Refusal(field=field, rule=rule, value=shown(value), nearest=nearest))


async def _parts_of(request: Request) -> ApiParts:
    # Async, or FastAPI would call it in a thread.
    return cast("ApiParts", request.app.state.parts)


OrderId = Annotated[ClientOrderId, Path(examples=["01a3185c5000700080007002dfdc1c35"])]
AccountName = Annotated[Name, Path(examples=["paper-main"])]
Parts = Annotated[ApiParts, Depends(_parts_of)]
