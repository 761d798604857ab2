"""The examples of CI are fixed: the same in every worker, whatever it has loaded before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DRAWN = """
import importlib
import sys

import tests.conftest
from hypothesis import given
from hypothesis import strategies as st

for name in sys.argv[1:]:
    importlib.import_module(name)


@given(st.lists(st.integers() | st.text()))
def drawn(values: object) -> None:
    print(ascii(values))


drawn()
"""


def examples(tmp_path: Path, *loaded: str) -> list[str]:
    """What a property is shown in CI by a process that has loaded these modules."""
    script = tmp_path / "drawn.py"
    script.write_text(DRAWN)
    told = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, script, *loaded],
        env={**os.environ, "CI": "1", "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.splitlines()


@pytest.mark.parametrize("loaded", ["algotradehub.api.app", "algotradehub.cli.main"])
def test_what_is_loaded_changes_no_example(tmp_path: Path, loaded: str) -> None:
    shown = examples(tmp_path)
    assert len(shown) >= 300
    assert examples(tmp_path, loaded) == shown
