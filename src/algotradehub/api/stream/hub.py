"""Every topic of one installation: facts and market data in, clients woken at a bounded rate."""

import asyncio
from collections.abc import Callable
from typing import Final

from algotradehub.api.parts import ApiParts
from algotradehub.api.stream.account_log import AccountTopic, Holdings
from algotradehub.api.stream.market import open_market_topic
from algotradehub.api.stream.protocol import TopicKey
from algotradehub.api.stream.system import SystemStates
from algotradehub.api.stream.topic import Topic
from algotradehub.api.valuation import valued_position
from algotradehub.domain.errors import NotReady
from algotradehub.domain.ids import AccountId, Symbol, VenueId
from algotradehub.ports.bus import Alert, Bus, Fact
from algotradehub.ports.clock import Clock

ACCOUNT_GAP_S: Final = 0.01  # between two messages of one topic to one client
MARKET_GAP_S: Final = 0.05
TOPICS_OPEN: Final = 2_000  # different ones of market data


class Pulse:
    """Wakes the readers of what changed: at once after a pause, and else once in a gap.

    So many changes cost each client one message, and clients that keep pace stand at the same
    place, where one text serves all.
    """

    def __init__(self, gap_s: float, clock: Clock) -> None:
        self._gap_s = gap_s
        self._clock = clock
        self._marked: dict[_Readers, None] = {}
        self._some = asyncio.Event()

    def mark(self, readers: "_Readers") -> None:
        self._marked[readers] = None
        self._some.set()

    async def run(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            marked, self._marked = self._marked, {}
            for readers in marked:
                for wake in tuple(readers.wakes.values()):
                    wake()
            await self._clock.sleep(self._gap_s)


class _Readers:
    """Who follows one topic."""

    def __init__(self, pulse: Pulse) -> None:
        self.wakes: dict[object, Callable[[], None]] = {}
        self._pulse = pulse

    def changed(self) -> None:
        self._pulse.mark(self)


class Hub:
    """Implements ``client.Topics`` over the running platform.

    Args:
        parts: The platform.
        bus: Where facts come from.
        epoch: Of the lease under which this process owns the accounts.
        account_seq: The journal's number of an account.
    """

    def __init__(
        self, parts: ApiParts, *, bus: Bus, epoch: int, account_seq: Callable[[AccountId], int]
    ) -> None:
        self._parts = parts
        self._accounts = Pulse(ACCOUNT_GAP_S, parts.clock)
        self._market = Pulse(MARKET_GAP_S, parts.clock)
        self._readers: dict[TopicKey, _Readers] = {}
        self._topics: dict[TopicKey, Topic] = {}
        self._closers: dict[TopicKey, Callable[[], None]] = {}
        self._of_account: dict[AccountId, tuple[AccountTopic, _Readers]] = {}
        for desk in parts.desks:
            self._add_account(desk.account_id, epoch, account_seq)
        system = TopicKey(topic="system")
        self._readers[system] = _Readers(self._market)
        self._system = SystemStates(parts, self._readers[system].changed)
        self._topics[system] = self._system.topic
        self._leave_bus = bus.subscribe(self._on_fact, accounts=frozenset(self._of_account))

    async def run(self) -> None:
        """Wake readers until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._accounts.run())
            tasks.create_task(self._market.run())

    def look(self) -> None:
        """Look at what tells nobody when it changes; call it every second or so."""
        self._system.look()

    def close(self) -> None:
        self._leave_bus()
        while self._closers:
            self._closers.popitem()[1]()

    def join(self, key: TopicKey, wake: Callable[[], None]) -> tuple[Topic, Callable[[], None]]:
        """See ``client.Topics``.

        Raises:
            InvalidRequest: No such account of the tenant, venue, symbol or interval.
            Unsupported: The venue has no such data.
            NotReady: Too many different topics are open.
        """
        if key not in self._topics:
            if key.topic == "account":
                self._parts.orders.desk(AccountId(key.account), self._parts.tenant)
            self._open(key)
        token = object()
        self._readers[key].wakes[token] = wake
        return self._topics[key], lambda: self._leave(key, token)

    def _open(self, key: TopicKey) -> None:
        if len(self._closers) >= TOPICS_OPEN:
            raise NotReady(f"{TOPICS_OPEN} different topics are followed already; leave some")
        self._parts.feed(VenueId(key.venue), [Symbol(key.symbol)])
        readers = _Readers(self._market)
        self._topics[key], self._closers[key] = open_market_topic(
            self._parts.market, key, readers.changed
        )
        self._readers[key] = readers

    def _leave(self, key: TopicKey, token: object) -> None:
        readers = self._readers.get(key)
        if readers is None or readers.wakes.pop(token, None) is None or readers.wakes:
            return
        if key in self._closers:  # what is remembered for those who come back stays
            self._closers.pop(key)()
            del self._topics[key], self._readers[key]

    def _on_fact(self, fact: Fact) -> None:
        if isinstance(fact, Alert):
            self._system.alert(fact)
            return
        topic, readers = self._of_account[fact.account]
        topic.take(fact)
        readers.changed()

    def _add_account(
        self, account: AccountId, epoch: int, account_seq: Callable[[AccountId], int]
    ) -> None:
        parts = self._parts
        key = TopicKey(topic="account", account=account)
        topic = AccountTopic(
            account,
            epoch=epoch,
            seq=lambda: account_seq(account),
            holdings=lambda: holdings(parts, account),
            show_position=lambda held: valued_position(parts, held),
            monotonic_ns=parts.clock.monotonic_ns,
        )
        readers = self._readers[key] = _Readers(self._accounts)
        self._topics[key] = topic
        self._of_account[account] = (topic, readers)


def holdings(parts: ApiParts, account: AccountId) -> Holdings:
    state, only = parts.state, frozenset({account})
    return Holdings(
        orders=[state.orders[order_id] for order_id in state.live.get(account, ())],
        positions=[held for held in state.positions.all(only) if held.quantity],
        balances=state.balances.all(only),
    )
