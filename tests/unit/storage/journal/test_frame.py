"""Frames: what goes in comes out, and nothing else passes for one."""

from decimal import Decimal
from zlib import crc32

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.evidence import CommandKind, Execution, NotSent
from algotradehub.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.records import (
    FORMAT_VERSION,
    Body,
    Checkpoint,
    Doubted,
    HaltSet,
    Observed,
    Record,
    Requested,
)
from algotradehub.storage.journal import frame

ORDER = ClientOrderId("0123456789abcdef0123456789abcdef")
texts = st.text(max_size=20)
numbers = st.integers(1, 2**60)
amounts = st.decimals(min_value="0.00000001", max_value="1e20", places=8)
bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(Requested, client_order_id=st.none() | st.just(ORDER), body=st.binary(max_size=300)),
    st.builds(HaltSet, halted=st.booleans(), reason=texts, by=texts),
    st.builds(
        Checkpoint,
        account_seqs=st.dictionaries(texts.map(AccountId), numbers, max_size=4),
        previous_size=numbers,
        previous_crc32=st.integers(0, 2**32 - 1),
    ),
    st.builds(
        lambda price, quantity: Observed(
            order_id=ORDER,
            evidence=Execution(
                client_order_id=ORDER,
                venue_order_id=VenueOrderId("V1"),
                execution_id=ExecutionId("E1"),
                symbol=Symbol("BTC/USDT"),
                side=Side.BUY,
                price=price,
                quantity=quantity,
                fee=None,
                fee_asset=None,
                venue_time_ns=1,
            ),
        ),
        amounts,
        amounts,
    ),
    st.builds(
        lambda reason: Observed(
            order_id=ORDER,
            evidence=NotSent(command=CommandKind.PLACE, client_order_id=ORDER, reason=reason),
        ),
        texts,
    ),
)


def record(body: Body, *, seq: int = 7, v: int = FORMAT_VERSION) -> Record:
    return Record(
        v=v, seq=seq, at_ns=99, account=AccountId("a"), account_seq=3, kind=body.kind, body=body
    )


def note(text: str = "x") -> Doubted:
    return Doubted(order_id=ORDER, what=text)


@given(bodies, numbers)
def test_a_record_comes_back_as_it_was(body: Body, seq: int) -> None:
    data = frame.pack(record(body, seq=seq))
    payload = frame.payload_at(memoryview(data), 0)
    assert payload is not None
    assert frame.end_of(0, payload) == len(data)
    assert frame.record_of(payload, "file", 0) == record(body, seq=seq)
    head = frame.head_of(payload, "file", 0)
    assert (head.seq, head.account, head.account_seq, head.kind) == (seq, "a", 3, body.kind)


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
    assert frame.record_of(payload, "file", 0).body.evidence.price == price


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


@given(st.lists(st.binary(max_size=9) | st.just(b"\x87\xa1v")).map(b"".join), bodies)
@example(bytes(8) + b"\x87\xa1v", note())
def test_a_frame_behind_garbage_is_found(garbage: bytes, body: Body) -> None:
    data = garbage + frame.pack(record(body, seq=7))
    assert frame.find(data, 0, above_seq=6) == (len(garbage), 7)
    assert frame.find(data, len(garbage) + 1, above_seq=6) is None
    assert frame.find(data, 0, above_seq=7) is None


def test_a_checksummed_string_that_is_no_record_is_not_found() -> None:
    payload = b"\x87\xa1v\x01"
    data = len(payload).to_bytes(4, "little") + crc32(payload).to_bytes(4, "little") + payload
    assert frame.find(data, 0, above_seq=0) is None


@pytest.mark.parametrize("read", [frame.head_of, frame.record_of])
def test_a_newer_format_is_named(read: object) -> None:
    newer = frame.pack(record(note(), v=FORMAT_VERSION + 1))[8:]
    unreadable = msgspec.msgpack.encode({"v": FORMAT_VERSION + 1, "number": 5})
    for payload in (newer, unreadable):
        assert callable(read)
        with pytest.raises(StorageDamaged, match=r"^file: .* byte 12 .* newer version .*format 2"):
            read(memoryview(payload), "file", 12)


@pytest.mark.parametrize("read", [frame.head_of, frame.record_of])
@pytest.mark.parametrize("payload", [b"", b"\xc1", msgspec.msgpack.encode({"v": 1})])
def test_what_is_no_record_is_damage(read: object, payload: bytes) -> None:
    assert callable(read)
    with pytest.raises(StorageDamaged, match=r"^file: .* byte 12 .* cannot be read"):
        read(memoryview(payload), "file", 12)


def test_a_record_has_a_largest_size() -> None:
    body = Requested(client_order_id=None, body=bytes(frame.MAX_PAYLOAD_BYTES))
    with pytest.raises(ValueError, match="at most 16777216 bytes, this request has"):
        frame.pack(record(body))
