"""The bytes of one journal record: ``u32 length, u32 crc32, msgpack``, little-endian.

A frame ends where the next one begins, so a reader that meets a broken one cannot step over it; it
can only ask whether a whole frame stands somewhere behind (``decoding.find``), which tells damage
from the torn end that a crash leaves.
"""

from struct import Struct
from typing import Final
from zlib import crc32

import msgspec

from algotradehub.domain.records import Body, Record

MAX_PAYLOAD_BYTES: Final = 16 << 20
HEADER_BYTES: Final = 8
# How the payload of every record begins: a map of seven fields, the first named "v".
OPENING: Final = b"\x87\xa1v"

_HEADER: Final = Struct("<II")
_encode: Final = msgspec.msgpack.Encoder().encode


def pack(record: Record) -> bytes:
    """Return the frame of ``record``.

    Raises:
        ValueError: The record is larger than 16 MiB.
    """
    # Plain encode and one concatenation: half the time of encode_into with a memoryview for the
    # checksum (0.5 against 0.9 us for 300 bytes).
    payload = _encode(record)
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(
            f"a journal record takes at most {MAX_PAYLOAD_BYTES} bytes, this {record.kind} has "
            f"{len(payload)}: shorten its body"
        )
    return _HEADER.pack(len(payload), crc32(payload)) + payload


def size_of(body: Body) -> int:
    """Bytes of ``body`` as it will be stored; raises what ``pack`` would, before it is too late."""
    return len(_encode(body))


def payload_at(data: memoryview, offset: int) -> memoryview | None:
    """Return the payload of the frame at ``offset``; None unless a whole frame stands there."""
    start = offset + HEADER_BYTES
    if start > len(data):
        return None
    length, checksum = _HEADER.unpack_from(data, offset)
    # No record is empty: eight zero bytes, as some file systems leave them at the end of a file
    # after power loss, would else be a frame with a fitting checksum.
    if not 0 < length <= MAX_PAYLOAD_BYTES:
        return None
    payload = data[start : start + length]
    if len(payload) < length or crc32(payload) != checksum:
        return None
    return payload


def end_of(offset: int, payload: memoryview) -> int:
    """Offset behind the frame that stands at ``offset``."""
    return offset + HEADER_BYTES + len(payload)
