"""Frames of the stream: what clients may say, how a mistake is explained, what is answered."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

import msgspec

from algotradehub.api.bridge import encode
from algotradehub.api.problems import Problem, http_problem, problem_of
from algotradehub.api.refusals import nearest_word, shown
from algotradehub.domain.errors import AlgoTradeHubError, InvalidRequest, Refusal

PATH: Final = "/api/v1/stream"
HEARTBEAT_S: Final = 15
LONGEST_FRAME: Final = 64 << 10  # bytes

_Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
# Whole numbers that any JSON reader keeps exact.
_Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class TopicKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A topic with its parameters; those that it does not have are empty."""

    topic: str
    account: str = ""
    venue: str = ""
    symbol: str = ""
    interval: str = ""

    @property
    def head(self) -> str:
        """What every message about it begins with, after its type: JSON without the braces."""
        return msgspec.json.encode(self).decode()[1:-1]


# Parameters of each topic; all are needed.
TOPICS: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("account",),
    "ticker": ("venue", "symbol"),
    "book": ("venue", "symbol"),
    "trades": ("venue", "symbol"),
    "candles": ("venue", "symbol", "interval"),
    "system": (),
}
_PARAMETERS: Final = ("account", "venue", "symbol", "interval")


class Position(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far a client has read (order-path 13)."""

    epoch: _Number
    seq: _Number


class Hello(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token: Annotated[str, msgspec.Meta(max_length=4096)] | None = None
    id: _Number | None = None


class Ping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    n: _Number = 0
    id: _Number | None = None


class _OfTopic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    topic: str
    id: _Number | None = None
    account: _Name | None = None
    venue: _Name | None = None
    symbol: _Name | None = None
    interval: _Name | None = None

    @property
    def key(self) -> TopicKey:
        """The topic that is meant.

        Raises:
            InvalidRequest: There is no such topic, or its parameters are others.
        """
        needed = TOPICS.get(self.topic)
        if needed is None:
            nearest = nearest_word(self.topic, TOPICS)
            rule = f"one of {', '.join(TOPICS)}"
            raise InvalidRequest(
                Refusal(field="topic", rule=rule, value=shown(self.topic), nearest=nearest)
            )
        given = {name: value for name in _PARAMETERS if (value := getattr(self, name)) is not None}
        refusals = [
            Refusal(field=name, rule=f"needed for topic {self.topic}", value="missing")
            for name in needed
            if name not in given
        ] + [
            Refusal(field=name, rule=f"topic {self.topic} has no such parameter", value=value)
            for name, value in given.items()
            if name not in needed
        ]
        if refusals:
            raise InvalidRequest(*refusals)
        return TopicKey(topic=self.topic, **given)


class Subscribe(_OfTopic, frozen=True, kw_only=True, forbid_unknown_fields=True):
    after: Position | None = None


class Unsubscribe(_OfTopic, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


Frame: TypeAlias = Hello | Ping | Subscribe | Unsubscribe
_OPERATIONS: Final[Mapping[str, type[Frame]]] = {
    "hello": Hello,
    "ping": Ping,
    "subscribe": Subscribe,
    "unsubscribe": Unsubscribe,
}


class Mistake(Exception):
    """A frame that cannot be followed.

    ``garbage`` is what no program of good will sends: it is answered a few times only.
    """

    def __init__(self, problem: Problem, id_: int | None = None, *, garbage: bool = False) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.id = id_
        self.garbage = garbage


def decode(frame: str | bytes) -> Frame:
    """Read what a client sent.

    Raises:
        Mistake: It is no frame; what is wrong is explained.
    """
    raw = _object_of(frame)
    given_id = raw.get("id")
    id_ = given_id if type(given_id) is int else None
    operation = raw.pop("op", "missing")
    kind = _OPERATIONS.get(operation) if isinstance(operation, str) else None
    if kind is None:
        value = shown(operation)
        raise Mistake(
            _broken(
                field="op",
                rule=f"one of {', '.join(_OPERATIONS)}",
                value=value,
                nearest=nearest_word(value, _OPERATIONS),
            ),
            id_,
            garbage=True,
        )
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise Mistake(_explained(str(error), raw, kind), id_) from None


def _object_of(frame: str | bytes) -> dict[str, Any]:
    if not isinstance(frame, str):
        raise Mistake(http_problem(400, "a binary frame; send JSON text", PATH), garbage=True)
    # Counted in characters first: what is far too long is not even encoded.
    if len(frame) > LONGEST_FRAME or len(frame.encode(errors="replace")) > LONGEST_FRAME:
        detail = f"a frame of more than {LONGEST_FRAME} bytes"
        raise Mistake(http_problem(413, detail, PATH), garbage=True)
    try:
        raw = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Mistake(http_problem(400, f"not JSON: {error}", PATH), garbage=True) from None
    if not isinstance(raw, dict):
        raise Mistake(http_problem(400, "not a JSON object", PATH), garbage=True)
    return raw


_MISSING: Final = re.compile(r"missing required field `(\w+)`")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
_PLACE: Final = re.compile(r" - at `\$\.?([^`]*)`")


def _explained(message: str, raw: Mapping[str, Any], kind: type[Frame]) -> Problem:
    """Say of msgspec's finding which field breaks which rule."""
    place = _PLACE.search(message)
    inside = place[1] if place else ""
    if (missing := _MISSING.search(message)) is not None:
        return _broken(field=_joined(inside, missing[1]), rule="needed", value="missing")
    if (unknown := _UNKNOWN.search(message)) is not None:
        names = (*kind.__struct_fields__, *Position.__struct_fields__)
        field = _joined(inside, shown(unknown[1]))
        return _broken(
            field=field, rule="no such field", value="given", nearest=nearest_word(field, names)
        )
    value: Any = raw
    for step in filter(None, inside.split(".")):
        value = value.get(step) if isinstance(value, Mapping) else value
    return _broken(field=inside, rule=_PLACE.sub("", message).replace("`", ""), value=shown(value))


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _broken(*, field: str, rule: str, value: str, nearest: str | None = None) -> Problem:
    refusal = Refusal(field=field, rule=rule, value=value, nearest=nearest)
    return problem_of(InvalidRequest(refusal), PATH)


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What a client is told about itself."""

    @property
    def text(self) -> str:
        return encode(self).decode()


class Welcome(Answer, frozen=True, kw_only=True, tag="welcome"):
    epoch: int
    version: str
    at_ns: int
    heartbeat_s: int = HEARTBEAT_S


class Heartbeat(Answer, frozen=True, kw_only=True, tag="heartbeat"):
    at_ns: int


class Pong(Answer, frozen=True, kw_only=True, tag="pong"):
    n: int


class Failed(Answer, frozen=True, kw_only=True, tag="error"):
    id: int | None
    problem: Problem

    @property
    def text(self) -> str:
        # As HTTP answers it: what a problem does not have is left out.
        return msgspec.json.encode(self).decode()


def failed(error: AlgoTradeHubError, id_: int | None) -> Failed:
    return Failed(id=id_, problem=problem_of(error, PATH))


def about(kind: str, id_: int | None, key: TopicKey) -> str:
    """Answer ``subscribed`` or ``unsubscribed``."""
    return f'{{"type":"{kind}","id":{"null" if id_ is None else id_},{key.head}}}'
