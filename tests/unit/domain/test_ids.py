"""Client order ids: UUIDv7 layout, the installation's tag in them, order by time."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.ids import ClientOrderId, installation_tag, pack_client_order_id

milliseconds = st.integers(0, 2**48 - 1)
counters = st.integers(0, 2**12 - 1)
tags = st.integers(0, 2**16 - 1)
random_bits = st.integers(0, 2**46 - 1)


@given(milliseconds, counters, tags, random_bits)
def test_the_layout_is_uuid_7(ms: int, counter: int, tag: int, random: int) -> None:
    packed = pack_client_order_id(ms=ms, counter=counter, tag=tag, random=random)
    assert len(packed) == 32
    as_uuid = uuid.UUID(packed)
    assert as_uuid.hex == packed
    assert as_uuid.version == 7
    assert as_uuid.variant == uuid.RFC_4122
    assert as_uuid.int >> 80 == ms
    assert as_uuid.int >> 64 & 0xFFF == counter


@given(milliseconds, counters, tags, random_bits)
def test_the_tag_is_read_back(ms: int, counter: int, tag: int, random: int) -> None:
    packed = pack_client_order_id(ms=ms, counter=counter, tag=tag, random=random)
    assert installation_tag(packed) == tag


@given(st.tuples(milliseconds, counters), st.tuples(milliseconds, counters), tags, random_bits)
def test_ids_sort_by_time_then_counter(
    one: tuple[int, int], other: tuple[int, int], tag: int, random: int
) -> None:
    first, second = (
        pack_client_order_id(ms=ms, counter=counter, tag=tag, random=random)
        for ms, counter in (one, other)
    )
    assert (first < second) == (one < other)


@given(random_bits, random_bits)
def test_every_random_bit_counts(one: int, other: int) -> None:
    first, second = (
        pack_client_order_id(ms=1, counter=2, tag=3, random=random) for random in (one, other)
    )
    assert (first == second) == (one == other)


@given(
    st.text(max_size=40) | st.text(alphabet="0123456789abcdefABCDEF_-+ x", min_size=32, max_size=32)
)
def test_what_is_not_laid_out_like_ours_has_no_tag(anything: str) -> None:
    ours = len(anything) == 32 and set(anything) <= set("0123456789abcdef")
    if not (ours and anything[12] == "7" and anything[16] in "89ab"):
        assert installation_tag(ClientOrderId(anything)) is None


def test_a_random_uuid_has_no_tag() -> None:
    foreign = uuid.UUID("6fa459ea-ee8a-4ca4-894e-db77e160355e").hex
    assert installation_tag(ClientOrderId(foreign)) is None
