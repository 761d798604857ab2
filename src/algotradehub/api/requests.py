"""Bodies of requests. They are read field by field and become domain values, or nothing at all."""

from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictStr,
    StringConstraints,
    WithJsonSchema,
)

from algotradehub.api import instants
from algotradehub.api.fields import Instant, Money, Name, word_of
from algotradehub.domain.emulation import Emulation
from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.ids import AccountId, IdempotencyKey, StrategyId, Symbol, TenantId
from algotradehub.domain.instrument import Side
from algotradehub.domain.order import (
    Amendment,
    Amount,
    BaseAmount,
    OrderRequest,
    OrderStatus,
    OrderType,
    PositionSide,
    PriceSource,
    QuoteAmount,
    TimeInForce,
    Trail,
    Trigger,
    TriggerDirection,
)
from algotradehub.trading.resolution import Ending, Resolution

MOST_IN_A_BATCH = 50
MOST_ACCOUNTS = 1_000
Reason: TypeAlias = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=200),
    Field(description="For people: every order that is refused will name it."),
]
AccountNames: TypeAlias = Annotated[list[Name], Field(min_length=1, max_length=MOST_ACCOUNTS)]
_LIMIT_ORDER: dict[str, JsonValue] = {
    "account": "paper-main",
    "symbol": "BTC/USDT",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": "0.010",
    "limit_price": "60000.1",
    "post_only": True,
}
_MARKET_ORDER: dict[str, JsonValue] = {
    "account": "paper-main",
    "symbol": "BTC/USDT",
    "side": "BUY",
    "type": "MARKET",
    "value": "250",
}


class RequestBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TriggerBody(RequestBody):
    """The price at which a stop or take-profit order starts to work."""

    price: Money
    direction: Annotated[TriggerDirection, *word_of(TriggerDirection)]
    source: Annotated[PriceSource, *word_of(PriceSource)] = PriceSource.LAST

    def to_domain(self) -> Trigger:
        return Trigger(price=self.price, direction=self.direction, source=self.source)


class TrailBody(RequestBody):
    """How far a trailing stop follows the best price: exactly one of the two offsets."""

    offset: Money | None = Field(default=None, description="In quote units.")
    offset_bps: Money | None = Field(default=None, description="Hundredths of a per cent.")
    activation_price: Money | None = None
    source: Annotated[PriceSource, *word_of(PriceSource)] = PriceSource.LAST

    def to_domain(self) -> Trail:
        return Trail(
            offset=self.offset,
            offset_bps=self.offset_bps,
            activation_price=self.activation_price,
            source=self.source,
        )


class PlaceOrder(RequestBody):
    """An order to place. Amounts are text; exactly one of ``quantity`` and ``value`` is given."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LIMIT_ORDER, _MARKET_ORDER]})

    key_field: ClassVar[str] = "Idempotency-Key"  # where the key stands

    account: Name
    symbol: Name = Field(description="BTC/USDT spot, BTC/USDT:USDT perpetual, RELIANCE/INR stock.")
    side: Annotated[Side, *word_of(Side)]
    type: Annotated[OrderType, *word_of(OrderType)]
    quantity: Money | None = Field(
        default=None, description="In base units; in contracts for inverse instruments."
    )
    value: Money | None = Field(
        default=None, description="What to spend or receive, in quote units; the venue sizes it."
    )
    limit_price: Money | None = None
    trigger: TriggerBody | None = None
    trail: TrailBody | None = None
    time_in_force: Annotated[TimeInForce, *word_of(TimeInForce)] = TimeInForce.GTC
    expires_at: Instant | None = Field(default=None, description=f"For GTD: {instants.RULE}.")
    post_only: StrictBool = False
    reduce_only: StrictBool = False
    position_side: Annotated[PositionSide, *word_of(PositionSide)] = PositionSide.NET
    strategy: Name | None = None
    emulation: Annotated[Emulation, *word_of(Emulation)] | None = Field(
        default=None,
        description="Of what the venue lacks; left out, as the account's settings say.",
    )
    metadata: dict[StrictStr, StrictStr] = Field(
        default={}, description="At most 16 names of 64 with values of 256 characters."
    )

    def to_domain(self, tenant: TenantId, key: IdempotencyKey) -> OrderRequest:
        """Return what is asked for.

        Raises:
            InvalidRequest: Not exactly one of ``quantity`` and ``value`` is given.
        """
        amount: Amount | None = None
        if self.value is None and self.quantity is not None:
            amount = BaseAmount(self.quantity)
        elif self.value is not None and self.quantity is None:
            amount = QuoteAmount(self.value)
        if amount is None:
            given = "neither" if self.value is None else "both"
            rule = "exactly one of quantity and value"
            raise InvalidRequest(Refusal(field="quantity", rule=rule, value=given))
        return OrderRequest(
            tenant=tenant,
            account=AccountId(self.account),
            symbol=Symbol(self.symbol),
            side=self.side,
            type=self.type,
            amount=amount,
            idempotency_key=key,
            limit_price=self.limit_price,
            trigger=None if self.trigger is None else self.trigger.to_domain(),
            trail=None if self.trail is None else self.trail.to_domain(),
            time_in_force=self.time_in_force,
            expires_ns=self.expires_at,
            post_only=self.post_only,
            reduce_only=self.reduce_only,
            position_side=self.position_side,
            strategy=None if self.strategy is None else StrategyId(self.strategy),
            metadata=self.metadata,
            emulation=self.emulation,
        )

    def in_these_words(self, error: InvalidRequest, now_ns: int) -> InvalidRequest:
        """Return what the desk found, under the names that the fields have here."""
        return InvalidRequest(*(self._in_these_words(found, now_ns) for found in error.refusals))

    def _in_these_words(self, found: Refusal, now_ns: int) -> Refusal:
        field, rule, value = found.field, found.rule, found.value
        if field == "amount":
            field = "quantity" if self.value is None else "value"
        elif field == "idempotency_key":
            field = self.key_field
        elif field == "expires_ns":
            field = "expires_at"
            value = "missing"
            if self.expires_at is not None:
                value = instants.text(self.expires_at) or "1970"
            if self.time_in_force is TimeInForce.GTD:
                rule = f"for GTD a time after {instants.text(now_ns)}"
        return Refusal(field=field, rule=rule, value=value, nearest=found.nearest)


class BatchOrder(PlaceOrder):
    """One order of a batch: its idempotency key, and the fields of an order."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"key": "f0b6a1c2-ticket-18", **_LIMIT_ORDER}]}
    )

    key_field: ClassVar[str] = "key"

    key: StrictStr = Field(
        description="1 to 64 printable ASCII characters; the same for every repetition."
    )


