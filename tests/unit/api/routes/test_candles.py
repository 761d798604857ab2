"""Candles over HTTP."""

from typing import Any

import pytest

from algotradehub.api import instants
from tests.unit.api.gateway import MINUTE_NS, VENUE, Gateway, candle, gateway, trade

CANDLES = f"/api/v1/candles?venue={VENUE}&symbol=BTC/USDT"


def shown_minutes(reply: Any, start_ns: int) -> list[int]:
    return [(int(each["start_ns"]) - start_ns) // MINUTE_NS for each in reply.json["candles"]]


def remember(api: Gateway, minutes: int) -> int:
    """Let there be so many candles, the last of which ends now; return when the first starts."""
    end_ns = api.clock.now_ns() // MINUTE_NS * MINUTE_NS
    start_ns = end_ns - minutes * MINUTE_NS
    api.feed.history += [candle(start_ns + number * MINUTE_NS) for number in range(minutes)]
    return start_ns


async def test_a_candle_is_shown_whole() -> None:
    async with gateway() as api:
        start_ns = remember(api, 1)
        answer = (await api.ask("GET", CANDLES)).json
    assert (answer["venue"], answer["symbol"], answer["interval"]) == (VENUE, "BTC/USDT", "1m")
    (shown,) = answer["candles"]
    assert shown == {
        "start_at": instants.text(start_ns),
        "start_ns": str(start_ns),
        "open": "1",
        "high": "4",
        "low": "0.5",
        "close": "2",
        "volume": "10",
        "final": True,
    }


async def test_without_a_start_the_newest_are_shown_oldest_first() -> None:
    async with gateway() as api:
        start_ns = remember(api, 10)
        reply = await api.ask("GET", f"{CANDLES}&limit=3")
    assert shown_minutes(reply, start_ns) == [8, 9]  # the third interval is the one that runs


async def test_the_candle_that_runs_comes_last_and_is_not_final() -> None:
    async with gateway() as api:
        start_ns = remember(api, 2)
        api.tell(trade("60000", api.clock.now_ns(), quantity="3"))
        reply = await api.ask("GET", CANDLES)
        assert shown_minutes(reply, start_ns) == [0, 1, 2]
        running = reply.json["candles"][-1]
        assert (running["final"], running["close"], running["volume"]) == (False, "60000", "3")
        end = instants.text(start_ns + 2 * MINUTE_NS)
        assert shown_minutes(await api.ask("GET", f"{CANDLES}&to={end}"), start_ns) == [0, 1]
        # The venue's own word on the same minute is the better one.
        api.feed.history.append(candle(start_ns + 2 * MINUTE_NS))
        reply = await api.ask("GET", CANDLES)
    assert [each["final"] for each in reply.json["candles"]] == [True, True, True]


async def test_a_stretch_of_time_is_shown_from_its_start() -> None:
    async with gateway() as api:
        start_ns = remember(api, 10)
        begin, end = (instants.text(start_ns + n * MINUTE_NS) for n in (2, 7))
        reply = await api.ask("GET", f"{CANDLES}&from={begin}&to={end}")
        assert shown_minutes(reply, start_ns) == [2, 3, 4, 5, 6]
        reply = await api.ask("GET", f"{CANDLES}&from={begin}&to={end}&limit=2")
        assert shown_minutes(reply, start_ns) == [2, 3]
        reply = await api.ask("GET", f"{CANDLES}&from={end}&to={begin}")
        assert shown_minutes(reply, start_ns) == []


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("venue=elsewhere&symbol=BTC/USDT", 422, "venue"),
        (f"venue={VENUE}&symbol=NONE/USDT", 422, "symbol"),
        (f"venue={VENUE}", 422, "symbol"),
        (f"venue={VENUE}&symbol=BTC/USDT&limit=1001", 422, "limit"),
        (f"venue={VENUE}&symbol=BTC/USDT&from=yesterday", 422, "from"),
        (f"venue={VENUE}&symbol=BTC/USDT&to=5", 422, "to"),
        (f"venue={VENUE}&symbol=BTC/USDT&start=2027-01-15T08:00:00Z", 422, "start"),
    ],
)
async def test_what_is_not_there_is_said_so(query: str, status: int, field: str | None) -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"/api/v1/candles?{query}")
    assert reply.status == status
    assert field is None or reply.json["errors"][0]["field"] == field


async def test_an_interval_that_is_no_word_is_told_the_words() -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"{CANDLES}&interval=1min")
    (refused,) = reply.json["errors"]
    assert (refused["field"], refused["nearest"]) == ("interval", "1m")
    assert refused["rule"] == "one of 1s, 1m, 5m, 15m, 1h, 4h, 1d"


@pytest.mark.parametrize("interval", ["1s", "1h"])
async def test_an_interval_that_the_venue_lacks_is_told_those_it_has(interval: str) -> None:
    async with gateway() as api:
        reply = await api.ask("GET", f"{CANDLES}&interval={interval}")
    assert reply.status == 422
    (refused,) = reply.json["errors"]
    assert (refused["field"], refused["value"]) == ("interval", interval)
    assert refused["rule"] == f"an interval of {VENUE}: 1m, 5m"
