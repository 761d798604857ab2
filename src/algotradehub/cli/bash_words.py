"""Mends what bash hands to completion: it takes colons and equals signs for borders of words."""

import io
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, redirect_stdout


@contextmanager
def whole_words(environment: MutableMapping[str, str]) -> Iterator[None]:
    """Let bash complete ``BTC/USDT:USDT`` and ``paper:binance``.

    The pieces are joined before typer reads them, and of what it offers the piece that is there
    already is cut off: bash would write it twice.
    """
    if environment.get("_ALGOTRADEHUB_COMPLETE") != "complete_bash":
        yield
        return
    words = environment.get("COMP_WORDS", "").split("\n")
    index = environment.get("COMP_CWORD", "")
    if len(words) == 1 or not index.isdigit():
        yield
        return
    typed, standing = _joined(words[: int(index) + 1])
    environment["COMP_WORDS"] = "\n".join(typed)
    environment["COMP_CWORD"] = str(len(typed) - 1)
    told = io.StringIO()
    try:
        with redirect_stdout(told):
            yield
    finally:
        for line in told.getvalue().splitlines():
            sys.stdout.write(f"{line.removeprefix(standing)}\n")


def _joined(pieces: list[str]) -> tuple[list[str], str]:
    """The words that ``pieces`` are of, and how much of the last value bash takes for done."""
    words: list[str] = []
    standing = ""
    joins = False
    for piece in pieces:
        is_border = bool(piece) and set(piece) <= {":", "="}
        if words and (is_border or joins):
            standing = words[-1] + (piece if is_border else "")
            words[-1] += piece
        else:
            standing = ""
            words.append(piece)
        joins = is_border
    return words, standing.partition("=")[2] if standing.startswith("-") else standing
