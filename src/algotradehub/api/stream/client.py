"""One client, without its socket: what it may say, what it follows, what it is told next."""

from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from algotradehub.api.problems import http_problem
from algotradehub.api.stream.protocol import (
    PATH,
    Answer,
    Failed,
    Frame,
    Hello,
    Mistake,
    Ping,
    Pong,
    Subscribe,
    TopicKey,
    Unsubscribe,
    about,
    decode,
    failed,
)
from algotradehub.api.stream.topic import Topic
from algotradehub.domain.errors import AlgoTradeHubError, InvalidRequest, NotFound, Refusal

SUBSCRIPTIONS: Final = 64
GARBAGE: Final = 10  # frames, then the client is sent away

# Close codes; 4000 and above are the application's own.
GARBAGE_CLOSE: Final = 4400
TOKEN_CLOSE: Final = 4401
SLOW_CLOSE: Final = 4408


class Topics(Protocol):
    def join(self, key: TopicKey, wake: Callable[[], None]) -> tuple[Topic, Callable[[], None]]:
        """Call ``wake`` whenever the topic has something new, until the second result is called.

        Raises:
            AlgoTradeHubError: It cannot be followed; the message says why.
        """
        ...


class _Subscription:
    __slots__ = ("cursor", "leave", "topic")

    def __init__(self, topic: Topic, cursor: Any, leave: Callable[[], None]) -> None:
        self.topic = topic
        self.cursor = cursor
        self.leave = leave


class Client:
    """Frames in, messages out. Nothing waits here but a few answers: see ``changes``.

    Args:
        topics: What can be followed.
        admit: Whether the token of the first frame lets its sender in.
        welcome: What an admitted client is told first.
        ready: Called when ``take`` may have something.

    Attributes:
        admitted: Whether it has said hello.
        closing: Why it must go, once all answers are taken; None while it may stay.
    """

    def __init__(
        self,
        topics: Topics,
        *,
        admit: Callable[[str | None], bool],
        welcome: Callable[[], Answer],
        ready: Callable[[], None],
    ) -> None:
        self._topics = topics
        self._admit = admit
        self._welcome = welcome
        self._ready = ready
        self._answers: deque[str] = deque()
        self._messages: deque[str] = deque()  # of one reading of the topic that is told of
        self._telling: TopicKey | None = None
        self._followed: dict[TopicKey, _Subscription] = {}
        self._awake: dict[TopicKey, None] = {}  # in turn
        self._garbage = 0
        self.admitted = False
        self.closing: tuple[int, str] | None = None

    @property
    def answers_waiting(self) -> int:
        """Read no more from a client who does not take its answers."""
        return len(self._answers)

    def receive(self, frame: str | bytes) -> None:
        """Do what the client asks for; the answer is what ``take`` returns next."""
        if self.closing is not None:
            return
        try:
            read = decode(frame)
        except Mistake as mistake:
            self._refuse(mistake)
            return
        try:
            self._follow(read)
        except AlgoTradeHubError as error:
            self.say(failed(error, read.id))

    def say(self, answer: Answer) -> None:
        """Put ``answer`` in front of what topics tell."""
        self._push(answer.text)

    def take(self) -> str | None:
        """Return the next message to send; None: nothing is new."""
        if self._answers:
            return self._answers.popleft()
        while not self._messages and self._awake:
            key = self._telling = next(iter(self._awake))
            del self._awake[key]
            followed = self._followed[key]
            reading = followed.topic.read(followed.cursor)
            followed.cursor = reading.cursor
            self._messages.extend(reading.messages)
            if reading.more:
                self._awake[key] = None  # behind the others
        return self._messages.popleft() if self._messages else None

    def leave(self) -> None:
        """Follow nothing any more."""
        while self._followed:
            self._followed.popitem()[1].leave()
        self._awake.clear()

    def _follow(self, frame: Frame) -> None:
        if not self.admitted:
            self._enter(frame)
            return
        match frame:
            case Ping(n=n):
                self.say(Pong(n=n))
            case Subscribe():
                self._subscribe(frame)
            case Unsubscribe():
                key = frame.key
                self._unsubscribe(key)
                self._push(about("unsubscribed", frame.id, key))
            case Hello():
                raise _broken(field="op", rule="hello is said once", value="hello")

    def _enter(self, frame: Frame) -> None:
        if isinstance(frame, Hello) and self._admit(frame.token):
            self.admitted = True
            self.say(self._welcome())
            return
        detail = "the token is missing or not the right one"
        if not isinstance(frame, Hello):
            detail = "the first frame must be hello"
        self.say(Failed(id=frame.id, problem=http_problem(401, detail, PATH)))
        self.closing = (TOKEN_CLOSE, detail)

    def _subscribe(self, frame: Subscribe) -> None:
        key = frame.key
        if frame.after is not None and key.topic != "account":
            rule = f"topic {key.topic} cannot be resumed"
            raise _broken(field="after", rule=rule, value=f"seq {frame.after.seq}")
        if key in self._followed:
            self._unsubscribe(key)  # it wants to begin again
        if len(self._followed) >= SUBSCRIPTIONS:
            rule = f"at most {SUBSCRIPTIONS} subscriptions; unsubscribe some"
            raise _broken(field="topic", rule=rule, value=str(len(self._followed)))
        topic, leave = self._topics.join(key, lambda: self._wake(key))
        self._followed[key] = _Subscription(topic, topic.start(frame.after), leave)
        self._push(about("subscribed", frame.id, key))
        self._wake(key)

    def _unsubscribe(self, key: TopicKey) -> None:
        followed = self._followed.pop(key, None)
        if followed is None:
            raise NotFound("not subscribed to this topic with these parameters")
        self._awake.pop(key, None)
        if key == self._telling:
            self._messages.clear()
        followed.leave()

    def _wake(self, key: TopicKey) -> None:
        if key in self._followed:
            self._awake[key] = None
            self._ready()

    def _refuse(self, mistake: Mistake) -> None:
        self.say(Failed(id=mistake.id, problem=mistake.problem))
        self._garbage += mistake.garbage
        if not self.admitted:
            self.closing = (TOKEN_CLOSE, "the first frame must be hello")
        elif self._garbage >= GARBAGE:
            self.closing = (GARBAGE_CLOSE, f"{GARBAGE} frames that nobody can read")

    def _push(self, text: str) -> None:
        self._answers.append(text)
        self._ready()


def _broken(*, field: str, rule: str, value: str) -> InvalidRequest:
    return InvalidRequest(Refusal(field=field, rule=rule, value=value))
