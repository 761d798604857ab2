"""Limits: a scope that nothing is said of has none."""

import msgspec

from algotradehub.trading.limits import DeskLimits, RiskLimits


def test_nothing_is_limited_unless_it_is_said() -> None:
    limits = msgspec.structs.asdict(RiskLimits())
    assert not any(limits.values())
    assert not any(msgspec.structs.asdict(DeskLimits()).values())
