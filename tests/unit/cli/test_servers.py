"""Which platform a command speaks to: the one it is told of, or the one that runs here."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from algotradehub.app.announcement import announced
from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.servers import connect


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def run(stack: ExitStack, directory: Path, port: int, token: str | None = "t" * 20) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    token_file = None
    if token is not None:
        token_file = directory / "token"
        token_file.write_text(f"{token}\n")
    url = f"http://127.0.0.1:{port}"
    stack.enter_context(announced(directory, url=url, token_file=token_file))


def token_of(client: object) -> str | None:
    token: str | None = client._client._token  # type: ignore[attr-defined]
    return token


@pytest.mark.parametrize("name", ["algotradehub", "algotradehub-demo"])
def test_one_that_runs_here_is_found_with_its_token(
    home: Path, stack: ExitStack, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(stack, home / name, 1001)
    client = connect(None, None, None)
    assert client.url == "http://127.0.0.1:1001"
    assert token_of(client) == "t" * 20
    assert capsys.readouterr().err == ""


def test_of_several_the_first_answers_and_is_named(
    home: Path, stack: ExitStack, capsys: pytest.CaptureFixture[str]
) -> None:
    run(stack, home / "algotradehub", 1001)
    run(stack, home / "algotradehub-demo", 1002)
    assert connect(None, None, None).url == "http://127.0.0.1:1001"
    assert "answered by http://127.0.0.1:1001" in capsys.readouterr().err


def test_no_order_is_placed_at_one_of_several_by_guessing(home: Path, stack: ExitStack) -> None:
    run(stack, home / "algotradehub", 1001)
    run(stack, home / "algotradehub-demo", 1002)
    with pytest.raises(Failure, match="--server") as raised:
        connect(None, None, None, trades=True)
    assert raised.value.code is ExitCode.USAGE
    chosen = connect(None, None, home / "algotradehub-demo", trades=True)
    assert chosen.url == "http://127.0.0.1:1002"


def test_a_chosen_data_directory_is_looked_at_first(
    tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(stack, tmp_path / "own", 1003)
    monkeypatch.setenv("ALGOTRADEHUB__DATA_DIR", str(tmp_path / "own"))
    assert connect(None, None, None).url == "http://127.0.0.1:1003"


def test_nobody_there_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="algotradehub demo") as raised:
        connect(None, None, None)
    assert raised.value.code is ExitCode.UNREACHABLE
    with pytest.raises(Failure, match="no platform uses"):
        connect(None, None, tmp_path)


def test_a_named_server_gets_a_token_only_if_it_is_ours(home: Path, stack: ExitStack) -> None:
    run(stack, home / "algotradehub", 1001)
    assert token_of(connect("http://127.0.0.1:1001/", None, None)) == "t" * 20
    assert token_of(connect("http://127.0.0.1:1009", None, None)) is None


def test_a_named_token_file_wins(tmp_path: Path, home: Path, stack: ExitStack) -> None:
    run(stack, home / "algotradehub", 1001)
    other = tmp_path / "other"
    other.write_text("o" * 20)
    assert token_of(connect(None, other, None)) == "o" * 20


def test_a_platform_without_a_token_is_spoken_to_without_one(home: Path, stack: ExitStack) -> None:
    run(stack, home / "algotradehub", 1001, token=None)
    assert token_of(connect(None, None, None)) is None


@pytest.mark.parametrize("content", [b"", b"two\nlines", b"\xff\xfe"])
def test_a_file_that_holds_no_token(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(Failure, match="holds no token"):
        connect("http://127.0.0.1:1", path, None)


def test_a_token_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be read"):
        connect("http://127.0.0.1:1", tmp_path / "none", None)


def test_what_a_killed_platform_left_behind_is_passed_over(home: Path) -> None:
    (home / "algotradehub").mkdir(parents=True)
    text = '{"url": "http://127.0.0.1:1", "token_file": null, "pid": 999999999}'
    (home / "algotradehub" / "server.json").write_text(text)
    with pytest.raises(Failure, match="no platform runs here"):
        connect(None, None, None)


@pytest.mark.parametrize("url", ["localhost", "ftp://localhost", "http://h:99999", "http://h/api"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(Failure, match="--server takes") as raised:
        connect(url, None, None)
    assert raised.value.code is ExitCode.USAGE
