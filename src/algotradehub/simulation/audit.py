"""The audit log, judged: what went over the wires is in the journal, and the journal is proven."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from algotradehub.app.auditing import Head, read_all, verify_disk
from algotradehub.app.core import Core
from algotradehub.domain.records import Record, Requested, Responded, Restarted, Wire
from algotradehub.ports.disk import Disk
from algotradehub.simulation.encoding import SECRET, without_secret
from algotradehub.simulation.verdict import Broken

# The life of the process, its number of the request, and which of the two it is.
Key: TypeAlias = tuple[int, int, type[Wire]]


class AuditTrail:
    """What was told to the platform's sink, over all its lives.

    What is told may be missing afterwards only if the process died in the same instant, if the
    disk refused to write, or if the power was cut before it was synced.
    """

    def __init__(self) -> None:
        self._told: dict[Key, int] = {}  # when
        self._excused: set[Key] = set()
        self._kept: set[Key] = set()  # synced: nothing may take it away any more
        self._head: Head | None = None

    def heard(self, life: int, at_ns: int, word: Wire) -> None:
        self._told[life, word.request_id, type(word)] = at_ns

    def died(self, life: int, at_ns: int, core: Core | None, disk: Disk, *, refused: bool) -> None:
        """The process died just now; the disk still is as it saw it.

        Args:
            life: Which one ended.
            at_ns: Now.
            core: What ran in it; None if it died before that stood.
            disk: What is on it now.
            refused: Whether the disk refused to write up to this instant.

        Raises:
            Broken: Something is missing that the disk had time for.
        """
        written = {key: record.seq for key, record in _wired(read_all(disk))}
        for key, told_ns in self._told.items():
            if key[0] == life and key not in written:
                if told_ns < at_ns and not refused:
                    raise Broken(
                        "audit incomplete", f"{key} was told at {told_ns} and never written"
                    )
                self._excused.add(key)
        synced_seq = 0 if core is None else core.journal.synced_seq
        self._kept.update(key for key, seq in written.items() if seq <= synced_seq)
        self._excused.update(key for key, seq in written.items() if seq > synced_seq)
        if synced_seq:
            self._head = verify_disk(disk, until_seq=synced_seq).head

    def check_chain(self, disk: Disk) -> None:
        """Whatever happened to it, the journal is whole, and begins with what was synced before.

        Raises:
            StorageDamaged: It is not.
        """
        verify_disk(disk, against=self._head)

    def check(self, records: Sequence[Record], disk: Disk, requests: Sequence[bytes]) -> None:
        """At the end, with everything written: nothing is missing, and answers have their requests.

        Args:
            records: All of the journal.
            disk: Of the last life.
            requests: As the venue got them in all lives.

        Raises:
            Broken: It is not so.
        """
        asked: dict[tuple[int, int], Requested] = {}
        found: set[Key] = set()
        for key, record in _wired(records):
            if key in found:
                raise Broken("audit doubled", f"{record}")
            found.add(key)
            body = record.body
            if isinstance(body, Requested):
                asked[key[:2]] = body
                continue
            request = asked.get(key[:2])
            if request is None or request.operation is not body.operation:
                raise Broken("audit unpaired", f"{record} answers {request}")
        must = (self._told.keys() - self._excused) | self._kept
        if not must <= found:
            raise Broken("audit incomplete", f"{sorted(must - found, key=str)} are not recorded")
        self._check_requests(requests, asked)
        for name in disk.names():
            if SECRET.encode() in disk.read(name):
                raise Broken("secret told", f"{name} holds the key of the venue")

    def _check_requests(
        self, requests: Sequence[bytes], asked: dict[tuple[int, int], Requested]
    ) -> None:
        """The venue's word on what it was asked, byte for byte."""
        bodies = {request.body for request in asked.values()}
        excused = sum(1 for key in self._excused if key[2] is Requested)
        missing = [sent for sent in requests if without_secret(sent) not in bodies]
        if len(missing) > excused:
            raise Broken("audit incomplete", f"the venue was asked {missing}")


def _wired(records: Iterable[Record]) -> Iterator[tuple[Key, Record]]:
    """Every request and answer, with the life it is of."""
    life = 0
    for record in records:
        body = record.body
        if isinstance(body, Restarted):
            life = body.epoch
        elif isinstance(body, Requested | Responded):
            yield (life, body.request_id, type(body)), record
