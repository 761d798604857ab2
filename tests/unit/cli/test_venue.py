"""``venue list``, ``pause`` and ``resume``: what is asked of the API, and what is printed."""

from tests.unit.cli.answering import Platform
from tests.unit.cli.test_order import run

PAUSE = {"venue": "paper:a", "paused": True, "reason": "upkeep", "by": "api", "at": None}


def test_a_venue_is_paused(platform: Platform) -> None:
    platform.say(PAUSE)
    result = run("venue", "pause", "paper:a", "upkeep")
    (asked,) = platform.asked
    assert (asked.method, asked.target) == ("PUT", "/api/v1/venues/paper%3Aa/pause")
    assert asked.body == {"reason": "upkeep"}
    assert result.stdout == "paper:a is paused by api: upkeep\n"


def test_a_venue_is_resumed(platform: Platform) -> None:
    platform.say({**PAUSE, "paused": False})
    result = run("venue", "resume", "paper:a")
    assert (platform.asked[0].method, result.stdout) == ("DELETE", "paper:a is not paused.\n")


def test_venues_are_listed_with_their_pauses(platform: Platform) -> None:
    idle = {"venue": "paper:b", "accounts": ["b"], "pause": None}
    platform.say({"venues": [{"venue": "paper:a", "accounts": ["a", "c"], "pause": PAUSE}, idle]})
    lines = run("venue", "list").stdout.splitlines()
    assert lines[1].split() == ["paper:a", "a,", "c", "by", "api:", "upkeep"]
    assert lines[2].split()[:2] == ["paper:b", "b"]
