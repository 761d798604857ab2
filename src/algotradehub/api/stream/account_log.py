"""One account as a topic: orders, fills, positions and balances under one number, resumable."""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

import msgspec

from algotradehub.api.bridge import encode
from algotradehub.api.stream.changes import Change, ChangeLog, listed
from algotradehub.api.stream.protocol import Position, TopicKey
from algotradehub.api.stream.topic import Reading, message
from algotradehub.api.views.holdings import PositionView, balance_view
from algotradehub.api.views.orders import order_view
from algotradehub.api.views.stream import DroppedFill
from algotradehub.domain import position
from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.ids import AccountId, ClientOrderId
from algotradehub.domain.order import Order
from algotradehub.ports.bus import (
    BalanceChanged,
    FillChanged,
    FillDropped,
    OrderChanged,
    PositionChanged,
)

KEPT: Final = 10_000  # values
KEPT_NS: Final = 24 * 3600 * 1_000_000_000
LONGEST_DELTA: Final = 256 << 10  # characters; what is more follows in another

AccountFact: TypeAlias = OrderChanged | FillChanged | FillDropped | PositionChanged | BalanceChanged


class Resumed(msgspec.Struct, frozen=True, gc=False):
    """A reader that came back and can be told what it lacks."""

    version: int


class Lost(msgspec.Struct, frozen=True, gc=False):
    """A reader that has to begin anew."""

    reason: str


class Holdings(msgspec.Struct, frozen=True, kw_only=True):
    """What an account has now."""

    orders: Iterable[Order]  # live ones
    positions: Iterable[position.Position]  # that are not flat
    balances: Iterable[AssetBalance]


Cursor: TypeAlias = int | Resumed | Lost | None  # int: the version it has seen


class AccountTopic:
    """Remembers what changed in one account, and tells each reader what it lacks.

    A reader stands at an ``account_seq``. One record changes several values, and a balance may
    change again without a record, so one who has read up to n is told again what n changed.

    Args:
        epoch: Of the lease. After a power loss numbers may be given a second time, so a position
            of another epoch means nothing here.
        seq: The account's number now; it also counts records that change nothing shown.
        holdings: What a snapshot shows.
        show_position: Values a position at the price of now.
        monotonic_ns: Time, to let go of what is old.
    """

    def __init__(
        self,
        account: AccountId,
        *,
        epoch: int,
        seq: Callable[[], int],
        holdings: Callable[[], Holdings],
        show_position: Callable[[position.Position], PositionView],
        monotonic_ns: Callable[[], int],
        kept: int = KEPT,
        longest_delta: int = LONGEST_DELTA,
    ) -> None:
        self._head = TopicKey(topic="account", account=account).head
        self._epoch = epoch
        self._seq = seq
        self._holdings = holdings
        self._show_position = show_position
        self._monotonic_ns = monotonic_ns
        self._log = ChangeLog(kept=kept, kept_ns=KEPT_NS)
        self._log.seq = seq()
        self._complete_from = self._log.seq
        self._longest_delta = longest_delta
        self._last: tuple[int, int, str, Change] | None = None
        self._texts: dict[ClientOrderId, tuple[Order, str]] = {}  # of the snapshot before

    def take(self, fact: AccountFact) -> None:
        """Note what changed. Nothing is written as JSON before somebody reads it."""
        put, seq, at_ns = self._log.put, fact.account_seq, self._monotonic_ns()
        match fact:
            case OrderChanged(order=order):
                put("orders", order.order_id, order, order_view, seq=seq, at_ns=at_ns)
            case FillChanged(fill=fill):
                put("fills", (fill.order_id, fill.execution_id), fill, seq=seq, at_ns=at_ns)
            case FillDropped(order_id=order_id, execution_id=execution_id):
                # Under the key of the fill: nobody is told any more that there was one.
                dropped = DroppedFill(order_id=order_id, execution_id=execution_id)
                put("dropped_fills", (order_id, execution_id), dropped, seq=seq, at_ns=at_ns)
            case PositionChanged(position=held):
                where = (held.symbol, held.side, "position")
                put("positions", where, held, self._show_position, seq=seq, at_ns=at_ns)
            case BalanceChanged(balance=balance):
                what = (balance.asset, "balance")
                put("balances", what, balance, balance_view, seq=seq, at_ns=at_ns)

    def start(self, after: Position | None) -> Cursor:
        if after is None:
            return None
        if after.epoch != self._epoch or after.seq > self._seq():
            return Lost("unknown_epoch")  # a number that was never given in this one
        if after.seq < self._complete_from or after.seq <= self._log.forgotten_seq:
            return Lost("too_old")
        return Resumed(self._log.version_before(after.seq))

    def read(self, cursor: Cursor) -> Reading:
        now = self._log.version
        version = cursor.version if isinstance(cursor, Resumed) else cursor
        if isinstance(version, int) and version < self._log.forgotten:
            version = Lost("too_old")
        if isinstance(version, Lost):
            reset = f'{{"type":"reset",{self._head},"reason":"{version.reason}"}}'
            return Reading([reset, self._snapshot()], now)
        if version is None:
            return Reading([self._snapshot()], now)
        resumed = isinstance(cursor, Resumed)
        if version == now:
            nothing = message("delta", self._head, self._seq(), '"resumed":true')
            return Reading([nothing] if resumed else [], version)
        body, last = self._delta(version)
        if resumed:
            body = f'"resumed":true,{body}'
        told = message("delta", self._head, last.seq, body)
        return Reading([told], last.version, more=last.version < now)

    def _snapshot(self) -> str:
        held = self._holdings()
        # Everybody comes back at once when the network does, and orders are long.
        texts = {order.order_id: self._text_of(order) for order in held.orders}
        self._texts = texts
        orders = ",".join(text for _, text in texts.values())
        positions = encode([self._show_position(each) for each in held.positions]).decode()
        balances = encode([balance_view(each) for each in held.balances]).decode()
        body = (
            f'"epoch":{self._epoch},"orders":[{orders}],"positions":{positions},'
            f'"balances":{balances}'
        )
        return message("snapshot", self._head, self._seq(), body)

    def _text_of(self, order: Order) -> tuple[Order, str]:
        known = self._texts.get(order.order_id)
        if known is not None and known[0] is order:
            return known
        return order, encode(order_view(order)).decode()

    def _delta(self, version: int) -> tuple[str, Change]:
        """What follows ``version``, or the first part of it, and the last change in that."""
        if self._last is not None and self._last[:2] == (version, self._log.version):
            return self._last[2:]
        changes = self._log.since(version)
        told: list[Change] = []
        length = 0
        for change in changes:
            told.append(change)
            length += len(change.text)
            if length >= self._longest_delta:
                break
        self._last = (version, self._log.version, listed(told), told[-1])
        return self._last[2:]
