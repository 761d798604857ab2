"""Lets the metrics hear and see the inner ring, for as long as somebody may ask for them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from algotradehub.app.core import Core
from algotradehub.app.projector import Projection
from algotradehub.observability.metrics import Metrics
from algotradehub.observability.stalls import StallWatch
from algotradehub.observability.tallies import Tallies
from algotradehub.ports.clock import Clock
from algotradehub.trading.risk.use import RuleUse


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
                uses=lambda: _uses(core),
                clock=clock,
            ).text
    finally:
        leave()


def _uses(core: Core) -> Sequence[RuleUse]:
    tenants = dict.fromkeys(desk.tenant for desk in core.orders.desks)
    return [use for tenant in tenants for use in core.risk.uses(tenant)]
