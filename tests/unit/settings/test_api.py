"""What is asked of the settings of the API."""

from typing import Any

import pytest

from tests.unit.settings.whole import WHOLE, refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"api": {"port": -1}}, "api.port: a number from 0 to 65535, was '-1'"),
    ],
)
def test_what_cannot_be_right_is_named(changes: dict[str, Any], message: str) -> None:
    assert message in refused(**{**WHOLE, **changes})
