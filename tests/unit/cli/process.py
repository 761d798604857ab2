"""The program as a process of its own: started, read line by line, ended or killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def program(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a command; whatever happens, it is gone when the context ends."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ALGOTRADEHUB")
    }
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "algotradehub", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def demo(data: Path, *more: str) -> tuple[str, ...]:
    return ("demo", "--port", "0", "--no-browser", "--data", str(data), *more)


def line_with(process: "subprocess.Popen[str]", text: str) -> str:
    """The next line that holds ``text``; the lines before it are passed over."""
    assert process.stdout is not None
    passed = []
    for line in process.stdout:
        passed.append(line)
        if text in line:
            return line
    assert process.stderr is not None
    raise AssertionError(f"no line with {text!r} in {passed}; errors: {process.stderr.read()}")
