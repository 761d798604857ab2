"""Frames: what goes in comes out, and nothing else passes for one."""

from zlib import crc32

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.commands import Operation
from algotradehub.domain.records import (
    Body,
    Requested,
)
from algotradehub.storage.journal import frame
from tests.unit.storage.journal.records import ORDER, bodies, note, record


def test_the_layout_is_length_checksum_and_named_fields() -> None:
    """Files outlive programs: this layout must stay readable."""
    data = frame.pack(record(note()))
    payload = data[8:]
    assert data[:8] == len(payload).to_bytes(4, "little") + crc32(payload).to_bytes(4, "little")
    assert msgspec.msgpack.decode(payload) == {
        "v": 1,
        "seq": 7,
        "at_ns": 99,
        "account": "a",
        "account_seq": 3,
        "kind": "event",
        "body": {"type": "doubted", "order_id": ORDER, "what": "x"},
    }


@given(bodies, st.data())
def test_no_part_of_a_frame_passes_for_one(body: Body, data: st.DataObject) -> None:
    whole = frame.pack(record(body))
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert frame.payload_at(memoryview(whole[:cut]), 0) is None


@given(bodies, st.data())
def test_no_changed_byte_passes(body: Body, data: st.DataObject) -> None:
    whole = bytearray(frame.pack(record(body)))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    assert frame.payload_at(memoryview(whole), 0) is None


@given(st.integers(0, 64))
def test_zeros_are_no_frames(count: int) -> None:
    """Some file systems leave zeros where the last bytes before power loss should be."""
    assert frame.payload_at(memoryview(bytes(count)), 0) is None


def test_a_record_has_a_largest_size() -> None:
    body = Requested(
        request_id=1,
        operation=Operation.ORDER_SUBMIT,
        client_order_id=None,
        body=bytes(frame.MAX_PAYLOAD_BYTES),
    )
    with pytest.raises(ValueError, match="at most 16777216 bytes, this request has"):
        frame.pack(record(body))
