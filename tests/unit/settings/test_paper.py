"""What is asked of the settings of paper venues."""

from typing import Any

import pytest

from tests.unit.settings.whole import VENUE, WHOLE, refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"paper_venues": [{**VENUE, "id": "kraken"}]}, 'a name that starts with "paper:"'),
        ({"paper_venues": [VENUE, VENUE]}, "paper_venues.1.id: a name that no other"),
        ({"paper_venues": [{**VENUE, "opening": {"BTC": "-1"}}]}, "an amount of 0 or more"),
        ({"paper_venues": [{**VENUE, "listings": []}]}, "listings: a list of 1 to 1,000, was '[]'"),
        (
            {"paper_venues": [{**VENUE, "listings": [{"symbol": "btcusdt"}]}]},
            "symbol: a symbol such as BTC/USDT or BTC/USDT:USDT, was 'btcusdt'",
        ),
        (
            {"paper_venues": [{**VENUE, "listings": [{"symbol": "BTC/USDT"}]}]},
            "listings.0.price: an amount above 0, at which a synthetic market starts",
        ),
        (
            {"paper_venues": [{**VENUE, "listings": 2 * VENUE["listings"]}]},  # type: ignore[operator]
            "paper_venues.0.listings.1.symbol: a name that no other one has",
        ),
        (
            {"paper_venues": [{**VENUE, "market": {"kind": "replay", "files": []}}]},
            "paper_venues.0.market.files: a list of 1 to 1,000",
        ),
        (
            {
                "paper_venues": [
                    {
                        **VENUE,
                        "market": {
                            "kind": "replay",
                            "files": [{"path": "x", "symbol": "ETH/USDT"}],
                        },
                    }
                ]
            },
            "recordings of the listed symbols (BTC/USDT), and of each of them, was 'BTC/USDT, ETH",
        ),
        (
            {"paper_venues": [{**VENUE, "market": {"kind": "live"}}]},
            "market.kind: one of synthetic, replay, was",
        ),
    ],
)
def test_what_cannot_be_right_is_named(changes: dict[str, Any], message: str) -> None:
    assert message in refused(**{**WHOLE, **changes})
