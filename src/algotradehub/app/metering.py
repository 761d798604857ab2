"""Lets the metrics hear and see the inner ring, for as long as somebody may ask for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from algotradehub.app.core import Core
from algotradehub.app.projector import Projection
from algotradehub.observability.metrics import Metrics
from algotradehub.observability.stalls import StallWatch
from algotradehub.observability.tallies import Tallies
from algotradehub.ports.clock import Clock


@contextmanager
def metering(core: Core, projection: Projection, clock: Clock) -> Iterator[Callable[[], str]]:
    """Count what happens until the context ends; the result renders it all as text."""
    tallies = Tallies(core.state.orders.values())
    leave = core.bus.subscribe(tallies.hear)
    try:
        with StallWatch(clock) as stalls:
            yield Metrics(
                tallies=tallies,
                stalls=stalls,
                state=core.state,
                desks=lambda: core.orders.desks,
                journal=core.journal,
                projected_seq=lambda: projection.applied_seq,
            ).text
    finally:
        leave()
