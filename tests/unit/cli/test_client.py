"""The client over real sockets: what is repeated, what never is, and what a lost answer means."""

from collections.abc import Callable
from socket import create_server

import pytest

from algotradehub.cli.client import PAUSES_S, Client, Unanswered
from algotradehub.cli.exit_codes import ExitCode, Failure
from tests.unit.cli.answering import ORDER_ID, Platform, order, page, problem

ATTEMPTS = len(PAUSES_S) + 1


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(platform: Platform, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("algotradehub.cli.client.PAUSES_S", PAUSES_S)
    return Client(platform.url, "secret", pause=pauses.append)


@pytest.mark.design_property(17)
def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    platform: Platform, client: Client, pauses: list[float]
) -> None:
    platform.hang_up(2)
    platform.say(order(), status=202)
    assert client.place({"account": "paper-a"}, "key-1") == order()
    assert pauses == list(PAUSES_S[:2])
    assert len(platform.asked) == 3
    for asked in platform.asked:
        assert (asked.method, asked.target) == ("POST", "/api/v1/orders")
        assert asked.headers["idempotency-key"] == "key-1"
        assert asked.headers["authorization"] == "Bearer secret"
        assert asked.headers["content-type"] == "application/json"
        assert asked.body == {"account": "paper-a"}


def test_an_answer_that_never_comes_may_have_been_sent(platform: Platform, client: Client) -> None:
    platform.hang_up(ATTEMPTS)
    with pytest.raises(Unanswered, match="was lost") as raised:
        client.place({}, "key-1")
    assert raised.value.sent
    assert raised.value.code is ExitCode.UNREACHABLE
    assert len(platform.asked) == ATTEMPTS


def test_a_platform_that_is_not_there_is_not_waited_for(pauses: list[float]) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = Client(f"http://127.0.0.1:{port}", None, pause=pauses.append)
    with pytest.raises(Unanswered, match="cannot be reached") as raised:
        client.place({}, "key-1")
    assert not raised.value.sent
    assert pauses == []


def test_a_platform_that_dies_after_a_lost_answer_is_waited_for(
    platform: Platform, client: Client, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have the order: then "cannot be reached" is no answer, until the attempts end."""
    platform.hang_up()
    call, calls = client._call, []

    def dying(*arguments: object) -> dict[str, object]:
        calls.append(arguments)
        if len(calls) == 1:
            return call(*arguments)  # type: ignore[arg-type]
        raise Unanswered(platform.url, "refused", sent=False)

    monkeypatch.setattr(client, "_call", dying)
    with pytest.raises(Unanswered) as raised:
        client.place({}, "key-1")
    assert raised.value.sent
    assert len(calls) == ATTEMPTS


def test_an_amendment_is_asked_for_once(platform: Platform, client: Client) -> None:
    platform.hang_up()
    with pytest.raises(Unanswered):
        client.amend(ORDER_ID, {"limit_price": "1"})
    (asked,) = platform.asked
    assert (asked.method, asked.target) == ("PATCH", f"/api/v1/orders/{ORDER_ID}")
    assert "idempotency-key" not in asked.headers


@pytest.mark.parametrize(("call", "method"), [(Client.cancel, "DELETE"), (Client.order, "GET")])
def test_reading_and_cancelling_may_be_repeated(
    platform: Platform, client: Client, call: Callable[[Client, str], object], method: str
) -> None:
    platform.hang_up()
    platform.say(order())
    assert call(client, ORDER_ID) == order()
    assert [asked.method for asked in platform.asked] == [method] * 2


def test_a_refusal_is_not_repeated(platform: Platform, client: Client) -> None:
    platform.say(problem("conflict", 409), status=409)
    with pytest.raises(Failure) as raised:
        client.place({}, "key-1")
    assert raised.value.code is ExitCode.REFUSED
    assert len(platform.asked) == 1


@pytest.mark.parametrize("content", [b"<html>", b"", b"[1]", b"\xff"])
def test_somebody_else_at_the_address_is_noticed(
    platform: Platform, client: Client, content: bytes
) -> None:
    platform.say_bytes(content)
    with pytest.raises(Failure, match="not this program") as raised:
        client.order(ORDER_ID)
    assert raised.value.code is ExitCode.UNREACHABLE


def test_names_in_a_path_are_quoted(platform: Platform, client: Client) -> None:
    platform.say(order())
    client.order("../fills?x=1")
    assert platform.asked[0].target == "/api/v1/orders/..%2Ffills%3Fx%3D1"


def test_pages_are_followed_to_the_end(platform: Platform, client: Client) -> None:
    platform.say(page("orders", [1, 2], "b"))
    platform.say(page("orders", [3], None))
    whole = client.pages("/orders", {"status": ["OPEN", "FILLED"]}, "orders", limit=1_000)
    assert whole["orders"] == [1, 2, 3]
    assert whole["next_cursor"] is None
    assert [asked.target for asked in platform.asked] == [
        "/api/v1/orders?status=OPEN&status=FILLED&limit=500",
        "/api/v1/orders?status=OPEN&status=FILLED&cursor=b&limit=500",
    ]


def test_pages_end_at_the_limit(platform: Platform, client: Client) -> None:
    platform.say(page("fills", [1, 2], "b"))
    assert client.pages("/fills", {}, "fills", limit=2)["next_cursor"] == "b"
    assert platform.asked[0].target == "/api/v1/fills?limit=2"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost",
        "ftp://localhost",
        "http://",
        "http://localhost:x",
        "http://h:99999",
        "http://h/api",
    ],
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(Failure, match="--server takes") as raised:
        Client(url, None)
    assert raised.value.code is ExitCode.USAGE


def test_an_address_may_end_with_a_slash_or_be_of_ip_six() -> None:
    assert Client("http://localhost:8080/", None).url == "http://localhost:8080"
    assert Client("https://[::1]:8443", None).url == "https://[::1]:8443"
