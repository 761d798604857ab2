"""What is of the client that waits alone: pages, raw answers, and one for many threads."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from algotradehub.client import Client, NotAnAddress, Unreadable, operations
from tests.unit.cli.answering import Platform, page


def test_pages_are_followed_to_the_end(platform: Platform) -> None:
    platform.say(page("fills", [], "b"))
    platform.say(page("fills", [], "c"))
    platform.say(page("fills", [], None))
    wanted = operations.list_fills(account="paper-a", limit=7)
    pages = list(Client(platform.url).pages(wanted))
    assert [each.next_cursor for each in pages] == ["b", "c", None]
    assert [asked.target for asked in platform.asked] == [
        "/api/v1/fills?account=paper-a&limit=7",
        "/api/v1/fills?account=paper-a&cursor=b&limit=7",
        "/api/v1/fills?account=paper-a&cursor=c&limit=7",
    ]


def test_a_page_is_asked_for_when_it_is_wanted(platform: Platform) -> None:
    platform.say(page("fills", [], "b"))
    assert next(Client(platform.url).pages(operations.list_fills())).next_cursor == "b"
    assert len(platform.asked) == 1


def test_pages_that_go_round_end(platform: Platform) -> None:
    platform.say(page("fills", [], "b"))
    platform.say(page("fills", [], "b"))
    with pytest.raises(Unreadable, match="the same page again"):
        list(Client(platform.url).pages(operations.list_fills()))


def test_a_raw_answer_keeps_what_is_not_known(platform: Platform) -> None:
    told = {"status": "up", "since": "0.10"}
    platform.say(told)
    assert Client(platform.url).raw(operations.health()) == told


def test_a_client_without_a_token_sends_none(platform: Platform) -> None:
    platform.say({"status": "up"})
    Client(platform.url).health()
    assert "authorization" not in platform.asked[0].headers


def test_threads_may_share_it(platform: Platform) -> None:
    for _ in range(20):
        platform.say({"status": "up"})
    client = Client(platform.url)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: client.health().status, range(20)))
    assert answers == ["up"] * 20


def test_an_address_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(NotAnAddress):
        Client("127.0.0.1:8080")
