"""Settings of limits: each scope takes what can be held against it, and nothing else."""

from typing import Any

import msgspec
import pytest

from algotradehub.domain.errors import InvalidRequest
from algotradehub.settings import limits

SHARE = {"max_concentration": "0.5"}


@pytest.mark.parametrize("kind", [limits.LimitSettings, limits.TenantLimitSettings])
@pytest.mark.parametrize("given", [SHARE, {"concentration_floor": "1"}])
def test_a_share_and_its_floor_come_together(kind: Any, given: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest, match="both max_concentration and concentration_floor"):
        msgspec.convert(given, kind, strict=False)
    msgspec.convert({**SHARE, "concentration_floor": "1"}, kind, strict=False)


def test_scopes_take_what_they_can_be_held_to() -> None:
    fields = {
        kind: {field.name for field in msgspec.structs.fields(kind)}
        for kind in (
            limits.OrderLimitSettings,
            limits.InstrumentLimitSettings,
            limits.LimitSettings,
            limits.TenantLimitSettings,
        )
    }
    orders, instrument, account, tenant = fields.values()
    assert instrument - orders == {"max_position", "max_position_notional"}
    money = account - instrument
    assert "max_daily_loss" in money
    assert tenant - orders == money | {"refuse_self_trade"}
