"""The gateway sees the accounts of its own tenant only."""

import pytest

from algotradehub.api.parts import LOOPBACK
from algotradehub.domain.errors import InvalidRequest, NotFound, Refusal
from algotradehub.domain.ids import Symbol, VenueId
from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, VENUE, gateway


async def test_only_the_tenants_accounts_are_seen() -> None:
    async with gateway() as api:
        everybody = {desk.account_id for desk in api.parts.orders.desks}
        assert everybody == {ACCOUNT, OTHERS_ACCOUNT}
        assert [desk.account_id for desk in api.parts.desks] == [ACCOUNT]


async def test_an_account_of_others_is_not_there_for_us() -> None:
    async with gateway() as api:
        assert api.parts.desk(ACCOUNT).account_id == ACCOUNT
        for name in (OTHERS_ACCOUNT, "nobody"):
            with pytest.raises(NotFound, match=name):
                api.parts.desk(name)


@pytest.mark.parametrize(
    ("venue", "symbol", "refused"),
    [
        (
            "elsewhere",
            "BTC/USDT",
            Refusal(field="venue", rule="a venue with market data here", value="elsewhere"),
        ),
        (
            VENUE,
            "BTC/USD",
            Refusal(field="symbol", rule=f"listed by {VENUE}", value="BTC/USD", nearest="BTC/USDT"),
        ),
    ],
)
async def test_a_market_that_a_query_names_and_is_not_there_is_a_broken_rule(
    venue: str, symbol: str, refused: Refusal
) -> None:
    async with gateway() as api:
        assert api.parts.feed(VENUE, [Symbol("BTC/USDT")]) is api.parts.market.feed(VENUE)
        with pytest.raises(InvalidRequest) as raised:
            api.parts.feed(VenueId(venue), [Symbol(symbol)])
    assert raised.value.refusals == (refused,)


async def test_only_loopback_names_are_allowed_unless_more_are_given() -> None:
    async with gateway() as api:
        assert api.parts.allowed_hosts == LOOPBACK == {"localhost", "127.0.0.1", "[::1]"}
