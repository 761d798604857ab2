"""From the payload of a journal frame back to its record, or to as much of it as is needed."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.ids import AccountId
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import FORMAT_VERSION, Body, Record
from algotradehub.storage.journal.frame import HEADER_BYTES, OPENING, payload_at

REPAIR = "restore it from a backup, or look closer with `algotradehub doctor`"


class Head(msgspec.Struct, frozen=True, gc=False):
    """A record without its body."""

    v: int
    seq: int
    account: AccountId
    account_seq: int
    kind: Kind


class _Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """``Record`` of version 1, with its body's type spelled out for the decoder."""

    v: int
    seq: int
    at_ns: int
    account: AccountId
    account_seq: int
    kind: Kind
    body: Body


class _VersionOnly(msgspec.Struct, frozen=True, gc=False):
    v: int


_Versioned = TypeVar("_Versioned", Head, _Line)

_decode_head = msgspec.msgpack.Decoder(Head).decode
_decode_line = msgspec.msgpack.Decoder(_Line).decode
_decode_version = msgspec.msgpack.Decoder(_VersionOnly).decode


def find(data: bytes, start: int, *, above_seq: int) -> tuple[int, int] | None:
    """Look for a whole frame at or behind ``start`` whose seq is above ``above_seq``.

    Returns:
        Its offset and its seq.
    """
    view = memoryview(data)
    at = data.find(OPENING, start + HEADER_BYTES)
    while at >= 0:
        payload = payload_at(view, at - HEADER_BYTES)
        if payload is not None:
            try:
                head = _decode_head(payload)
            except msgspec.DecodeError:
                head = None
            if head is not None and head.seq > above_seq:
                return at - HEADER_BYTES, head.seq
        at = data.find(OPENING, at + 1)
    return None


def head_of(payload: memoryview, name: str, offset: int) -> Head:
    """Decode everything but the body of the record at byte ``offset`` of file ``name``.

    Raises:
        StorageDamaged: It is no record, or of a newer version.
    """
    return _decoded(_decode_head, payload, name, offset)


def record_of(payload: memoryview, name: str, offset: int) -> Record:
    """Decode a whole record.

    Raises:
        StorageDamaged: It is no record, or of a newer version.
    """
    line = _decoded(_decode_line, payload, name, offset)
    return Record(
        v=line.v,
        seq=line.seq,
        at_ns=line.at_ns,
        account=line.account,
        account_seq=line.account_seq,
        kind=line.kind,
        body=line.body,
    )


def _decoded(
    decode: Callable[[memoryview], _Versioned], payload: memoryview, name: str, offset: int
) -> _Versioned:
    try:
        decoded = decode(payload)
    except msgspec.DecodeError as error:
        version = _version(payload)
        if version > FORMAT_VERSION:
            raise _newer(version, name, offset) from error
        raise StorageDamaged(
            f"{name}: the record at byte {offset} is whole but cannot be read ({error}); {REPAIR}"
        ) from error
    if decoded.v > FORMAT_VERSION:
        raise _newer(decoded.v, name, offset)
    return decoded


def _version(payload: memoryview) -> int:
    try:
        return _decode_version(payload).v
    except msgspec.DecodeError:
        return 0


def _newer(v: int, name: str, offset: int) -> StorageDamaged:
    return StorageDamaged(
        f"{name}: the record at byte {offset} was written by a newer version of AlgoTradeHub "
        f"(format {v}, this program reads up to {FORMAT_VERSION}); start that version"
    )
