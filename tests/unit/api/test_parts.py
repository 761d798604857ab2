"""The gateway sees the accounts of its own tenant only."""

import pytest

from algotradehub.api.parts import LOOPBACK
from algotradehub.domain.errors import NotFound
from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, gateway


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


async def test_only_loopback_names_are_allowed_unless_more_are_given() -> None:
    async with gateway() as api:
        assert api.parts.allowed_hosts == LOOPBACK == {"localhost", "127.0.0.1", "[::1]"}
