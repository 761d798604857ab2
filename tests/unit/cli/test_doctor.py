"""``doctor``: a table or a document, and a code that says how bad it is."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from algotradehub.cli.main import app
from tests.unit.app.installed import install


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return install(tmp_path / "data").path


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["doctor", *map(str, arguments)])


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("algotradehub.connectivity.clock.now_ns", lambda: 1_900_000_000_000_000_000)


def test_all_is_well(data: Path) -> None:
    result = run("--data", data)
    assert result.exit_code == 0, result.output
    header, *rows = result.stdout.splitlines()
    assert header.split() == ["CHECK", "FOUND", "WHAT", "TO", "DO"]
    assert all("  ok    " in row or "  ok  " in row for row in rows)
    assert any(row.startswith("journal") for row in rows)


def test_a_check_failed(data: Path) -> None:
    (data / "token").write_text("t" * 20)
    (data / "token").chmod(0o644)
    result = run("--data", data, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["data_dir"] == str(data)
    failed = [finding for finding in told["findings"] if finding["level"] == "fail"]
    assert [finding["check"] for finding in failed] == ["token"]
    assert not failed[0]["damaged"]


def test_data_is_damaged(data: Path) -> None:
    (data / "installation").write_text("nonsense")
    (data / "token").write_text("t" * 20)
    (data / "token").chmod(0o644)
    assert run("--data", data).exit_code == 6


def test_the_usual_directory_is_looked_at(home: Path) -> None:
    result = run()
    assert result.exit_code == 1
    assert f"{home / 'algotradehub'} is not there" in result.stdout


def test_a_file_is_no_data_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("--data", tmp_path / "file")
    assert result.exit_code == 1
    assert f"{tmp_path / 'file'} is no directory" in result.stdout


def test_a_wrong_command_line() -> None:
    assert run("here").exit_code == 2
