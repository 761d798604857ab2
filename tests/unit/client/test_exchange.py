"""What both clients make of a lost, strange or refusing answer: the same, at every cut."""

from collections.abc import Callable
from socket import create_server
from typing import Any

import pytest

from algotradehub.client import (
    ApiProblem,
    NotAnAddress,
    Request,
    Unanswered,
    Unreadable,
    exchange,
    operations,
)
from algotradehub.client.bodies import (
    BatchOrders,
    CancelOrders,
    ChangeOrder,
    HaltAccount,
    PlaceOrder,
)
from algotradehub.client.exchange import Reply
from algotradehub.client.pauses import BETWEEN_ATTEMPTS_S
from tests.unit.cli.answering import ORDER_ID, Platform, problem
from tests.unit.client.clients import Caller
from tests.unit.client.cutting import ANSWER, CHUNKED, WHOLE, Cut, cutting

ATTEMPTS = len(BETWEEN_ATTEMPTS_S) + 1
ORDER = PlaceOrder(account="paper-a", symbol="BTC/USDT", side="BUY", type="MARKET", quantity="1")
PLACED: Request[Any] = operations.place_order(ORDER, idempotency_key="key-1")
AMENDED: Request[Any] = operations.change_order(ORDER_ID, ChangeOrder(limit_price="1"))
HEALTH = operations.health()
HALT = {"account": "a", "halted": False, "reason": "", "by": "", "at": None, "at_ns": None}

# Where a connection ends after the request went out.
LOSSES = {
    "before anything is read": Cut(b"", listens=False),
    "before the answer": Cut(b""),
    "in the status line": Cut(b"HTTP/1.1 2"),
    "in the headers": Cut(WHOLE[:30]),
    "before the content": Cut(WHOLE[: -len(ANSWER)]),
    "in the content": Cut(WHOLE[:-1]),
    "before the last chunk": Cut(CHUNKED),
    "in a chunk": Cut(CHUNKED[:-5]),
}


@pytest.mark.parametrize("where", LOSSES)
def test_a_cut_answer_may_belong_to_an_executed_request(
    where: str, call: Caller, pauses: list[float]
) -> None:
    with cutting([LOSSES[where]]) as platform:
        with pytest.raises(Unanswered, match="was lost") as raised:
            call(platform.url, AMENDED, pauses)
        assert raised.value.sent
        assert pauses == []
    assert platform.connections == 1


@pytest.mark.parametrize("where", LOSSES)
def test_a_cut_answer_is_asked_for_again_where_that_is_harmless(
    where: str, call: Caller, pauses: list[float]
) -> None:
    with cutting([LOSSES[where], LOSSES[where], Cut(WHOLE)]) as platform:
        assert call(platform.url, HEALTH, pauses).status == "up"
    assert pauses == list(BETWEEN_ATTEMPTS_S[:2])
    assert platform.connections == 3


@pytest.mark.parametrize("answer", [WHOLE, CHUNKED + b"0\r\n\r\n"], ids=["length", "chunks"])
def test_a_whole_answer_is_no_loss(answer: bytes, call: Caller, pauses: list[float]) -> None:
    with cutting([Cut(answer)]) as platform:
        assert call(platform.url, HEALTH, pauses).status == "up"


@pytest.mark.design_property(17)
def test_an_order_is_placed_again_under_the_same_key(
    platform: Platform, call: Caller, pauses: list[float]
) -> None:
    platform.hang_up(2)
    platform.say(problem("risk_refused", 422), status=422)
    with pytest.raises(ApiProblem):
        call(platform.url, PLACED, pauses)
    assert pauses == list(BETWEEN_ATTEMPTS_S[:2])
    assert len(platform.asked) == 3
    for asked in platform.asked:
        assert (asked.method, asked.target) == ("POST", "/api/v1/orders")
        assert asked.headers["idempotency-key"] == "key-1"
        assert asked.headers["authorization"] == "Bearer secret"
        assert asked.headers["content-type"] == "application/json"
        assert asked.body == {
            "account": "paper-a",
            "symbol": "BTC/USDT",
            "side": "BUY",
            "type": "MARKET",
            "quantity": "1",
        }


def test_the_attempts_end(platform: Platform, call: Caller, pauses: list[float]) -> None:
    platform.hang_up(ATTEMPTS)
    with pytest.raises(Unanswered, match="was lost") as raised:
        call(platform.url, PLACED, pauses)
    assert raised.value.sent
    assert len(platform.asked) == ATTEMPTS


def test_a_platform_that_is_not_there_is_not_waited_for(call: Caller, pauses: list[float]) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unanswered, match="cannot be reached") as raised:
        call(f"http://127.0.0.1:{port}", PLACED, pauses)
    assert not raised.value.sent
    assert pauses == []


