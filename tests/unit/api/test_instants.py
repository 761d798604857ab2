"""Instants are exact both ways, and nothing but one form is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.api import instants


@given(st.integers(1, 2**63 - 1))
def test_what_is_written_is_read_back_exactly(at_ns: int) -> None:
    written = instants.text(at_ns)
    assert instants.parse(written) == at_ns


@given(st.lists(st.integers(1, 2**63 - 1)))
def test_text_sorts_as_time_does(times: list[int]) -> None:
    assert sorted(map(str, map(instants.text, times))) == [
        instants.text(at_ns) for at_ns in sorted(times)
    ]


@pytest.mark.parametrize(
    ("text", "at_ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2027-01-15T08:00:00Z", 1_800_000_000_000_000_000),
        ("2027-01-15T08:00:00.5Z", 1_800_000_000_500_000_000),
        ("2027-01-15T08:00:00.000000001Z", 1_800_000_000_000_000_001),
    ],
)
def test_examples(text: str, at_ns: int) -> None:
    assert instants.parse(text) == at_ns


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-15",
        "2027-01-15T08:00:00",
        "2027-01-15T08:00:00+00:00",
        "2027-01-15 08:00:00Z",
        "2027-01-15T08:00:00.0000000001Z",
        "2027-02-30T08:00:00Z",
        "2027-01-15T24:00:01Z",
        "٢٠٢٧-01-15T08:00:00Z",
        "1969-12-31T23:59:59Z",
        "2263-01-01T00:00:00Z",
        "1800000000000000000",
        "2027-01-15T08:00:00Z\n",
        "",
        1_800_000_000_000_000_000,
        None,
    ],
)
def test_everything_else_is_refused(text: object) -> None:
    with pytest.raises(instants.NotAnInstant, match="UTC in ISO 8601"):
        instants.parse(text)


@given(st.text())
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    try:
        at_ns = instants.parse(text)
    except instants.NotAnInstant:
        return
    assert instants.text(at_ns or 1) is not None


@pytest.mark.parametrize("at_ns", [0, -1, 2**63, 10**40])
def test_what_names_no_instant_has_no_text(at_ns: int) -> None:
    assert instants.text(at_ns) is None
