"""The stream for a command: who says hello how, and every way it can end."""

from collections.abc import Iterator

import pytest

from algotradehub.cli import stream
from algotradehub.cli.exit_codes import ExitCode, Failure
from algotradehub.cli.servers import Server
from algotradehub.cli.stream import Lost, open_stream
from tests.unit.cli.answering import problem
from tests.unit.cli.streaming import Streaming, delta, snapshot, streaming


@pytest.fixture
def platform() -> Iterator[Streaming]:
    with streaming() as running:
        yield running


def test_it_says_hello_and_hears_what_it_asked_for(platform: Streaming) -> None:
    platform.says(snapshot(), delta())
    with open_stream(Server(platform.url, "secret")) as opened:
        opened.subscribe("account", account="paper-a")
        kinds = [(opened.receive() or {})["type"] for _ in range(3)]
        assert kinds == ["welcome", "snapshot", "delta"]
        with pytest.raises(Lost) as lost:
            opened.receive()
    assert lost.value.code is ExitCode.UNREACHABLE
    assert platform.url in str(lost.value)
    assert platform.heard == [
        {"op": "hello", "token": "secret"},
        {"op": "subscribe", "topic": "account", "account": "paper-a"},
    ]


def test_without_a_token_none_is_said(platform: Streaming) -> None:
    with open_stream(Server(platform.url, None)) as opened:
        opened.receive()
    assert platform.heard == [{"op": "hello"}]


def test_a_refusal_is_a_failure_like_any_other(platform: Streaming) -> None:
    refusal = problem("invalid_request", 422, errors=[{"field": "account", "rule": "one of yours"}])
    platform.says({"type": "error", "id": None, "problem": refusal})
    with open_stream(Server(platform.url, None)) as opened:
        opened.subscribe("account", account="nobody")
        opened.receive()
        with pytest.raises(Failure, match="account: one of yours") as refused:
            opened.receive()
    assert refused.value.code is ExitCode.REFUSED


def test_silence_is_told_from_loss(platform: Streaming, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_stream(Server(platform.url, None)) as opened:
        opened.receive()
        assert opened.receive(0.0) is None
        monkeypatch.setattr(stream, "SILENT_FOR_S", 0.0)
        with pytest.raises(Lost, match="nothing came"):
            opened.receive(0.0)


def test_no_platform_is_lost_at_once() -> None:
    nobody = Server("http://127.0.0.1:1", None)
    with pytest.raises(Lost, match=r"lost \(Connection refused\)"), open_stream(nobody):
        pass
