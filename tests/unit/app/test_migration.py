"""Migrating ahead of a start: done once, never beside a platform, and with a clear answer."""

from contextlib import closing
from pathlib import Path

import pytest

from algotradehub.app.data_directory import open_data_directory
from algotradehub.app.migration import Migrated, migrate
from algotradehub.domain.errors import NotFound, NotReady, StorageDamaged
from algotradehub.storage.migrations import running
from algotradehub.storage.sqlite import opening
from tests.unit.app.installed import install

LAST = opening.REVISIONS[-1]


def test_a_database_that_is_up_to_date(tmp_path: Path) -> None:
    install(tmp_path)
    assert migrate(tmp_path) == Migrated(before=LAST, after=LAST)


def test_an_older_database_is_brought_up_to_date(tmp_path: Path) -> None:
    older = opening.REVISIONS[0]
    directory = install(tmp_path)
    with closing(opening.open_database(str(directory.projection))) as connection:
        running.downgrade(connection, older)
    assert migrate(tmp_path) == Migrated(before=older, after=LAST)
    assert migrate(tmp_path) == Migrated(before=LAST, after=LAST)


def test_it_waits_for_nobody(tmp_path: Path) -> None:
    install(tmp_path)
    with open_data_directory(tmp_path), pytest.raises(NotReady, match="in use by process"):
        migrate(tmp_path)


def test_a_directory_without_a_database(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no database yet"):
        migrate(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    directory = install(tmp_path)
    directory.projection.write_text("not a database, whatever its name says")
    with pytest.raises(StorageDamaged):
        migrate(tmp_path)
