"""Every block of docs/how-to is what a reader would type, and works."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
BLOCK = re.compile(
    r"^```(?P<kind>\w+)(?: (?P<word>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
PROGRAM = f"{sys.executable} -m algotradehub "
ENDS_WITHIN_S = 60


class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ALGOTRADEHUB")}
        self.environment = kept | {"XDG_DATA_HOME": str(folder / "home"), "COLUMNS": "100"}
        self.background: list[subprocess.Popen[str]] = []

    def does(self, kind: str, word: str | None, text: str) -> None:
        if kind == "sh":
            for line in text.strip().splitlines():
                assert line.startswith("./run "), f"a reader would type {line!r}"
                command = line.replace("./run python ", f"{sys.executable} ", 1)
                command = command.replace("./run ", PROGRAM, 1)
                if word == "background":
                    self._starts(command)
                else:
                    self._runs(command)
        else:
            assert word is not None, f"a {kind} block has no file name"
            (self.folder / word).write_text(text)

    def stops(self) -> None:
        for process in self.background:
            process.terminate()
            process.communicate(timeout=ENDS_WITHIN_S)

    def _runs(self, command: str) -> None:
        done = subprocess.run(  # noqa: S602 - a page's own line, as typed
            command,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=ENDS_WITHIN_S,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    def _starts(self, command: str) -> None:
        process = subprocess.Popen(  # noqa: S602 - a page's own line, as typed
            f"exec {command}",
            shell=True,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.background.append(process)
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "nothing is lost" in line or "started" in line:
                return
        pytest.fail(f"{command} ended too early:\n{''.join(said)}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_reader_gets_to_the_end_of_it(page: Path, tmp_path: Path) -> None:
    blocks = list(BLOCK.finditer(page.read_text()))
    assert blocks
    reader = Reader(tmp_path)
    try:
        for block in blocks:
            reader.does(block["kind"], block["word"], block["text"])
    finally:
        reader.stops()


def test_there_are_pages() -> None:
    assert len(PAGES) >= 4


def test_the_order_in_the_readme_is_placed(tmp_path: Path) -> None:
    """Its Python is run as it is, but for the port, which another program may have."""
    (code,) = (b["text"] for b in BLOCK.finditer(README.read_text()) if b["kind"] == "python")
    reader = Reader(tmp_path)
    data = tmp_path / "home" / "algotradehub-demo"
    reader.environment |= {"HOME": str(tmp_path)}
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "share").symlink_to(tmp_path / "home")
    try:
        reader.does("sh", "background", "./run demo --port 0\n")
        url = json.loads((data / "server.json").read_text())["url"]
        reader.does("python", "order.py", code.replace("http://127.0.0.1:8080", url))
        reader.does("sh", None, "./run python order.py\n")
    finally:
        reader.stops()
