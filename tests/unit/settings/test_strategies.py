"""What is asked of the settings of strategies."""

from typing import Any

import pytest

from tests.unit.settings.whole import STRATEGY, WHOLE, refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"strategies": [{**STRATEGY, "account": "nobody"}]},
            "strategies.0.account: an account of these settings (mine), was 'nobody'",
        ),
        ({"strategies": [{**STRATEGY, "symbol": "X/Y"}]}, "a symbol of paper:one of these"),
        ({"strategies": [STRATEGY, STRATEGY]}, "strategies.1.name: a name that no other"),
        (
            {"strategies": [{**STRATEGY, "kind": "oracle"}]},
            "strategies.0.kind: one of market_maker, file, was",
        ),
        (
            {"strategies": [{**STRATEGY, "parameters": {"value": "0"}}]},
            "value must be between 0.01 and",
        ),
        ({"strategies": [{**STRATEGY, "parameters": {"valeu": "1"}}]}, "parameters.valeu: no such"),
    ],
)
def test_what_cannot_be_right_is_named(changes: dict[str, Any], message: str) -> None:
    assert message in refused(**{**WHOLE, **changes})
