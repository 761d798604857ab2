"""Metrics as text: Prometheus' own reader finds every number where it belongs."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families

from algotradehub import __version__
from algotradehub.app.metering import metering
from algotradehub.ports.bus import Alert
from tests.fakes.projection import StoredAtOnce
from tests.unit.api.gateway import ACCOUNT, OTHERS_ACCOUNT, VENUE, Gateway, gateway


class Told:
    """What the text says, read as Prometheus reads it."""

    def __init__(self, text: str) -> None:
        self.families = {f.name: f for f in text_string_to_metric_families(text)}
        self.samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def __call__(self, name: str, /, **labels: str) -> float | None:
        return self.samples.get((f"algotradehub_{name}", frozenset(labels.items())))


@contextmanager
def metered(api: Gateway) -> Iterator[Callable[[], Told]]:
    projection = StoredAtOnce(api.queries._store)
    with metering(api.core, projection, api.clock) as text:
        yield lambda: Told(text())


async def test_orders_fills_and_latency_are_counted_by_account() -> None:
    async with gateway() as api:
        with metered(api) as meter:
            placed = (await api.place("a")).json
            await api.place("b")
            await api.place("too much", quantity="9")
            await api.ask("DELETE", f"/api/v1/orders/{placed['order_id']}")
            told = meter()
    assert told("orders_total", account=ACCOUNT, status="OPEN") == 2
    assert told("orders_total", account=ACCOUNT, status="CANCELLED") == 1
    assert told("orders_total", account=ACCOUNT, status="REJECTED") == 1
    assert told("orders_total", account=OTHERS_ACCOUNT, status="OPEN") is None
    assert told("order_acknowledgement_seconds_count", account=ACCOUNT) == 2
    assert told("order_acknowledgement_seconds_bucket", account=ACCOUNT, le="0.0005") == 2
    assert told("order_acknowledgement_seconds_bucket", account=ACCOUNT, le="+Inf") == 2
    assert told("open_orders", account=ACCOUNT) == 1
    assert told("open_orders", account=OTHERS_ACCOUNT) == 0


async def test_alerts_and_what_stands_now_are_told() -> None:
    async with gateway() as api:
        with metered(api) as meter:
            api.core.bus.publish(Alert(name="journal_failed", detail="", account=None, at_ns=1))
            await api.place()
            told = meter()
            assert told("alerts_total", name="journal_failed") == 1
            assert told("journal_seq") == api.core.journal.seq
            assert told("journal_unsynced_records") == 3  # instrument, intent, answer
            assert told("projection_unstored_records") == 3
            await api.queries.settled()
            assert meter()("journal_unsynced_records") == 0
    assert told("event_loop_stalls_total") == 0
    assert told("build_info", version=__version__) == 1


@pytest.mark.design_property(31)
async def test_an_account_that_takes_no_orders_is_told() -> None:
    async with gateway() as api:
        with metered(api) as meter:
            assert meter()("account_accepting", account=ACCOUNT) == 1
            path = f"/api/v1/accounts/{ACCOUNT}/halt"
            await api.ask("PUT", path, body={"reason": "lunch"})
            assert meter()("account_accepting", account=ACCOUNT) == 0
            await api.ask("DELETE", path)
            path = f"/api/v1/venues/{VENUE}/pause"
            await api.ask("PUT", path, body={"reason": "upkeep"})
            assert meter()("account_accepting", account=ACCOUNT) == 0
            await api.ask("DELETE", path)
            assert meter()("account_accepting", account=ACCOUNT) == 1
            api.account.disconnect("the venue closed the stream")
            assert meter()("account_accepting", account=ACCOUNT) == 0


@pytest.mark.design_property(31)
async def test_what_a_line_is_worth_is_told() -> None:
    async with gateway() as api:
        with metered(api) as meter:
            told = meter()
            assert told("line_degraded", account=ACCOUNT) == 0
            assert told("line_lost_ratio", account=ACCOUNT) is None
            assert told("line_answer_seconds", account=ACCOUNT) is None
            await api.place()
            line = api.core.orders.desks[0].line
            line.ended.append((api.clock.monotonic_ns(), None))
            line.ended.append((api.clock.monotonic_ns(), 1_500_000_000))
            line.ended.append((api.clock.monotonic_ns(), None))
            line.degraded = "it is bad"
            told = meter()
    assert told("line_degraded", account=ACCOUNT) == 1
    assert told("line_lost_ratio", account=ACCOUNT) == 0.5
    assert told("line_answer_seconds", account=ACCOUNT) == 1.5


async def test_after_the_context_nothing_is_heard() -> None:
    async with gateway() as api:
        with metered(api) as meter:
            pass
        await api.place()
        assert meter()("orders_total", account=ACCOUNT, status="OPEN") is None


async def test_names_are_as_prometheus_wants_them() -> None:
    """Base units, _total on counters and nothing else, a sentence of help on everything."""
    async with gateway() as api:
        with metered(api) as meter:
            families = meter().families
    ours = {name: told for name, told in families.items() if name.startswith("algotradehub_")}
    assert len(ours) >= 12
    for name, family in ours.items():
        assert re.fullmatch(r"[a-z_]+", name)
        assert family.documentation.endswith(".")
        assert not re.search(r"_(ns|ms|milliseconds|count|sum)$", name)
        for sample in family.samples:
            assert sample.name.endswith("_total") is (family.type == "counter")
