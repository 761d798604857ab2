"""A risk engine over real books, without a desk: accounts, prices and time as the test says."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from algotradehub.domain.errors import RiskRefused
from algotradehub.domain.evidence import Balance
from algotradehub.domain.fill import Effect
from algotradehub.domain.ids import AccountId, Asset, Symbol, TenantId, VenueId
from algotradehub.domain.instrument import Instrument, Side
from algotradehub.domain.order import Amendment, BaseAmount, Leg, Order
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import Record
from algotradehub.domain.trading_day import TradingDay
from algotradehub.ports.store import Changes
from algotradehub.trading.balances import BalanceKeeper
from algotradehub.trading.limits import DeskLimits, RiskLimits
from algotradehub.trading.positions import PositionManager
from algotradehub.trading.risk.engine import RiskEngine
from algotradehub.trading.risk.sums import RunningSums
from algotradehub.trading.risk.use import RuleUse, RuleVerdict
from tests.fakes.clock import FakeClock
from tests.unit.trading.words import ACCOUNT, BTC, PRICE, SPOT, TENANT, USDT, changed, limit

OTHER = AccountId("kraken-second")
ETHER = changed(SPOT, symbol=Symbol("ETH/USDT"), venue_symbol="ETHUSDT", base=Asset("ETH"))
EURO = changed(SPOT, symbol=Symbol("BTC/EUR"), venue_symbol="XBTEUR", quote=Asset("EUR"))
PERPETUAL = changed(
    SPOT, symbol=Symbol("BTC/USDT:USDT"), venue_symbol="PF_XBT", kind="PERPETUAL", base=BTC
)


def order(name: str = "o1", quantity: int = 6, price: int = 100, **changes: Any) -> Order:
    """An order to buy that is not known to anybody yet."""
    amount = Decimal(quantity)
    changes = {"limit_price": Decimal(price), "amount": BaseAmount(amount), **changes}
    return Order(
        order_id=name,  # type: ignore[arg-type]
        request=limit(name, quantity, **changes),
        legs=(
            Leg(
                client_order_id=name,  # type: ignore[arg-type]
                quantity=amount,
                limit_price=changes["limit_price"],
            ),
        ),
        created_ns=0,
        send_before_ns=0,
        reserve_price=Decimal(price),
    )


class RiskDesk:
    """Two accounts of one tenant that trade the same four instruments."""

    def __init__(
        self, limits: DeskLimits | None = None, days: dict[AccountId, TradingDay] | None = None
    ) -> None:
        self.clock = FakeClock()
        self.sums = RunningSums()
        self.positions = PositionManager(sums=self.sums)
        self.balances = BalanceKeeper()
        self.days = {} if days is None else days
        self.bids = dict.fromkeys((SPOT.symbol, PERPETUAL.symbol), PRICE)
        self.asks: dict[Symbol, Decimal] = dict(self.bids)
        self._changes = Changes(applied_seq=0)
        self._count = 0
        for account in (ACCOUNT, OTHER):
            for instrument in (SPOT, ETHER, EURO, PERPETUAL):
                self.positions.list_instrument(account, instrument)
        self.risk = RiskEngine(
            limits=limits or DeskLimits(),
            sums=self.sums,
            positions=self.positions,
            balances=self.balances,
            prices=self,
            days=self.days,
            record=self.days.__setitem__,
            clock=self.clock,
        )

    def reference(self, venue: VenueId, symbol: Symbol, side: Side) -> Decimal | None:
        return (self.asks if side is Side.BUY else self.bids).get(symbol)

    def price(self, symbol: Symbol, bid: int, ask: int | None = None) -> None:
        """Set a market's price, and have it looked at."""
        self.bids[symbol], self.asks[symbol] = Decimal(bid), Decimal(bid if ask is None else ask)
        self.risk.look()

    def fill(
        self,
        quantity: int,
        price: int = 100,
        *,
        instrument: Instrument = SPOT,
        account: AccountId = ACCOUNT,
        fee: str | None = "0",
        fee_asset: Asset = USDT,
    ) -> None:
        """Trade; a negative quantity is sold."""
        effect = Effect(
            side=Side.BUY if quantity > 0 else Side.SELL,
            quantity=Decimal(abs(quantity)),
            price=Decimal(price),
            fee=None if fee is None else Decimal(fee),
            fee_asset=None if fee is None else fee_asset,
        )
        asked = order(account=account, symbol=instrument.symbol)
        self.positions.fill(self._record(account), asked, effect, None, self._changes)

    def own(self, amount: int, asset: Asset = USDT, account: AccountId = ACCOUNT) -> None:
        """Have the venue tell a balance."""
        total = Decimal(amount)
        word = Balance(asset=asset, total=total, available=total, venue_time_ns=1)
        self.balances.tell(self._record(account), word, self._changes)

    def rest(self, asked: Order) -> None:
        """Let an order work."""
        self.sums.order_moved(None, asked)

    def refusal(self, asked: Order, reference: Decimal | None = PRICE) -> str | None:
        """What ``check`` says, or None if it passes."""
        try:
            self.risk.check(asked, self._instrument(asked), reference)
        except RiskRefused as refused:
            return f"{refused}"
        return None

    def refusal_of_amend(
        self, asked: Order, amendment: Amendment, reference: Decimal | None = PRICE
    ) -> str | None:
        try:
            self.risk.check_amend(asked, amendment, self._instrument(asked), reference)
        except RiskRefused as refused:
            return f"{refused}"
        return None

    def explain(self, asked: Order, reference: Decimal | None = PRICE) -> Sequence[RuleVerdict]:
        return self.risk.explain(asked, self._instrument(asked), reference)

    def use(self, rule: str, tenant: TenantId = TENANT) -> RuleUse:
        """The only line of a rule."""
        (line,) = (use for use in self.risk.uses(tenant) if use.rule == rule)
        return line

    def _instrument(self, asked: Order) -> Instrument:
        found = self.positions.instrument(asked.request.account, asked.request.symbol)
        assert found is not None
        return found

    def _record(self, account: AccountId) -> Record:
        self._count += 1
        return Record(
            v=1,
            seq=self._count,
            at_ns=self.clock.now_ns(),
            account=account,
            account_seq=self._count,
            kind=Kind.EVENT,
            body=None,
        )


def of_account(**limits: Any) -> DeskLimits:
    """Limits of the first account; both belong to one tenant. Numbers are exact."""
    return DeskLimits(accounts={ACCOUNT: exact(**limits)}, owners={ACCOUNT: TENANT, OTHER: TENANT})


def of_tenant(**limits: Any) -> DeskLimits:
    return DeskLimits(tenants={TENANT: exact(**limits)}, owners={ACCOUNT: TENANT, OTHER: TENANT})


def exact(**limits: Any) -> RiskLimits:
    counts = ("max_open_orders", "max_orders_per_second", "max_orders_per_minute")
    given: dict[str, Any] = {
        name: value if name in counts or isinstance(value, bool) else Decimal(value)
        for name, value in limits.items()
    }
    return RiskLimits(**given)
