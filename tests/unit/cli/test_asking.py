"""A command's questions: the answer as it came, and every error as the command's end."""

import pytest

from algotradehub.cli.asking import Lost, Platform
from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.client import Client, operations
from algotradehub.client.bodies import ChangeOrder
from tests.unit.cli.answering import ORDER_ID, order, page, problem
from tests.unit.cli.answering import Platform as Answering

LOOK = operations.get_order(ORDER_ID)
AMEND = operations.change_order(ORDER_ID, ChangeOrder(limit_price="1"))


@pytest.fixture
def asked(platform: Answering) -> Platform:
    return Platform(Client(platform.url, "secret"))


def test_an_answer_is_given_as_it_came(platform: Answering, asked: Platform) -> None:
    told = order(status="PARKED", of_a_later_version=["0.10"])
    platform.say(told)
    assert asked.ask(LOOK) == told


def test_a_lost_answer_ends_the_command(platform: Answering, asked: Platform) -> None:
    platform.hang_up()
    with pytest.raises(Lost, match="was lost") as raised:
        asked.ask(AMEND)
    assert raised.value.code is ExitCode.UNREACHABLE
    assert len(platform.asked) == 1


def test_what_was_never_sent_is_not_lost(asked: Platform, platform: Answering) -> None:
    gone = Platform(Client("http://127.0.0.1:1"))
    with pytest.raises(Failure, match="cannot be reached") as raised:
        gone.ask(LOOK)
    assert not isinstance(raised.value, Lost)
    assert raised.value.code is ExitCode.UNREACHABLE


def test_a_refusal_ends_the_command_with_its_problem(platform: Answering, asked: Platform) -> None:
    told = problem("conflict", 409)
    platform.say(told, status=409)
    with pytest.raises(Failure) as raised:
        asked.ask(LOOK)
    assert raised.value.code is ExitCode.REFUSED
    assert raised.value.document == told


def test_somebody_else_at_the_address_ends_it_too(platform: Answering, asked: Platform) -> None:
    platform.say_bytes(b"<html>")
    with pytest.raises(Failure, match="not this program") as raised:
        asked.ask(LOOK)
    assert raised.value.code is ExitCode.UNREACHABLE


def test_pages_are_followed_to_the_end(platform: Answering, asked: Platform) -> None:
    platform.say(page("orders", [1, 2], "b"))
    platform.say(page("orders", [3], None))
    wanted = operations.list_orders(status=["OPEN", "FILLED"])
    whole = asked.pages(wanted, "orders", limit=1_000)
    assert whole["orders"] == [1, 2, 3]
    assert whole["next_cursor"] is None
    assert [each.target for each in platform.asked] == [
        "/api/v1/orders?status=OPEN&status=FILLED&limit=500",
        "/api/v1/orders?status=OPEN&status=FILLED&cursor=b&limit=500",
    ]


def test_pages_end_at_the_limit(platform: Answering, asked: Platform) -> None:
    platform.say(page("fills", [1, 2], "b"))
    assert asked.pages(operations.list_fills(), "fills", limit=2)["next_cursor"] == "b"
    assert platform.asked[0].target == "/api/v1/fills?limit=2"
