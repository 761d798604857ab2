"""The log of ``serve``: one structured line per event a person may want to read later.

Orders and fills are in the journal, whole; what is logged of them is what asks for attention.
"""

import sys
from collections.abc import Callable, Mapping
from typing import TextIO

import structlog

from algotradehub.domain.order import OrderStatus, Origin
from algotradehub.ports.bus import Alert, Bus, Fact, OrderChanged


class EventLog:
    """Writes ``key=value`` lines, or JSON objects, to a stream."""

    def __init__(self, *, as_json: bool = False, stream: TextIO | None = None) -> None:
        renderer: structlog.typing.Processor = (
            structlog.processors.JSONRenderer()
            if as_json
            else structlog.processors.LogfmtRenderer(key_order=["at", "level", "event"])
        )
        self._logger = structlog.wrap_logger(
            structlog.PrintLogger(stream or sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                renderer,
            ],
        )

    def write(self, name: str, facts: Mapping[str, object]) -> None:
        """Write one line: a constant name, facts as keys, secrets never."""
        self._logger.info(name, **facts)

    def follow(self, bus: Bus) -> Callable[[], None]:
        """Log what happens on ``bus`` until the result is called."""
        return bus.subscribe(self._on_fact)

    def _on_fact(self, fact: Fact) -> None:
        match fact:
            case Alert():
                self._logger.warning(fact.name, detail=fact.detail, account=fact.account)
            case OrderChanged(order=order) if order.status is OrderStatus.UNKNOWN:
                self._logger.warning("order_unknown", order_id=order.order_id, account=fact.account)
            case OrderChanged(order=order) if order.origin in (Origin.UNSENT, Origin.VENUE):
                self._logger.info(
                    "order_rejected",
                    order_id=order.order_id,
                    account=fact.account,
                    origin=order.origin,
                    reason=order.reason,
                )
            case _:
                pass
