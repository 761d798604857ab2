"""How long an answer waits for the projection, so that a list shows what was just placed."""

import asyncio

from algotradehub.api.parts import Queries

SETTLE_WITHIN_S = 1.0


async def settled(queries: Queries) -> bool:
    """Wait until the projection is level with the journal; False if that takes too long.

    While the disk fails it never is, and a list that lags tells more than none.
    """
    try:
        async with asyncio.timeout(SETTLE_WITHIN_S):
            await queries.settled()
    except TimeoutError:
        return False
    return True
