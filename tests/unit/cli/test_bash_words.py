"""Words that bash has cut at colons and equals signs are whole again."""

import pytest

from algotradehub.cli.bash_words import whole_words


def seen(*pieces: str) -> tuple[list[str], str]:
    """The words typer reads, and their number."""
    environment = {
        "_ALGOTRADEHUB_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(pieces),
        "COMP_CWORD": str(len(pieces) - 1),
    }
    with whole_words(environment):
        return environment["COMP_WORDS"].split("\n"), environment["COMP_CWORD"]


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        (["a", "order", ""], ["a", "order", ""]),
        (["a", "BTC/USDT", ":"], ["a", "BTC/USDT:"]),
        (["a", "BTC/USDT", ":", "US"], ["a", "BTC/USDT:US"]),
        (["a", "BTC/USDT", ":", "USDT", "b"], ["a", "BTC/USDT:USDT", "b"]),
        (["a", "--s", "=", "http", ":", "//h", ":", "1", ""], ["a", "--s=http://h:1", ""]),
    ],
)
def test_pieces_become_words(pieces: list[str], words: list[str]) -> None:
    assert seen(*pieces) == (words, str(len(words) - 1))


@pytest.mark.parametrize(
    ("pieces", "offered", "printed"),
    [
        (["a", "BTC/USDT", ":", "U"], "BTC/USDT:USDT", "USDT"),
        (["a", "--symbol", "=", "BTC/USDT", ":"], "BTC/USDT:USDT", "USDT"),
        (["a", "--symbol", "=", "BTC/"], "BTC/USDT:USDT", "BTC/USDT:USDT"),
        (["a", "BTC/USDT", ":", "USDT", "b"], "buy", "buy"),
    ],
)
def test_what_is_there_already_is_not_offered_again(
    pieces: list[str], offered: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {
        "_ALGOTRADEHUB_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(pieces),
        "COMP_CWORD": str(len(pieces) - 1),
    }
    with whole_words(environment):
        print(offered)  # noqa: T201 - as typer does
    assert capsys.readouterr().out == f"{printed}\n"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"_ALGOTRADEHUB_COMPLETE": "complete_zsh", "COMP_WORDS": "a\nb", "COMP_CWORD": "1"},
        {"_ALGOTRADEHUB_COMPLETE": "complete_bash", "COMP_WORDS": "a\n:", "COMP_CWORD": "x"},
        {"_ALGOTRADEHUB_COMPLETE": "complete_bash"},
    ],
)
def test_everything_else_is_left_alone(environment: dict[str, str]) -> None:
    before = dict(environment)
    with whole_words(environment):
        assert environment == before
