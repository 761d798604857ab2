"""Names that were never given before, injected so that a test can repeat a run."""

from typing import Protocol

from algotradehub.domain.ids import ClientOrderId


class IdSource(Protocol):
    @property
    def tag(self) -> int:
        """This installation's 16-bit tag; it is in every client order id."""
        ...

    def client_order_id(self, now_ns: int) -> ClientOrderId:
        """Return an id never returned before, rising with time (order-path 1)."""
        ...

    def token(self) -> str:
        """Return 256 random bits as text, for secrets."""
        ...
