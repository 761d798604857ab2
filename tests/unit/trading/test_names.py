"""A name that nobody knows is answered with one that somebody does."""

import pytest

from algotradehub.trading.names import unknown


@pytest.mark.parametrize(
    ("value", "known", "nearest"),
    [
        ("BTC/USD", ["ETH/USDT", "BTC/USDT"], "BTC/USDT"),
        ("XRP/USDT", ["ETH/USDT"], "ETH/USDT"),  # nothing begins alike
        ("BTC", [], None),
    ],
)
def test_the_likeliest_is_named(value: str, known: list[str], nearest: str | None) -> None:
    refusal = unknown("symbol", "a listed symbol", value, known)
    assert (refusal.field, refusal.value, refusal.nearest) == ("symbol", value, nearest)


def test_a_long_name_is_cut() -> None:
    assert len(unknown("account", "an account", "a" * 1_000, ["b"]).value) == 64