def test_a_platform_that_dies_after_a_lost_answer_is_waited_for(
    call: Caller, pauses: list[float]
) -> None:
    """It may have the order: then "cannot be reached" is no answer, until the attempts end."""
    with cutting([Cut(b"")]) as platform, pytest.raises(Unanswered) as raised:
        call(platform.url, PLACED, pauses)
    assert raised.value.sent
    assert pauses == list(BETWEEN_ATTEMPTS_S)


@pytest.mark.parametrize(
    ("request_", "again"),
    [
        (operations.get_order(ORDER_ID), True),
        (operations.metrics(), True),
        (operations.cancel_order(ORDER_ID), True),
        (operations.cancel_orders(CancelOrders()), True),
        (operations.halt_account("a", HaltAccount(reason="r")), True),
        (operations.resume_account("a"), True),
        (operations.place_orders(BatchOrders(orders=[])), True),
        (PLACED, True),
        (AMENDED, False),
    ],
)
def test_what_may_be_repeated(request_: Request[Any], again: bool) -> None:  # noqa: FBT001 - a column
    attempts = exchange.Attempts(request_)
    lost = Unanswered("http://h", "why", sent=True)
    if again:
        assert attempts.pause_after(lost) == BETWEEN_ATTEMPTS_S[0]
    else:
        with pytest.raises(Unanswered):
            attempts.pause_after(lost)


def test_a_refusal_is_not_repeated(platform: Platform, call: Caller, pauses: list[float]) -> None:
    told = problem("conflict", 409, order_id=ORDER_ID, retry_possible=True)
    platform.say(told, status=409)
    with pytest.raises(ApiProblem, match="The request breaks a rule: what exactly") as raised:
        call(platform.url, PLACED, pauses)
    error = raised.value
    assert (error.status, error.error_code, error.order_id) == (409, "conflict", ORDER_ID)
    assert (error.suggested_action, error.retry_possible) == ("Do otherwise.", True)
    assert error.document == told
    assert len(platform.asked) == 1


@pytest.mark.parametrize("content", [b"<html>", b"", b"[1]", b"\xff"])
@pytest.mark.parametrize("status", [200, 302, 502])
def test_somebody_else_at_the_address_is_noticed(
    platform: Platform, call: Caller, pauses: list[float], content: bytes, status: int
) -> None:
    platform.say_bytes(content, status)
    with pytest.raises(Unreadable, match=f"not this program .HTTP {status}.") as raised:
        call(platform.url, operations.get_order(ORDER_ID), pauses)
    assert raised.value.status == status


def test_an_answer_of_another_form_says_what_to_do(
    platform: Platform, call: Caller, pauses: list[float]
) -> None:
    platform.say({"status": 3})
    with pytest.raises(Unreadable, match=r"\$.status.*install the platform's version"):
        call(platform.url, HEALTH, pauses)


def test_an_endless_answer_is_not_read_to_the_end(
    call: Caller, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("blocking", "awaited"):
        monkeypatch.setattr(f"algotradehub.client.{name}.MAX_ANSWER_BYTES", len(ANSWER) - 1)
    with cutting([Cut(WHOLE)]) as platform, pytest.raises(Unreadable, match="larger than"):
        call(platform.url, HEALTH, pauses)


def test_text_is_answered_as_text(platform: Platform, call: Caller, pauses: list[float]) -> None:
    platform.say_bytes(b"orders_total 1.0\n")
    assert call(platform.url, operations.metrics(), pauses) == "orders_total 1.0\n"


@pytest.mark.parametrize(("told", "after_s"), [("2", 2.0), ("soon", None), (None, None)])
def test_when_to_ask_again_is_told_where_it_is_known(
    told: str | None, after_s: float | None
) -> None:
    reply = Reply(503, b"{}", told)
    with pytest.raises(ApiProblem) as raised:
        exchange.untyped(reply, "http://h")
    assert raised.value.retry_after_s == after_s


@pytest.mark.parametrize("read", [exchange.untyped, lambda *given: exchange.typed(HEALTH, *given)])
def test_a_problem_is_raised_whoever_reads_it(read: Callable[[Reply, str], object]) -> None:
    with pytest.raises(ApiProblem):
        read(Reply(400, b"{}"), "http://h")


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
    with pytest.raises(NotAnAddress, match=r"such as http://127\.0\.0\.1:8080"):
        exchange.address_of(url)


def test_an_address_may_end_with_a_slash_or_be_of_ip_six() -> None:
    assert exchange.address_of("http://localhost:8080/").url == "http://localhost:8080"
    six = exchange.address_of("https://[::1]:8443")
    assert (six.host, six.port, six.tls, six.url) == ("::1", 8443, True, "https://[::1]:8443")
