"""Client order ids: unique, rising whatever the wall clock does, and ours by their tag."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.connectivity.ids import InstallationIds
from algotradehub.domain.ids import installation_tag
from algotradehub.ports.ids import IdSource

NOW_NS = 1_700_000_000_000 * 1_000_000
MS = 1_000_000


def milliseconds(client_order_id: str) -> int:
    return int(client_order_id[:12], 16)


@pytest.mark.design_property(17)
def test_a_hundred_thousand_ids_of_one_instant_are_unique_and_rise() -> None:
    ids: IdSource = InstallationIds(0xBEEF)
    made = [ids.client_order_id(NOW_NS) for _ in range(100_000)]
    assert len(set(made)) == 100_000
    assert made == sorted(made)
    assert {installation_tag(one) for one in made} == {0xBEEF}
    assert milliseconds(made[-1]) - milliseconds(made[0]) == 100_000 // 4096


def test_the_layout_is_uuid_version_7() -> None:
    client_order_id = InstallationIds(0x0A1B).client_order_id(NOW_NS + 999_999)
    assert len(client_order_id) == 32
    assert client_order_id == client_order_id.lower()
    assert milliseconds(client_order_id) == 1_700_000_000_000
    assert client_order_id[12] == "7"
    assert client_order_id[16] in "89ab"
    assert client_order_id[17:21] == "0a1b"


@pytest.mark.design_property(17)
@given(
    tag=st.integers(0, 0xFFFF),
    steps_ms=st.lists(st.integers(-5_000, 5_000), max_size=50),
    seed=st.integers(0, 2**32),
)
def test_ids_rise_and_keep_their_tag_when_the_wall_clock_steps(
    tag: int, steps_ms: list[int], seed: int
) -> None:
    ids = InstallationIds(tag, random_bits=Random(seed).getrandbits)
    now_ns = NOW_NS
    made = [ids.client_order_id(now_ns)]
    assert ids.tag == tag
    for step_ms in steps_ms:
        now_ns += step_ms * MS
        made.append(ids.client_order_id(now_ns))
    assert all(earlier < later for earlier, later in pairwise(made))
    assert [installation_tag(one) for one in made] == [tag] * len(made)


def test_the_counter_starts_again_with_every_millisecond() -> None:
    ids = InstallationIds(1)
    first, second, third = (ids.client_order_id(NOW_NS + ns) for ns in (0, MS - 1, MS))
    assert (first[13:16], second[13:16], third[13:16]) == ("000", "001", "000")


def test_two_sources_do_not_share_their_random_bits() -> None:
    tails = {InstallationIds(1).client_order_id(NOW_NS)[21:] for _ in range(1_000)}
    assert len(tails) == 1_000


@pytest.mark.parametrize("tag", [-1, 0x10000])
def test_a_tag_that_does_not_fit_is_refused(tag: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 65535"):
        InstallationIds(tag)


def test_a_token_is_256_bits() -> None:
    ids = InstallationIds(1, random_bits=Random(5).getrandbits)
    tokens = {ids.token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert {len(token) for token in tokens} == {64}
    assert max(int(token, 16) for token in tokens).bit_length() == 256
