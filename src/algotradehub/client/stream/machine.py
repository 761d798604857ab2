"""The life of one stream without its socket: what was heard goes in, what to do comes out.

An account is resumed where it was, by the platform's epoch and the account's number; a market
begins anew with every connection.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

import msgspec

from algotradehub.client.errors import ApiProblem, Unreadable
from algotradehub.client.stream.messages import (
    CHANGES,
    AccountReset,
    Interrupted,
    Message,
)
from algotradehub.client.stream.topics import Topic
from algotradehub.client.values import read_special

PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # before each attempt to come back; the last repeats
_BAD_REQUEST: Final = 400


class Heard(NamedTuple):
    """What to do about a message: frames to send, and what to tell the reader."""

    frames: Sequence[str] = ()
    messages: Sequence[Message] = ()


class _Envelope(msgspec.Struct, kw_only=True, frozen=True):
    """What says what a message is about."""

    type: str = ""
    topic: str = ""
    account: str = ""
    venue: str = ""
    symbol: str = ""
    interval: str = ""
    seq: int = 0
    epoch: int = 0
    resumed: bool = False
    reason: str = ""
    problem: dict[str, Any] = {}


class _Followed:
    """A topic, and how far it is known.

    Attributes:
        fresh: Whether it was told since the last subscription; a delta before that is of the one
            before.
        mark: (epoch, seq) up to which an account is known.
    """

    __slots__ = ("fresh", "mark", "seq", "topic")

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.fresh = False
        self.seq = 0
        self.mark: tuple[int, int] | None = None


class StreamMachine:
    """Follows ``topics`` over as many connections as it takes.

    Attributes:
        live: Whether this connection was welcomed.
        was_live: Whether any was.

    Raises:
        ValueError: No topic is given.
    """

    def __init__(self, topics: Sequence[Topic], *, url: str, token: str | None) -> None:
        if not topics:
            raise ValueError("name at least one topic to follow")
        self._followed = {topic: _Followed(topic) for topic in topics}
        self._url = url
        self._token = token
        self._epoch = 0
        self._tries = 0
        self.live = False
        self.was_live = False

    def opened(self) -> str:
        """The first frame of a new connection."""
        hello = {"op": "hello"} if self._token is None else {"op": "hello", "token": self._token}
        return _frame(hello)

    def heard(self, text: str | bytes) -> Heard:
        """What to do about one message.

        Raises:
            ApiProblem: The platform refuses the token or a topic.
            Unreadable: It is no message of a platform this client knows.
        """
        try:
            told = msgspec.json.decode(text, type=_Envelope)
            match told.type:
                case "welcome":
                    return self._welcomed(told.epoch)
                case "error":
                    raise ApiProblem(told.problem, _status_of(told.problem))
                case "reset":
                    return self._reset(told)
                case "snapshot" | "delta":
                    return self._changed(told, text)
                case _:
                    return Heard()  # an answer, a heartbeat, or of a later version
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            reason = f"{self._url} tells what this version does not know ({error})"
            raise Unreadable(self._url, 200, reason) from error

    def closed(self, reason: str) -> Interrupted:
        """The connection is lost."""
        self.live = False
        for followed in self._followed.values():
            followed.fresh = False
        return Interrupted(reason=reason)

    def pause_s(self, jitter: float) -> float:
        """How long to wait before the next attempt; ``jitter`` in [0, 1) spreads readers out."""
        pause_s = PAUSES_S[min(self._tries, len(PAUSES_S) - 1)]
        self._tries += 1
        return pause_s * (0.75 + jitter / 2)

    def _welcomed(self, epoch: int) -> Heard:
        self._epoch = epoch
        self._tries = 0
        self.live = self.was_live = True
        return Heard(frames=[_subscribe(each) for each in self._followed.values()])

    def _reset(self, told: _Envelope) -> Heard:
        followed = self._followed.get(_topic_of(told))
        if followed is None:
            return Heard()
        followed.mark = None
        followed.fresh = False
        return Heard(messages=[AccountReset(account=told.account, reason=told.reason)])

    def _changed(self, told: _Envelope, text: str | bytes) -> Heard:
        followed = self._followed.get(_topic_of(told))
        if followed is None:
            return Heard()
        is_account = told.topic == "account"
        if told.type == "delta":
            if not followed.fresh and not (is_account and told.resumed):
                return Heard()  # of the subscription before
            if followed.fresh and _broken(followed, told):
                followed.fresh = False
                followed.mark = None
                lost = AccountReset(account=told.account, reason="out_of_order")
                return Heard([_subscribe(followed)], [lost] if is_account else [])
        kind = CHANGES[told.topic]
        change = msgspec.json.decode(text, type=kind, dec_hook=read_special)
        followed.fresh = True
        followed.seq = told.seq
        if is_account:
            followed.mark = (self._epoch, told.seq)
        return Heard(messages=[cast("Message", change)])


def _broken(followed: _Followed, told: _Envelope) -> bool:
    """An account's numbers may skip, but never fall; a book is worth nothing with one missing."""
    if told.topic == "account":
        return told.seq < followed.seq
    return told.topic == "book" and told.seq != followed.seq + 1


def _status_of(problem: dict[str, Any]) -> int:
    status = problem.get("status")
    return status if isinstance(status, int) else _BAD_REQUEST


def _topic_of(told: _Envelope) -> Topic:
    return Topic(
        topic=told.topic,
        account=told.account,
        venue=told.venue,
        symbol=told.symbol,
        interval=told.interval,
    )


def _subscribe(followed: _Followed) -> str:
    wanted = {"op": "subscribe", **msgspec.to_builtins(followed.topic)}
    if followed.mark is not None:
        epoch, seq = followed.mark
        wanted["after"] = {"epoch": epoch, "seq": seq}
    return _frame(wanted)


def _frame(content: dict[str, Any]) -> str:
    return msgspec.json.encode(content).decode()
