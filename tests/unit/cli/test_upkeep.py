"""``migrate``, ``backup`` and ``restore`` as commands: sentences, documents and codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from algotradehub.app.data_directory import open_data_directory
from algotradehub.cli.main import app
from algotradehub.storage.sqlite import opening
from tests.unit.app.installed import install


@pytest.fixture
def data(home: Path) -> Path:
    """The usual directory, so that no option has to name it."""
    return install(home / "algotradehub").path


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_there_and_back(data: Path, tmp_path: Path) -> None:
    settings = tmp_path / "own.toml"
    settings.write_text("")
    made = run("backup", tmp_path / "backup", "--settings", settings)
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith(f"{data} is backed up in {tmp_path / 'backup'}: ")
    again = tmp_path / "again"
    restored = run("restore", tmp_path / "backup", "--data", again)
    assert restored.exit_code == 0, restored.output
    assert restored.stdout.startswith(f"{tmp_path / 'backup'} is restored in {again}: ")
    assert (again / "settings.toml").exists()
    assert run("doctor", "--data", again).exit_code in {0, 1}


def test_as_documents(data: Path, tmp_path: Path) -> None:
    made = json.loads(run("backup", tmp_path / "backup", "--json").stdout)
    assert made["path"] == str(tmp_path / "backup")
    assert made["manifest"]["created_at"].startswith("20")
    assert "journal/journal-00000001.seg" in {f["path"] for f in made["manifest"]["files"]}
    again = tmp_path / "again"
    restored = json.loads(run("restore", tmp_path / "backup", "--data", again, "--json").stdout)
    assert restored["manifest"] == made["manifest"]
    assert json.loads(run("migrate", "--json").stdout) == {
        "data_dir": str(data),
        "before": opening.REVISIONS[-1],
        "after": opening.REVISIONS[-1],
    }


def test_a_backup_may_be_made_beside_a_platform_and_a_migration_may_not(
    data: Path, tmp_path: Path
) -> None:
    with open_data_directory(data):
        assert run("backup", tmp_path / "backup").exit_code == 0
        refused = run("migrate")
    assert refused.exit_code == 5
    assert "in use by process" in refused.stderr
    assert run("migrate").stdout == f"{data} is up to date (schema {opening.REVISIONS[-1]})\n"


def test_a_damaged_backup(data: Path, tmp_path: Path) -> None:
    run("backup", tmp_path / "backup")
    (tmp_path / "backup" / "installation").write_text("beef")
    refused = run("restore", tmp_path / "backup", "--data", tmp_path / "again")
    assert refused.exit_code == 6
    assert "use another backup" in refused.stderr
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_nothing_is_overwritten(data: Path, tmp_path: Path, command: str) -> None:
    assert run("backup", tmp_path / "backup").exit_code == 0
    arguments = {
        "backup": ("backup", tmp_path / "backup"),
        "restore": ("restore", tmp_path / "backup", "--data", data),
    }
    refused = run(*arguments[command])
    assert refused.exit_code == 4
    assert "does not exist yet" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("migrate",), 1),
        (("backup", "there"), 1),
        (("backup",), 2),
        (("backup", "there", "--settings", "/none.toml"), 2),
        (("restore",), 2),
        (("restore", "/none", "--data", "there"), 2),
        (("restore", "/"), 2),
        (("restore", "/", "--data", "there"), 6),
    ],
)
def test_bad_inputs_leave_nothing_behind(
    arguments: tuple[str, ...], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert list(tmp_path.iterdir()) == []
