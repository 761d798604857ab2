"""Topics are those of the platform, with the parameters it asks for."""

import msgspec

from algotradehub.api.stream.protocol import TOPICS
from algotradehub.client.stream import topics
from algotradehub.client.stream.messages import CHANGES

EACH = (
    topics.account("a"),
    topics.ticker("v", "s"),
    topics.book("v", "s"),
    topics.trades("v", "s"),
    topics.candles("v", "s"),
    topics.system(),
)


def test_every_topic_of_the_platform_can_be_followed() -> None:
    named = {}
    for topic in EACH:
        given: dict[str, str] = msgspec.to_builtins(topic)
        name = given.pop("topic")
        named[name] = tuple(given)
    assert named == dict(TOPICS)
    assert CHANGES.keys() == TOPICS.keys()


def test_one_is_the_same_as_another_of_the_same_name() -> None:
    assert topics.account("a") == topics.account("a")
    assert len({*EACH, topics.candles("v", "s", "1h")}) == len(EACH) + 1
