"""Use of limits, explanations of orders and pauses of venues, as callers see them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, TypeAlias

import msgspec

from algotradehub.domain.errors import Refusal
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.ports.store import Pause
from algotradehub.trading.risk.use import RuleUse, RuleVerdict

_Told: TypeAlias = msgspec.Meta


class RiskUses(msgspec.Struct, frozen=True, kw_only=True):
    """Every limit of the tenant, widest scope first, and how much of it is used now."""

    uses: Annotated[
        Sequence[RuleUse],
        _Told(
            description="`used` is null where it is not known, as `note` says, and for rules of "
            "single orders. `since_at` tells when a limit of the day was hit."
        ),
    ]


class OrderExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """What every rule says to an order; nothing was placed."""

    passes: bool
    reference_price: Annotated[
        Decimal | None, _Told(description="What it would trade at now; null if nobody knows.")
    ]
    refusals: Annotated[
        Sequence[Refusal],
        _Told(description="Broken rules of fields, instrument and venue: no limit is looked at."),
    ]
    closed: Annotated[
        str | None, _Told(description="Why the account takes no new order at all just now.")
    ]
    verdicts: Annotated[
        Sequence[RuleVerdict],
        _Told(description="`largest` is the quantity that would pass that rule, if easily told."),
    ]


class VenueView(msgspec.Struct, frozen=True, kw_only=True):
    """A venue where accounts of the tenant trade."""

    venue: VenueId
    accounts: Sequence[AccountId]
    pause: Annotated[Pause | None, _Told(description="Null while trading goes on.")]


class Venues(msgspec.Struct, frozen=True, kw_only=True):
    venues: Sequence[VenueView]
