"""The gateway sees the accounts of its own tenant only."""

from algotradehub.api.parts import LOOPBACK
from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, gateway


async def test_only_the_tenants_accounts_are_seen() -> None:
    async with gateway() as api:
        everybody = {desk.account_id for desk in api.parts.orders.desks}
        assert everybody == {ACCOUNT, OTHERS_ACCOUNT}
        assert [desk.account_id for desk in api.parts.desks] == [ACCOUNT]


async def test_only_loopback_names_are_allowed_unless_more_are_given() -> None:
    async with gateway() as api:
        assert api.parts.allowed_hosts == LOOPBACK == {"localhost", "127.0.0.1", "[::1]"}
