"""Settings of the API and of accounts."""

from typing import Annotated

import msgspec

from algotradehub.domain.emulation import Emulation
from algotradehub.settings.fields import PAPER, Name, SymbolText, above_zero, from_to
from algotradehub.settings.limits import InstrumentLimitSettings, LimitSettings
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.guard import PRICE_AGE_S
from algotradehub.trading.intervention import STUCK_AFTER_S
from algotradehub.trading.line import KEPT


class QualitySettings(msgspec.Struct, frozen=True, kw_only=True):
    """How bad the line to a venue may be, by what the last requests of an account met."""

    lost_share: Annotated[float, from_to(0, 1)] = 0.2  # of the requests; 1 is no limit
    answer_p95_s: Annotated[float, above_zero(60)] = 2.0  # 95 of 100 answers come within
    disconnects_per_minute: Annotated[int, from_to(0, KEPT)] = 3
    at_least: Annotated[int, from_to(1, KEPT)] = 20  # requests; fewer say nothing
    pause: bool = False  # pause the venue, too; people are told in any case


class DeadManSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Have the venue cancel every order of the account when this program falls silent."""

    timeout_s: Annotated[float, from_to(1, 86_400)]
    call_off_at_exit: bool = False  # orders rest on when the program is ended as it should be


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One wallet at one venue."""

    id: Name
    venue: Name
    tenant: Name = "local"
    durability: Durability | None = None  # None: process for paper, sync for everything else
    limits: LimitSettings = LimitSettings()
    stuck_after_s: Annotated[float, above_zero(86_400)] = STUCK_AFTER_S  # then a person is told
    instruments: dict[SymbolText, InstrumentLimitSettings] = {}  # limits of single ones
    emulation: Emulation = Emulation.ALERT  # of the order types that the venue lacks
    dead_man: DeadManSettings | None = None  # None: orders outlive this program
    price_age_s: Annotated[float, from_to(1, 3_600)] = PRICE_AGE_S  # older prices count as unseen
    quality: QualitySettings = QualitySettings()  # of the line to the venue

    @property
    def durable(self) -> Durability:
        """What an intent must survive before it is sent."""
        if self.durability is not None:
            return self.durability
        return Durability.PROCESS if self.venue.startswith(PAPER) else Durability.SYNC
