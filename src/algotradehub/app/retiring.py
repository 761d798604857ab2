"""Moves old segments of a journal to an archive; what is left of them keeps the chain provable.

Done while no platform uses the directory. First the copies are on the disk, then it is noted what
they were, then the originals go: whatever is interrupted is done again by the next call.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from algotradehub.app import manifest
from algotradehub.app.auditing import views_of
from algotradehub.app.bystander import FrozenDisk, names_in
from algotradehub.app.data_directory import open_data_directory, start_errors, write_durably
from algotradehub.domain.errors import InvalidRequest, NotReady, Refusal, StorageDamaged
from algotradehub.storage.disk import sync_directory
from algotradehub.storage.journal import decoding, segments, verifying
from algotradehub.storage.journal.retired import NAME, Retired, Retirement, retired_from


class _Segment(msgspec.Struct, frozen=True, kw_only=True):
    retired: Retired
    last_ns: int  # time of its newest record


def retire(data: Path, archive: Path, *, before_ns: int) -> tuple[Retired, ...]:
    """Move whole segments that end before ``before_ns`` to the directory ``archive``.

    Returns:
        What was moved now, oldest first: one at least.

    Raises:
        InvalidRequest: ``archive`` is in the data directory.
        NotFound: There is no journal, or no database.
        NotReady: Nothing can be moved, and why; or a platform uses the directory.
        StorageDamaged: The journal cannot be trusted, or the archive holds something else.
        OSError: Something cannot be read or written.
    """
    if archive.resolve().is_relative_to(data.resolve()):
        rule = "a directory outside of the data directory"
        raise InvalidRequest(Refusal(field="--to", rule=rule, value=str(archive)))
    with views_of(data) as store:
        applied_seq, live_seq = store.applied_seq, store.first_seq_of_live()
    with ExitStack() as stack:
        with start_errors(data):
            stack.enter_context(open_data_directory(data))
        disk = FrozenDisk(names_in(data).journal)
        verified = verifying.verify(disk)
        moving: list[Retired] = []
        reason = "the journal has one segment only, which is being written"
        for segment in _segments(disk, verified.names[:-1]):
            obstacle = _obstacle(segment, before_ns, applied_seq, live_seq)
            if obstacle is not None:
                reason = obstacle
                break
            moving.append(segment.retired)
        if not moving:
            raise NotReady(f"nothing can be retired: {reason}")
        _move(names_in(data).journal, archive, disk, moving)
    return tuple(moving)


def _segments(disk: FrozenDisk, names: Sequence[str]) -> Iterator[_Segment]:
    """Describe segments that were verified."""
    for name in names:
        records = [
            (place.head.seq, decoding.record_of(place.payload, name, place.offset).at_ns)
            for place in segments.chain(disk, [name], None)
        ]
        size, crc32, sha256 = segments.sums_of(disk.read(name))
        yield _Segment(
            retired=Retired(
                name=name,
                first_seq=records[0][0],
                last_seq=records[-1][0],
                size=size,
                crc32=crc32,
                sha256=sha256,
            ),
            last_ns=max(at_ns for _, at_ns in records),
        )


def _obstacle(
    segment: _Segment, before_ns: int, applied_seq: int, live_seq: int | None
) -> str | None:
    """Why the segment has to stay."""
    name, last_seq = segment.retired.name, segment.retired.last_seq
    if segment.last_ns >= before_ns:
        return f"{name} holds records of that time or later"
    if last_seq > applied_seq:
        return (
            f"{name} goes up to record {last_seq}, and the database has applied {applied_seq}: "
            "start the platform once, then stop it"
        )
    if live_seq is not None and live_seq <= last_seq:
        return f"{name} holds record {live_seq}, which is about an order that may still change"
    return None


def _move(journal: Path, archive: Path, disk: FrozenDisk, moving: list[Retired]) -> None:
    archive.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in moving:
        _copy(journal, archive, each)
    sync_directory(archive)
    known = {each.name: each for each in (*retired_from(disk), *moving)}
    told = Retirement(segments=tuple(known[name] for name in sorted(known)))
    write_durably(journal / NAME, msgspec.json.format(msgspec.json.encode(told)).decode())
    for each in moving:  # from the first on: what is there is always without a gap
        (journal / each.name).unlink()
    sync_directory(journal)


def _copy(journal: Path, archive: Path, segment: Retired) -> None:
    """Copy one segment; one that is there already must be the same."""
    target = archive / segment.name
    if not target.exists():
        manifest.copy(journal / segment.name, archive, f"{segment.name}.unfinished")
        (archive / f"{segment.name}.unfinished").replace(target)
    found = manifest.digest_of(target)
    if found != segment.sha256:
        raise StorageDamaged(
            f"{target} is not the segment of this journal (SHA-256 {found[:16]}…, not "
            f"{segment.sha256[:16]}…): use another archive for each installation"
        )
