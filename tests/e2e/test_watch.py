"""``order list --watch`` beside a served platform that trades, dies and comes back."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import pytest

from tests.e2e.test_command_line import ENDS_WITHIN_S, PROGRAM, World, served, world

__all__ = ["served", "world"]  # fixtures

pytestmark = pytest.mark.slow

REST = ("order", "place", "paper-a", "BTC/USD", "buy", "1", "--price", "1000")


@contextmanager
def watching(world: World, *options: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(  # noqa: S603 - this very program
        [*PROGRAM, "order", "list", "--watch", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=world.environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def told(process: "subprocess.Popen[str]") -> Any:
    return json.loads(stream(process.stdout).readline())


def stream(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def test_changes_are_followed_through_a_sudden_death(
    world: World, served: "list[subprocess.Popen[str]]"
) -> None:
    first = world.json(*REST, "--key", "first")["order_id"]
    with watching(world, "--json") as process:
        order = told(process)
        assert (order["order_id"], order["status"]) == (first, "OPEN")
        shown = world.json("order", "show", first)
        outlook = {name: shown.pop(name) for name in ("why_not_sent", "if_unplugged")}
        assert outlook["why_not_sent"] is None
        assert order | {"fills": []} == shown
        world.run("order", "cancel", first)
        while order["status"] != "CANCELLED":
            order = told(process)
            assert order["order_id"] == first

        served[-1].send_signal(signal.SIGKILL)
        served[-1].wait(timeout=ENDS_WITHIN_S)
        assert "looking for it again" in stream(process.stderr).readline()
        served.append(world.serve())
        assert "connected again" in stream(process.stderr).readline()
        second = world.json(*REST, "--key", "second")["order_id"]
        assert told(process)["order_id"] == second

        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=ENDS_WITHIN_S) == 0
        assert stream(process.stderr).read() == ""


def test_a_terminal_shows_a_table(world: World, served: "list[subprocess.Popen[str]]") -> None:
    order_id = world.json(*REST)["order_id"]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "algotradehub", "order", "list", "--watch"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=world.environment | {"COLUMNS": "200", "LINES": "20", "TERM": "xterm"},
    )
    os.close(theirs)
    try:
        read_from(ours, "1 order ", "OPEN", order_id)
        world.run("order", "cancel", order_id)
        read_from(ours, "CANCELLED")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=ENDS_WITHIN_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_from(terminal: int, *texts: str) -> None:
    """Read until all of the texts were shown."""
    shown = ""
    while not all(text in shown for text in texts):
        chunk = os.read(terminal, 65_536)
        assert chunk, shown
        shown += chunk.decode(errors="replace")
