"""Brings the stored tables up to this version of the program, ahead of the next start."""

from pathlib import Path

import msgspec

from algotradehub.app.bystander import names_in
from algotradehub.app.data_directory import open_data_directory, start_errors
from algotradehub.domain.errors import NotFound
from algotradehub.storage.sqlite import opening


class Migrated(msgspec.Struct, frozen=True, kw_only=True):
    """Schema versions; equal where nothing was to do."""

    before: str | None  # None: no schema at all
    after: str | None


def migrate(data: Path) -> Migrated:
    """Migrate the database in ``data``, which every start does by itself as well.

    Raises:
        NotFound: There is no database.
        NotReady: A platform uses the directory, or the disk does not let us; nothing changed.
        StorageDamaged: It is damaged, not ours, or of a newer version.
    """
    path = names_in(data).projection
    if not path.exists():
        raise NotFound(f"{data} holds no database yet: the first start makes one, up to date")
    with start_errors(data), open_data_directory(data):
        before = opening.schema_version(path)
        opening.open_database(str(path)).close()
        return Migrated(before=before, after=opening.schema_version(path))
