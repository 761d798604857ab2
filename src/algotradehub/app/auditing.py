"""The audit log read from a data directory: proven, exported, listed. Nothing is changed.

The journal is the log. All of this works beside a platform that uses the directory.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

import msgspec

from algotradehub.app.bystander import FrozenDisk, JoinedDisk, names_in
from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import InvalidRequest, NotFound, Refusal
from algotradehub.domain.ids import AccountId, ClientOrderId, VenueId
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import AmendAsked, Record, Requested, Responded
from algotradehub.ports.audit import Head
from algotradehub.ports.disk import Disk
from algotradehub.storage.journal.segments import read_all
from algotradehub.storage.journal.verifying import Verified, head_of
from algotradehub.storage.journal.verifying import verify as verify_disk
from algotradehub.storage.sqlite.operations import wish_of
from algotradehub.storage.sqlite.rows import named_order
from algotradehub.storage.sqlite.store import SqliteStore

__all__ = [
    "Head",
    "Verified",
    "Views",
    "Wanted",
    "accounts_at",
    "export",
    "operation_of",
    "read_all",
    "verify",
    "verify_disk",
    "views_of",
]

Views: TypeAlias = SqliteStore


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which records to export; None: whatever they are."""

    from_ns: int | None = None
    to_ns: int | None = None  # exclusive
    account: AccountId | None = None
    order_id: ClientOrderId | None = None  # with all of its legs
    kinds: frozenset[Kind] | None = None
    operation: Operation | None = None


def verify(data: Path, *, against: str | None = None, archive: Path | None = None) -> Verified:
    """Prove the journal in ``data``, and the retired segments in ``archive``.

    Args:
        data: A data directory.
        against: An earlier head, as it was printed: nothing before it may have changed.
        archive: Where segments were retired to; None: what is told of them is believed.

    Raises:
        InvalidRequest: ``against`` is no head.
        NotFound: There is no journal.
        StorageDamaged: Something is not as it was written; the message says what and where.
        OSError: A file cannot be read.
    """
    head = None if against is None else head_of(against)
    return verify_disk(_disk(data, archive), against=head)


def export(data: Path, wanted: Wanted, *, archive: Path | None = None) -> Iterator[Record]:
    """Yield the records that are wanted, oldest first, with two segments in memory at most.

    Raises:
        NotFound: There is no journal.
        StorageDamaged: A record cannot be read.
        OSError: A file cannot be read.
    """
    disk = _disk(data, archive)
    names: set[ClientOrderId | None] = {wanted.order_id}
    for record in read_all(disk):
        body = record.body
        if isinstance(body, AmendAsked) and body.leg is not None and body.order_id in names:
            names.add(body.leg)  # requests name the leg they are for
        if (
            (wanted.from_ns is None or record.at_ns >= wanted.from_ns)
            and (wanted.to_ns is None or record.at_ns < wanted.to_ns)
            and (wanted.account is None or record.account == wanted.account)
            and (wanted.kinds is None or record.kind in wanted.kinds)
            and (wanted.order_id is None or named_order(body) in names)
            and (wanted.operation is None or operation_of(record) is wanted.operation)
        ):
            yield record


def operation_of(record: Record) -> Operation | None:
    """Which operation a record asks for, or answers with the venue's bytes."""
    body = record.body
    if isinstance(body, Requested | Responded):
        return body.operation
    wish = wish_of(body)
    return None if wish is None else wish[0]


@contextmanager
def views_of(data: Path) -> Iterator[Views]:
    """Open the tables that the journal adds up to, for reading.

    Raises:
        NotFound: There are none.
        StorageDamaged: They are damaged, or of another version.
        OSError: They cannot be read.
    """
    path = names_in(data).projection
    if not path.exists():
        raise NotFound(f"{data} holds no database yet: the first start makes one")
    with closing(SqliteStore(path, read_only=True)) as store:
        yield store


def accounts_at(store: Views, venue: VenueId) -> frozenset[AccountId]:
    """The accounts at a venue.

    Raises:
        InvalidRequest: There is none.
    """
    venues = store.venues()
    found = frozenset(account for account, at in venues.items() if at == venue)
    if not found:
        rule = f"a venue with accounts here: {', '.join(sorted(set(venues.values()))) or 'none'}"
        raise InvalidRequest(Refusal(field="--venue", rule=rule, value=venue))
    return found


def _disk(data: Path, archive: Path | None) -> Disk:
    journal = names_in(data).journal
    if not journal.is_dir():
        raise NotFound(f"{data} holds no journal: name the right directory with --data")
    if archive is None:
        return FrozenDisk(journal)
    if not archive.is_dir():
        raise NotFound(f"{archive} is no directory: name the one that segments were retired to")
    return JoinedDisk(FrozenDisk(archive), FrozenDisk(journal))
