"""Opens byte streams, so that a simulation can stand where the network stands."""

from typing import Any, Protocol


class Dialer(Protocol):
    async def dial(
        self,
        protocol: Any,  # an asyncio.Protocol; this layer imports no asyncio and no ssl
        *,
        host: str,
        port: int,
        tls: Any | None,  # an ssl.SSLContext
        local_address: str | None,
        timeout_s: float,
    ) -> Any:
        """Connect ``protocol`` and return its transport.

        Raises:
            OSError: There is no connection, so nothing was sent.
        """
        ...
