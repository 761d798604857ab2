"""Metering: the metrics of a platform that runs, over HTTP."""

import asyncio
import http.client
from pathlib import Path

from algotradehub.app.embedded import Platform, run_embedded
from tests.unit.app.small import priced, request, small_settings


def scrape(platform: Platform) -> str:
    assert platform.url is not None
    connection = http.client.HTTPConnection(platform.url.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


async def test_what_runs_is_told_in_numbers(tmp_path: Path) -> None:
    settings = small_settings(tmp_path, api={"port": 0, "authentication": False})
    async with run_embedded(settings) as platform:
        await priced(platform)
        platform.core.orders.submit(request("one"))
        await platform.queries.settled()
        text = await asyncio.to_thread(scrape, platform)
    assert 'algotradehub_orders_total{account="mine",status="FILLED"} 1.0' in text
    assert 'algotradehub_fills_total{account="mine"}' in text
    assert 'algotradehub_order_acknowledgement_seconds_count{account="mine"} 1.0' in text
    assert "algotradehub_projection_unstored_records 0.0" in text
