"""The demo as people meet it: a process that prints, trades, ends, and comes back."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select

import msgspec
import pytest

import algotradehub
from algotradehub.app.demo import demo_settings
from algotradehub.app.embedded import Platform, run_embedded
from algotradehub.domain.order import OrderStatus
from algotradehub.settings.api import ApiSettings
from tests.unit.app.small import assert_books_agree_with_venue, until
from tests.unit.cli.process import demo, line_with, program


def test_it_says_where_it_is_trades_and_ends_by_itself(tmp_path: Path) -> None:
    with program(*demo(tmp_path, "--for", "3")) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err == ""
    lines = out.splitlines()
    assert re.match(
        rf"API: http://127\.0\.0\.1:\d+/api/v1/orders +token: {tmp_path}/token", lines[0]
    )
    assert f"./run order list --data {tmp_path}" in out
    assert re.search(r"\| [1-9]\d* fills \|", out)
    assert lines[-1].startswith("Stopped. Everything is kept in")


def test_the_printed_command_places_one_order_however_often_it_is_pasted(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    with program(*demo(tmp_path)) as process:
        command = line_with(process, "curl -s")
        line_with(process, "fills")
        first, second = (json.loads(pasted(command)) for _ in range(2))
        assert first["order_id"] == second["order_id"]
        assert first["account"] == "binance-paper"
        assert first["status"] == "FILLED"


def pasted(command: str) -> str:
    done = subprocess.run(  # noqa: S602 - as a person would
        command, shell=True, capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with program(*demo(tmp_path)) as process:
        line_with(process, "fills")
        process.send_signal(number)
        line_with(process, "Stopping.")
        line_with(process, "Stopped.")
        assert process.wait(timeout=30) == 0


async def test_killed_in_the_middle_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """``kill -9`` while it trades; a new process must find books and venue telling one story."""
    fills = killed_after_fills(tmp_path)
    settings = demo_settings(data_dir=tmp_path, port=0, token_file=None, seed=1)
    quiet = msgspec.structs.replace(settings, api=ApiSettings(enabled=False), strategies=())
    async with run_embedded(quiet) as platform:
        state = platform.core.state
        await until(platform, lambda: is_settled(platform))
        await assert_books_agree_with_venue(platform)
        told = sum(len(found) for found in state.executions.values())
        assert told >= fills
        keys = [order.request.idempotency_key for order in state.orders.values()]
        assert len(keys) == len(set(keys))


def is_settled(platform: Platform) -> bool:
    """Every account has caught up, and no question about an order is open."""
    unclear = (OrderStatus.PENDING, OrderStatus.UNKNOWN)
    return all(desk.refusing is None for desk in platform.core.orders.desks) and not any(
        order.status in unclear or order.doubt is not None or order.lacks_fills
        for order in platform.core.state.orders.values()
    )


def killed_after_fills(data: Path) -> int:
    """Kill the demo right after it told of fills; return how many."""
    with program(*demo(data, "--seed", "1")) as process:
        told = line_with(process, "last fill")
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=30) == -signal.SIGKILL
    found = re.search(r"(\d+) fills", told)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize("options", [(), ("--no-browser",)])
def test_at_a_terminal_with_a_display_the_page_opens(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    package = copied(tmp_path, with_pages=True)
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" >{opened}\n')
    browser.chmod(0o755)
    os.mkfifo(opened)
    visits = os.open(opened, os.O_RDONLY | os.O_NONBLOCK)
    seen = {"DISPLAY": ":0", "BROWSER": str(browser), "CI": ""}
    ours, theirs = pty.openpty()
    with copy_of_program(package, tmp_path / "data", *options, stdout=theirs, more=seen) as process:
        os.close(theirs)
        told = read_until(ours, b"Stop with Ctrl-C").decode()
        if options:
            assert "Open the terminal in a browser:" in told
            visited = ""
        else:
            assert "The terminal opens in your browser" in told
            assert select([visits], [], [], 30)[0]
            token = (tmp_path / "data" / "token").read_text().strip()
            visited = rf"http://127\.0\.0\.1:\d+/#token={token}\n"
        process.send_signal(signal.SIGTERM)
        read_until(ours, b"Stopped.")
        assert process.wait(timeout=30) == 0
    os.close(ours)
    assert re.fullmatch(visited, os.read(visits, 1_000).decode())
    os.close(visits)


def test_without_pages_it_says_how_to_get_them_and_serves_the_api(tmp_path: Path) -> None:
    package = copied(tmp_path, with_pages=False)
    pipe = subprocess.PIPE
    with copy_of_program(package, tmp_path / "data", stdout=pipe, more={}) as process:
        api = line_with(process, "API:").split()[1]
        line_with(process, "The pages of the terminal were not built")
        token = (tmp_path / "data" / "token").read_text().strip()
        asked = urllib.request.Request(api, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - ours
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - ours
            assert "orders" in json.load(answer)


def copied(tmp_path: Path, *, with_pages: bool) -> Path:
    """The program in a folder of its own, with a page or without; return what Python searches."""
    package = Path(algotradehub.__file__).parent
    searched = tmp_path / "src"
    shutil.copytree(package, searched / package.name, ignore=shutil.ignore_patterns("_web"))
    for compiled in package.parent.glob("*__mypyc*"):  # what compiled modules share
        shutil.copy(compiled, searched)
    if with_pages:
        (tmp_path / "web" / "dist").mkdir(parents=True)
        (tmp_path / "web" / "dist" / "index.html").write_text("<!doctype html>")
    return searched


@contextmanager
def copy_of_program(
    searched: Path, data: Path, *options: str, stdout: int, more: dict[str, str]
) -> Iterator["subprocess.Popen[str]"]:
    command = ["demo", "--port", "0", "--data", str(data), *options]
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "algotradehub", *command],
        stdout=stdout,
        text=True,
        env=os.environ | {"PYTHONPATH": str(searched)} | more,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(terminal: int, wanted: bytes) -> bytes:
    """What a program wrote to a terminal, up to ``wanted``."""
    told = b""
    while wanted not in told:
        told += os.read(terminal, 65_536)
    return told


def test_two_at_once_is_one_sentence(tmp_path: Path) -> None:
    with program(*demo(tmp_path)) as first:
        line_with(first, "API:")
        with program(*demo(tmp_path)) as second:
            out, err = second.communicate(timeout=60)
        assert second.returncode != 0
        assert out == ""
        assert re.fullmatch(r"error: platform in .* is in use by process \d+ on .*directory\n", err)


def test_it_plays_recordings(tmp_path: Path) -> None:
    recording = tmp_path / "quotes.csv"
    rows = [f"{1_700_000_000_000 + 10 * i},{100 + i % 3}.5,{101 + i % 3}.5,3,2" for i in range(500)]
    recording.write_text("\n".join(["timestamp,bid,ask,bid_qty,ask_qty", *rows]))
    arguments = demo(tmp_path / "data", "--for", "1", "--replay", f"ETH/EUR={recording}")
    with program(*arguments) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "paper:kraken ETH/EUR 10" in out


def test_a_recording_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    with program(*demo(tmp_path, "--replay", str(tmp_path / "none.csv"))) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert err == "error: none.csv: there is no such file\n"
