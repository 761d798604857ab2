"""What was packed comes back, whatever stands before it; nothing else passes for a record."""

from decimal import Decimal
from zlib import crc32

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.evidence import Execution
from algotradehub.domain.ids import ExecutionId, Symbol
from algotradehub.domain.instrument import Side
from algotradehub.domain.records import (
    FORMAT_VERSION,
    Body,
    Observed,
)
from algotradehub.storage.journal import decoding, frame
from tests.unit.storage.journal.records import ORDER, bodies, note, numbers, record


@given(bodies, numbers)
def test_a_record_comes_back_as_it_was(body: Body, seq: int) -> None:
    data = frame.pack(record(body, seq=seq))
    payload = frame.payload_at(memoryview(data), 0)
    assert payload is not None
    assert frame.end_of(0, payload) == len(data)
    assert decoding.record_of(payload, "file", 0) == record(body, seq=seq)
    head = decoding.head_of(payload, "file", 0)
    assert (head.seq, head.account, head.account_seq, head.kind) == (seq, "a", 3, body.kind)


def test_amounts_keep_every_digit() -> None:
    price = Decimal("0.1234567890123456789012345678")
    evidence = Execution(
        client_order_id=ORDER,
        venue_order_id=None,
        execution_id=ExecutionId("E1"),
        symbol=Symbol("BTC/USDT"),
        side=Side.SELL,
        price=price,
        quantity=Decimal(1),
        fee=None,
        fee_asset=None,
        venue_time_ns=1,
    )
    data = frame.pack(record(Observed(order_id=ORDER, evidence=evidence)))
    payload = frame.payload_at(memoryview(data), 0)
    assert payload is not None
    assert decoding.record_of(payload, "file", 0).body.evidence.price == price


@given(st.lists(st.binary(max_size=9) | st.just(b"\x87\xa1v")).map(b"".join), bodies)
@example(bytes(8) + b"\x87\xa1v", note())
def test_a_frame_behind_garbage_is_found(garbage: bytes, body: Body) -> None:
    data = garbage + frame.pack(record(body, seq=7))
    assert decoding.find(data, 0, above_seq=6) == (len(garbage), 7)
    assert decoding.find(data, len(garbage) + 1, above_seq=6) is None
    assert decoding.find(data, 0, above_seq=7) is None


def test_a_checksummed_string_that_is_no_record_is_not_found() -> None:
    payload = b"\x87\xa1v\x01"
    data = len(payload).to_bytes(4, "little") + crc32(payload).to_bytes(4, "little") + payload
    assert decoding.find(data, 0, above_seq=0) is None


@pytest.mark.parametrize("read", [decoding.head_of, decoding.record_of])
def test_a_newer_format_is_named(read: object) -> None:
    newer = frame.pack(record(note(), v=FORMAT_VERSION + 1))[8:]
    unreadable = msgspec.msgpack.encode({"v": FORMAT_VERSION + 1, "number": 5})
    for payload in (newer, unreadable):
        assert callable(read)
        with pytest.raises(StorageDamaged, match=r"^file: .* byte 12 .* newer version .*format 2"):
            read(memoryview(payload), "file", 12)


@pytest.mark.parametrize("read", [decoding.head_of, decoding.record_of])
@pytest.mark.parametrize("payload", [b"", b"\xc1", msgspec.msgpack.encode({"v": 1})])
def test_what_is_no_record_is_damage(read: object, payload: bytes) -> None:
    assert callable(read)
    with pytest.raises(StorageDamaged, match=r"^file: .* byte 12 .* cannot be read"):
        read(memoryview(payload), "file", 12)
