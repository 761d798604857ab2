"""The platform in numbers, as Prometheus reads them: what was counted, and how things stand now."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from algotradehub import __version__
from algotradehub.observability.stalls import StallWatch
from algotradehub.observability.tallies import BOUNDS_NS, Tallies
from algotradehub.ports.clock import Clock
from algotradehub.ports.journal import Journal
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.line_quality import measured
from algotradehub.trading.risk.use import RuleUse
from algotradehub.trading.state import DeskState

_NS_PER_S: Final = 1_000_000_000
_PREFIX: Final = "algotradehub_"
_BOUNDS: Final = (*(f"{bound_ns / _NS_PER_S:g}" for bound_ns in BOUNDS_NS), "+Inf")


class Metrics(Collector):
    """Collected when somebody asks: between two questions only ``tallies`` works.

    Args:
        tallies: What was counted; somebody lets it hear the bus.
        stalls: How often the event loop was held up.
        state: Of the desk.
        desks: The accounts.
        journal: Of the desk.
        projected_seq: Up to which record the projection has everything.
        uses: How much of every limit is used.
    """

    def __init__(
        self,
        *,
        tallies: Tallies,
        stalls: StallWatch,
        state: DeskState,
        desks: Callable[[], Sequence[AccountDesk]],
        journal: Journal,
        projected_seq: Callable[[], int],
        uses: Callable[[], Sequence[RuleUse]],
        clock: Clock,
    ) -> None:
        self._tallies = tallies
        self._stalls = stalls
        self._state = state
        self._desks = desks
        self._journal = journal
        self._projected_seq = projected_seq
        self._uses = uses
        self._clock = clock
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> str:
        """Every metric in Prometheus' text format, version 0.0.4."""
        return generate_latest(self._registry).decode()

    def collect(self) -> Iterator[Metric]:
        yield from self._counted()
        yield from self._standing()

    def _counted(self) -> Iterator[Metric]:
        tallies, stalls = self._tallies, self._stalls
        yield _counter(
            "orders",
            "Orders that came to a status.",
            ("account", "status"),
            ((key, count) for key, count in tallies.orders.items()),
        )
        yield _counter(
            "fills",
            "Executions of orders.",
            ("account",),
            (((account,), count) for account, count in tallies.fills.items()),
        )
        latency = HistogramMetricFamily(
            f"{_PREFIX}order_acknowledgement_seconds",
            "From the request for an order to the venue's first word that it has it.",
            labels=("account",),
        )
        for account, durations in tallies.acknowledged.items():
            buckets = zip(_BOUNDS, accumulate(durations.counts), strict=True)
            latency.add_metric((account,), list(buckets), durations.sum_ns / _NS_PER_S)
        yield latency
        yield _counter(
            "alerts",
            "Alerts, by name.",
            ("name",),
            (((name,), count) for name, count in tallies.alerts.items()),
        )
        held_up = "the event loop was held up for more than 250 ms"
        yield _counter("event_loop_stalls", f"How often {held_up}.", (), [((), stalls.count)])
        stalled_s = stalls.total_ns / _NS_PER_S
        yield _counter("event_loop_stall_seconds", f"How long {held_up}.", (), [((), stalled_s)])

    def _standing(self) -> Iterator[Metric]:
        state, journal, desks = self._state, self._journal, self._desks()
        yield _gauge(
            "open_orders",
            "Orders that have not ended.",
            ("account",),
            [((desk.account_id,), state.sums.open_orders(desk.account_id)) for desk in desks],
        )
        yield _gauge(
            "account_accepting",
            "Whether an account takes new orders: connected, not halted, its venue not paused.",
            ("account",),
            [((desk.account_id,), desk.closed(state.standing) is None) for desk in desks],
        )
        yield from self._lines(desks)
        yield _gauge("journal_seq", "Number of the newest record.", (), [((), journal.seq)])
        yield _gauge(
            "journal_unsynced_records",
            "Records that power loss would take.",
            (),
            [((), journal.seq - journal.synced_seq)],
        )
        behind = state.changes.applied_seq - self._projected_seq()
        yield _gauge(
            "projection_unstored_records",
            "Records that the projection, and so every list, does not have yet.",
            (),
            [((), behind)],
        )
        yield from self._limits()
        yield _gauge("build_info", "Which version runs.", ("version",), [((__version__,), 1)])

    def _lines(self, desks: Sequence[AccountDesk]) -> Iterator[Metric]:
        now_ns = self._clock.monotonic_ns()
        lines = [((desk.account_id,), measured(desk.line, now_ns)) for desk in desks]
        yield _gauge(
            "line_degraded",
            "Whether the line to its venue exceeds a limit of the account.",
            ("account",),
            [((desk.account_id,), desk.line.degraded is not None) for desk in desks],
        )
        yield _gauge(
            "line_lost_ratio",
            "Share of the last requests that got no answer; left out where none was sent.",
            ("account",),
            [(labels, line.lost / line.requests) for labels, line in lines if line.requests],
        )
        answers = [(labels, line.answer_p95_s) for labels, line in lines]
        yield _gauge(
            "line_answer_seconds",
            "95 of 100 of the last answers came within; left out where none came.",
            ("account",),
            [(labels, answer_s) for labels, answer_s in answers if answer_s is not None],
        )

    def _limits(self) -> Iterator[Metric]:
        uses = [(_labels_of(use), use) for use in self._uses()]
        names = ("scope", "name", "symbol", "rule", "unit")
        known = [(labels, float(use.used)) for labels, use in uses if use.used is not None]
        told = "How much of a limit is used; what is not known is left out."
        yield _gauge("risk_used", told, names, known)
        limits = [(labels, float(use.limit)) for labels, use in uses]
        yield _gauge("risk_limit", "The limit.", names, limits)


def _labels_of(use: RuleUse) -> Sequence[str]:
    return use.scope.value, use.name, use.symbol or "", use.rule, use.unit


def _counter(
    name: str,
    told: str,
    labels: Sequence[str],
    counts: Iterable[tuple[Sequence[str], float]],
) -> Metric:
    return _filled(CounterMetricFamily(f"{_PREFIX}{name}", told, labels=labels), counts)


def _gauge(
    name: str,
    told: str,
    labels: Sequence[str],
    values: Iterable[tuple[Sequence[str], float]],
) -> Metric:
    return _filled(GaugeMetricFamily(f"{_PREFIX}{name}", told, labels=labels), values)


def _filled(
    family: CounterMetricFamily | GaugeMetricFamily,
    values: Iterable[tuple[Sequence[str], float]],
) -> Metric:
    for labels, value in values:
        family.add_metric(labels, value)
    return family
