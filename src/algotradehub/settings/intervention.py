"""Settings of decisions about orders that are stuck."""

from typing import Annotated

import msgspec

from algotradehub.settings.fields import above_zero

MOST_WAIT_S = 86_400


class InterventionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How many people a decision about a stuck order takes."""

    second_approver: bool = False  # then one of ``api.people`` proposes, and another one approves
    approve_within_s: Annotated[float, above_zero(MOST_WAIT_S)] = 900.0
