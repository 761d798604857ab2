"""Metrics over HTTP: text for Prometheus, behind the token."""

from algotradehub.api.schema import METRICS_TYPE
from tests.unit.api.gateway import gateway


async def test_metrics_are_plain_text() -> None:
    async with gateway() as api:
        reply = await api.ask("GET", "/metrics")
    assert (reply.status, reply.body) == (200, b"orders_total 1.0\n")
    assert reply.headers["content-type"] == METRICS_TYPE
    assert reply.headers["cache-control"] == "no-store"


async def test_metrics_are_not_for_everybody() -> None:
    async with gateway(token="secret") as api:
        assert (await api.ask("GET", "/metrics")).status == 401
        headers = [("authorization", "Bearer secret")]
        assert (await api.ask("GET", "/metrics", headers=headers)).status == 200
        reply = await api.ask("GET", "/metrics", headers=headers, host="elsewhere.example")
        assert reply.status == 421
