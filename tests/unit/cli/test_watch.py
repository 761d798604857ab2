"""``order list --watch``: what is printed, and how it goes on after a cut."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.listing import ORDERS
from algotradehub.cli.main import app
from algotradehub.cli.servers import Server
from algotradehub.cli.watch import PAUSES_S, line, watch_orders
from algotradehub.cli.watched import Wanted
from algotradehub.domain.order import OrderStatus
from tests.unit.cli.answering import ORDER_ID, OTHER_ID, problem
from tests.unit.cli.streaming import Streaming, delta, seen, snapshot, streaming


@pytest.fixture
def platform() -> Iterator[Streaming]:
    with streaming() as running:
        running.lists()
        yield running


def interrupted_after(times: int) -> tuple[list[float], Callable[[float], None]]:
    """A pause that is Ctrl-C the time after so many."""
    pauses: list[float] = []

    def pause(delay_s: float) -> None:
        if len(pauses) >= times:
            raise KeyboardInterrupt
        pauses.append(delay_s)

    return pauses, pause


def watch(
    platform: Streaming, *statuses: OrderStatus, cuts: int = 0, as_json: bool = True, **more: Any
) -> None:
    """Watch until the platform has hung up once more than ``cuts`` times."""
    _, pause = interrupted_after(cuts)
    wanted = Wanted(**{"account": None, "symbol": None, "statuses": statuses, "limit": 50} | more)
    server = Server(platform.url, None)
    watch_orders(lambda: server, wanted, ORDERS, as_json=as_json, pause=pause)


def printed(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    told = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    return [(order["order_id"], order["status"]) for order in told]


def test_orders_as_they_are_and_then_each_change(
    platform: Streaming, capsys: pytest.CaptureFixture[str]
) -> None:
    old = seen(order_id="0", status="CANCELLED")
    platform.lists(seen(), old)
    platform.says(snapshot(seen()), delta(seen(status="FILLED")), delta())
    watch(platform)
    assert printed(capsys) == [("0", "CANCELLED"), (ORDER_ID, "OPEN"), (ORDER_ID, "FILLED")]


def test_a_line_has_the_same_columns_whatever_is_known(
    platform: Streaming, capsys: pytest.CaptureFixture[str]
) -> None:
    market = seen(order_id=OTHER_ID, type="MARKET", limit_price=None, quantity=None, value="250")
    platform.says(snapshot(seen(), market))
    watch(platform, as_json=False)
    first, second = capsys.readouterr().out.splitlines()
    assert (
        first.split()
        == (
            f"2026-11-20 06:47:31.000 OPEN paper-a BTC/USDT BUY LIMIT 0.01 60000 0 - {ORDER_ID}"
        ).split()
    )
    assert len(first.split()) == len(second.split())
    assert line(market) == second


def test_only_what_is_wanted_is_told_and_its_leaving(
    platform: Streaming, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.says(
        snapshot(seen(), seen(order_id=OTHER_ID, symbol="ETH/USDT")),
        delta(seen(order_id="2", status="PENDING"), seen(status="FILLED")),
    )
    watch(platform, OrderStatus.OPEN, symbol="BTC/USDT")
    assert printed(capsys) == [(ORDER_ID, "OPEN"), (ORDER_ID, "FILLED")]
    assert platform.asked == ["/api/v1/accounts"]  # what ended is not asked for


def test_one_account_is_followed_without_asking_which_there_are(platform: Streaming) -> None:
    platform.says(snapshot())
    watch(platform, OrderStatus.OPEN, account="paper-a")
    assert platform.asked == []
    assert platform.heard[1]["account"] == "paper-a"


def test_after_a_cut_what_ended_meanwhile_is_told(
    platform: Streaming, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.says(snapshot(seen(), seen(order_id=OTHER_ID), seen(order_id="3")))
    platform.says(snapshot(seen(order_id=OTHER_ID)))
    platform.answers[f"/orders/{ORDER_ID}"] = seen(status="FILLED")  # and nobody knows of "3"
    watch(platform, OrderStatus.OPEN, cuts=1)
    captured = capsys.readouterr()
    lines = [json.loads(text) for text in captured.out.splitlines()]
    assert [(each["order_id"], each["status"]) for each in lines] == [
        ("01a1f7b5d1617000afffe0cb07581505", "OPEN"),
        (OTHER_ID, "OPEN"),
        ("3", "OPEN"),
        (ORDER_ID, "FILLED"),
    ]
    assert "was lost" in captured.err
    assert f"connected again: {platform.url}" in captured.err


def test_a_platform_that_stays_away_is_given_up(
    platform: Streaming, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.says(snapshot())
    pauses, pause = interrupted_after(100)
    servers = iter([Server(platform.url, None)])

    def find() -> Server:
        for server in servers:
            return server
        raise Failure(ExitCode.UNREACHABLE, "no platform runs here")

    wanted = Wanted(account=None, symbol=None, statuses=(), limit=50)
    with pytest.raises(Failure, match=r"the stream of .* was lost") as gone:
        watch_orders(find, wanted, ORDERS, as_json=False, pause=pause)
    assert gone.value.code is ExitCode.UNREACHABLE
    assert pauses == list(PAUSES_S)
    assert capsys.readouterr().err.count("looking for it again") == 1


def test_a_platform_that_never_was_there_is_not_waited_for() -> None:
    result = CliRunner().invoke(app, ["order", "list", "--watch", "--server", "http://127.0.0.1:1"])
    assert result.exit_code == ExitCode.UNREACHABLE
    assert result.stderr.startswith("error: the stream of http://127.0.0.1:1")


def test_a_refusal_ends_it_and_is_one_line_for_programs(platform: Streaming) -> None:
    platform.says({"type": "error", "id": None, "problem": problem("invalid_request", 422)})
    arguments = f"order list --watch --json --account nobody --server {platform.url}"
    result = CliRunner().invoke(app, arguments.split())
    assert result.exit_code == ExitCode.REFUSED
    (text,) = result.stdout.splitlines()
    assert json.loads(text)["error_code"] == "invalid_request"
