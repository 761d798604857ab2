"""A day begins at 00:00 UTC."""

import pytest

from algotradehub.domain.trading_day import DAY_NS, day_of


@pytest.mark.parametrize("at_ns", [0, 1, DAY_NS - 1])
def test_a_day_is_named_by_its_beginning(at_ns: int) -> None:
    assert day_of(7 * DAY_NS + at_ns) == 7 * DAY_NS
