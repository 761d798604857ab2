"""How long a client waits before it asks again, and the machine's own way to wait."""

import time
from typing import Final

BETWEEN_ATTEMPTS_S: Final = (0.2, 0.5, 1.0, 2.0)  # before each repetition


def pause(seconds: float) -> None:
    time.sleep(seconds)


def jitter() -> float:
    """A number in [0, 1), so that not all come back at the same instant."""
    # Here, because only who follows a stream needs it.
    import random  # noqa: PLC0415 - see above

    return random.random()


async def pause_in_loop(seconds: float) -> None:
    # Here, because who only waits has no use for a loop.
    import asyncio  # noqa: PLC0415 - see above

    await asyncio.sleep(seconds)