class BatchOrders(RequestBody):
    """Orders to place, each under its own key."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "orders": [
                        {"key": "f0b6a1c2-ticket-18", **_LIMIT_ORDER},
                        {"key": "f0b6a1c2-ticket-19", **_MARKET_ORDER},
                    ]
                }
            ]
        }
    )

    # Read one by one: what is wrong with one of them is no matter of the others.
    orders: list[
        Annotated[
            dict[str, Any], WithJsonSchema({"$ref": f"#/components/schemas/{BatchOrder.__name__}"})
        ]
    ] = Field(min_length=1, max_length=MOST_IN_A_BATCH)


class CancelOrders(RequestBody):
    """Which live orders to cancel; what is left out matches all."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"account": "paper-main", "symbol": "BTC/USDT"}]}
    )

    account: Name | None = None
    symbol: Name | None = None
    side: Annotated[Side, *word_of(Side)] | None = None


class ChangeOrder(RequestBody):
    """New values for a resting order; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"limit_price": "59990.5"}]})

    quantity: Money | None = Field(default=None, description="The new total, filled part included.")
    limit_price: Money | None = None
    trigger_price: Money | None = None

    def to_domain(self) -> Amendment:
        return Amendment(
            quantity=self.quantity, limit_price=self.limit_price, trigger_price=self.trigger_price
        )


class StopAccounts(RequestBody):
    """Why trading shall stop, and where."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the feed looks wrong"}]})

    reason: Reason
    accounts: AccountNames | None = Field(default=None, description="Left out: all of yours.")


class CloseAll(RequestBody):
    """Whose positions shall be closed, why, and how far to go."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"reason": "out for today", "accounts": ["paper-main"], "cancel_first": True}
            ]
        }
    )

    reason: Reason
    accounts: AccountNames | None = Field(default=None, description="Left out: all of yours.")
    spot: StrictBool = Field(default=False, description="Sell what is held of spot, too.")
    cancel_first: StrictBool = Field(
        default=False, description="Stop the accounts first, and begin when that is proven."
    )


class PauseVenue(RequestBody):
    """Why no account at a venue shall take new orders."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "upkeep until 10:00"}]})

    reason: Reason


class HaltAccount(RequestBody):
    """Why an account shall take no new orders."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the feed looks wrong"}]})

    reason: Reason


class DecideOrder(RequestBody):
    """How an order ended, as the venue's own page shows it; amounts are totals of the order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "CANCELLED",
                    "filled": "0.004",
                    "average_price": "60000.1",
                    "reason": "the venue's page lists it as cancelled",
                }
            ]
        }
    )

    status: Annotated[Ending, *word_of(Ending)]
    reason: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)] = Field(
        description="For people: what was seen, and where."
    )
    filled: Money | None = Field(
        default=None,
        description="Base units; may be left out where all of it filled, or nothing ever existed.",
    )
    value: Money | None = Field(
        default=None, description="Quote units before fees; or give ``average_price``."
    )
    average_price: Money | None = Field(
        default=None, description="Of all fills; needed where more filled than is known."
    )

    def to_domain(self) -> Resolution:
        return Resolution(
            status=OrderStatus(self.status.value),
            reason=self.reason,
            filled=self.filled,
            value=self.value,
            average_price=self.average_price,
        )
