"""Completion as a shell asks for it: words in, values of the running platform out."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from algotradehub.app.announcement import announced
from algotradehub.cli.main import main
from tests.unit.cli.answering import ORDER_ID, OTHER_ID, Platform, order, page

ACCOUNTS = {
    "accounts": [
        {"id": "paper-a", "venue": "paper:one", "environment": "paper"},
        {"id": "paper-b", "venue": "paper:one", "environment": "paper"},
    ]
}
INSTRUMENTS = {
    "instruments": [
        {"symbol": "BTC/USDT", "kind": "SPOT"},
        {"symbol": "BTC/USDT:USDT", "kind": "PERPETUAL"},
    ]
}


def bash(*words: str) -> list[str]:
    """What bash is offered for the last word; it hands them over one a line."""
    return completed(
        COMP_WORDS="\n".join(("algotradehub", *words)),
        COMP_CWORD=str(len(words)),
        _ALGOTRADEHUB_COMPLETE="complete_bash",
    )


def completed(**environment: str) -> list[str]:
    """Run the program as a shell does that completes."""
    told, trouble = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(told), redirect_stderr(trouble):
        patch.setattr(sys, "argv", ["algotradehub"])
        for name, value in environment.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
    assert (ended.value.code, trouble.getvalue()) == (0, "")
    return [line for line in told.getvalue().splitlines() if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["acc"], ["account"]),
        (["order", "c"], ["cancel"]),
        (["order", "place", "--trail"], ["--trail", "--trail-bps"]),
        (["order", "list", "--status", "part"], ["partially_filled"]),
        (["order", "list", "--status", "=", "F"], ["FILLED"]),
        (["order", "place", "paper-a", "BTC/USDT", "s"], ["sell"]),
        (["order", "place", "paper-a", "BTC/USDT", ""], ["BUY", "SELL"]),
        (["order", "place", "--type", "STOP_"], ["STOP_MARKET", "STOP_LIMIT"]),
        (["order", "place", "--tif", "gt"], ["gtc", "gtd"]),
        (["backup", "--se"], ["--settings"]),
        (["data", "import", "--cl"], ["--close-times"]),
    ],
)
def test_words_of_the_program_need_no_platform(words: Sequence[str], offered: list[str]) -> None:
    assert bash(*words) == offered


@pytest.mark.parametrize(
    "words",
    [
        ["order", "place", "p"],
        ["order", "list", "--account", ""],
        ["account", "halt", ""],
        ["position", "list", "--account", "="],
        ["instrument", "list", "--account", "paper"],
    ],
)
def test_accounts(platform: Platform, words: Sequence[str]) -> None:
    platform.say(ACCOUNTS)
    assert bash(*words) == ["paper-a", "paper-b"]
    assert platform.asked[0].target.startswith("/api/v1/accounts")


@pytest.mark.parametrize(
    ("pieces", "offered"),
    [
        (["BT"], ["BTC/USDT", "BTC/USDT:USDT"]),
        (["BTC/USDT", ":"], ["USDT"]),
        (["BTC/USDT", ":", "US"], ["USDT"]),
        (["eth"], []),
    ],
)
def test_symbols_of_the_account_that_was_given(
    platform: Platform, pieces: Sequence[str], offered: list[str]
) -> None:
    platform.say(INSTRUMENTS)
    assert bash("order", "place", "paper-a", *pieces) == offered
    assert "account=paper-a" in platform.asked[0].target


@pytest.mark.parametrize("pieces", [["--venue", "paper", ":"], ["--venue", "=", "paper", ":", "o"]])
def test_a_colon_does_not_end_a_name(platform: Platform, pieces: Sequence[str]) -> None:
    platform.say(ACCOUNTS)
    assert bash("instrument", "list", *pieces) == ["one"]


@pytest.mark.parametrize(
    ("words", "statuses"),
    [
        (["order", "cancel", ""], ["PENDING", "UNKNOWN", "OPEN", "PARTIALLY_FILLED"]),
        (["order", "amend", "01"], ["PENDING", "UNKNOWN", "OPEN", "PARTIALLY_FILLED"]),
        (["order", "show", ""], []),
        (["fill", "list", "--order", ""], []),
    ],
)
def test_orders(platform: Platform, words: Sequence[str], statuses: list[str]) -> None:
    platform.say(page("orders", [order(), order(order_id=OTHER_ID)]))
    assert bash(*words) == [ORDER_ID, OTHER_ID]
    query = parse_qs(urlsplit(platform.asked[0].target).query)
    assert query.get("status", []) == statuses


def test_zsh_and_fish_say_what_an_order_is(platform: Platform) -> None:
    typed = "algotradehub order cancel "
    platform.say(page("orders", [order()]))
    told = completed(_TYPER_COMPLETE_ARGS=typed, _ALGOTRADEHUB_COMPLETE="complete_zsh")
    assert f'"{ORDER_ID}":"BUY 0.01 BTC/USDT LIMIT OPEN paper-a"' in told[0]
    platform.say(page("orders", [order()]))
    told = completed(
        _TYPER_COMPLETE_ARGS=typed,
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        _ALGOTRADEHUB_COMPLETE="complete_fish",
    )
    assert told == [f"{ORDER_ID}\tBUY 0.01 BTC/USDT LIMIT OPEN paper-a"]


def test_the_platform_is_the_one_that_the_options_name(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALGOTRADEHUB_SERVER")
    token = tmp_path / "token"
    token.write_text("secret")
    platform.say(ACCOUNTS)
    platform.say(ACCOUNTS)
    with announced(tmp_path, url=platform.url, token_file=token):
        offered = bash("order", "list", "--data", str(tmp_path), "--account", "")
    assert offered == ["paper-a", "paper-b"]
    scheme, address, port = platform.url.split(":")
    named = ("--server", scheme, ":", address, ":", port, "--account", "")
    assert bash("order", "list", *named) == offered
    assert [asked.headers.get("authorization") for asked in platform.asked] == [
        "Bearer secret",
        None,
    ]


@pytest.mark.parametrize("words", [["order", "cancel", ""], ["order", "place", ""]])
def test_without_a_platform_nothing_is_offered_and_nothing_said(words: Sequence[str]) -> None:
    assert bash(*words) == []


@pytest.mark.parametrize("answer", [b"<html>", b"[]", json.dumps({"accounts": 5}).encode()])
def test_nor_where_the_answer_makes_no_sense(platform: Platform, answer: bytes) -> None:
    platform.say_bytes(answer)
    assert bash("order", "place", "") == []
    platform.hang_up()
    assert bash("order", "place", "") == []


def test_in_bash_itself(platform: Platform, tmp_path: Path) -> None:
    platform.say(ACCOUNTS)
    program = tmp_path / "algotradehub"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m algotradehub "$@"\n')
    program.chmod(0o755)
    script = """
        eval "$(_ALGOTRADEHUB_COMPLETE=source_bash algotradehub)"
        COMP_WORDS=(algotradehub account halt "") COMP_CWORD=3
        _algotradehub_completion algotradehub
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(  # noqa: S603 - this very program
        ["bash", "-c", script],  # noqa: S607 - wherever it is
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        timeout=60,
    )
    assert done.stdout.split() == ["paper-a", "paper-b"], done.stderr


def test_a_name_that_could_steer_the_terminal_is_made_harmless(platform: Platform) -> None:
    platform.say({"accounts": [{"id": "a\x1b[2J", "venue": "paper:one"}]})
    assert bash("order", "place", "") == []
    platform.say(page("orders", [order(account="a\x1b[2J")]))
    assert "\x1b" not in "".join(
        completed(
            _TYPER_COMPLETE_ARGS="algotradehub order cancel ",
            _ALGOTRADEHUB_COMPLETE="complete_zsh",
        )
    )
