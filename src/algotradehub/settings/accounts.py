"""Settings of the API and of accounts."""

from typing import Annotated

import msgspec

from algotradehub.domain.emulation import Emulation
from algotradehub.settings.fields import AT_LEAST_ONE, PAPER, Name, Positive, from_to
from algotradehub.trading.account_desk import Durability


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Risk limits of one account, see ``trading.risk.RiskLimits``; what is left out is no limit."""

    max_order_notional: Positive | None = None
    max_position: Positive | None = None
    max_position_notional: Positive | None = None
    max_open_orders: Annotated[int, AT_LEAST_ONE] | None = None
    price_band_bps: Positive | None = None


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One wallet at one venue."""

    id: Name
    venue: Name
    tenant: Name = "local"
    durability: Durability | None = None  # None: process for paper, sync for everything else
    limits: LimitSettings = LimitSettings()
    emulation: Emulation = Emulation.ALERT  # of the order types that the venue lacks
    price_age_s: Annotated[float, from_to(1, 3_600)] = 10.0  # older prices count as unseen

    @property
    def durable(self) -> Durability:
        """What an intent must survive before it is sent."""
        if self.durability is not None:
            return self.durability
        return Durability.PROCESS if self.venue.startswith(PAPER) else Durability.SYNC
