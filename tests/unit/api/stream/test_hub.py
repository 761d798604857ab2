"""Topics for all: facts in, readers woken at a bounded rate, nothing left open behind them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from algotradehub.api.stream import hub as module
from algotradehub.api.stream.hub import ACCOUNT_GAP_S, MARKET_GAP_S, Hub
from algotradehub.api.stream.protocol import TopicKey
from algotradehub.domain.errors import InvalidRequest, NotReady
from tests.unit.api.gateway import (
    ACCOUNT,
    EPOCH,
    OTHERS_ACCOUNT,
    SPOT,
    VENUE,
    Gateway,
    gateway,
    quote,
    running,
    turn,
)

TICKER = TopicKey(topic="ticker", venue=VENUE, symbol=SPOT.symbol)
BOOK = TopicKey(topic="book", venue=VENUE, symbol=SPOT.symbol)
OF_ACCOUNT = TopicKey(topic="account", account=ACCOUNT)
SYSTEM = TopicKey(topic="system")


def hub_of(api: Gateway) -> Hub:
    account_seq = api.core.journal.account_seq
    return Hub(api.parts, bus=api.core.bus, epoch=EPOCH, account_seq=account_seq)


class Woken:
    def __init__(self, hub: Hub, key: TopicKey) -> None:
        self.times = 0
        self.topic, self.leave = hub.join(key, self._wake)
        self._cursor: Any = None

    def read(self) -> list[Any]:
        reading = self.topic.read(self._cursor)
        self._cursor = reading.cursor
        return [json.loads(text) for text in reading.messages]

    def _wake(self) -> None:
        self.times += 1


async def test_many_quotes_wake_a_reader_twenty_times_a_second() -> None:
    async with gateway() as api:
        hub = hub_of(api)
        async with running(hub.run()):
            reader = Woken(hub, TICKER)
            await turn(3)
            reader.times = 0
            for _ in range(500):
                api.tell(quote("1", "2", api.clock.now_ns()))
                await turn(3)
                api.clock.advance(0.002)
            assert reader.times == 20
            assert MARKET_GAP_S == 0.05


async def test_a_first_fact_wakes_at_once_and_those_that_follow_a_little_later() -> None:
    async with gateway() as api:
        hub = hub_of(api)
        async with running(hub.run()):
            reader = Woken(hub, OF_ACCOUNT)
            reader.read()
            await api.place("k1")
            await turn(3)
            assert reader.times == 1
            await api.place("k2")
            await api.place("k3")
            await turn(3)
            assert reader.times == 1
            api.clock.advance(ACCOUNT_GAP_S)
            await turn(3)
            assert reader.times == 2
            (delta,) = reader.read()
            assert len(delta["orders"]) == 3


async def test_market_data_is_heard_once_for_all_who_follow_it() -> None:
    async with gateway() as api:
        before = list(api.feed.open_channels)
        hub = hub_of(api)
        one, two = Woken(hub, BOOK), Woken(hub, BOOK)
        assert one.topic is two.topic
        opened = len(api.feed.open_channels)
        one.leave()
        one.leave()
        assert len(api.feed.open_channels) == opened > len(before)
        two.leave()
        assert api.feed.open_channels == before


async def test_when_it_closes_it_hears_nothing_more() -> None:
    async with gateway() as api:
        before = list(api.feed.open_channels)
        hub = hub_of(api)
        account, _ = Woken(hub, OF_ACCOUNT), Woken(hub, TICKER)
        account.read()
        hub.close()
        assert api.feed.open_channels == before
        await api.place()
        assert account.read() == []


async def test_what_an_account_did_is_remembered_while_nobody_follows_it() -> None:
    async with gateway() as api:
        hub = hub_of(api)
        reader = Woken(hub, OF_ACCOUNT)
        reader.read()
        reader.leave()
        await api.place()
        (delta,) = reader.read()
        assert len(delta["orders"]) == 1


async def test_alerts_of_ours_and_of_everybody_are_told_and_those_of_others_not() -> None:
    async with gateway() as api:
        hub = hub_of(api)
        reader = Woken(hub, SYSTEM)
        hub.look()
        alert: Callable[..., None] = api.core.orders._recorder.alert
        for account in (ACCOUNT, None, OTHERS_ACCOUNT):
            alert("drill", f"for {account}", account)
        (snapshot,) = reader.read()
        assert [each["detail"] for each in snapshot["alerts"]] == [f"for {ACCOUNT}", "for None"]
        assert [each["account"] for each in snapshot["accounts"]] == [ACCOUNT]


async def test_what_is_not_there_cannot_be_followed() -> None:
    async with gateway() as api:
        hub = hub_of(api)
        for field, key in (
            ("account", TopicKey(topic="account", account=OTHERS_ACCOUNT)),
            ("account", TopicKey(topic="account", account="nobody's")),
            ("venue", TopicKey(topic="book", venue="nowhere", symbol=SPOT.symbol)),
            ("symbol", TopicKey(topic="book", venue=VENUE, symbol="NO/SUCH")),
        ):
            with pytest.raises(InvalidRequest) as refused:
                Woken(hub, key)
            assert [each.field for each in refused.value.refusals] == [field]


async def test_different_topics_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOPICS_OPEN", 1)
    async with gateway() as api:
        hub = hub_of(api)
        Woken(hub, TICKER)
        Woken(hub, TICKER)
        Woken(hub, OF_ACCOUNT)
        with pytest.raises(NotReady, match="leave some"):
            Woken(hub, TopicKey(topic="trades", venue=VENUE, symbol=SPOT.symbol))
