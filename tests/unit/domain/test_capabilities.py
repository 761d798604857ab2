"""Capabilities: how long a request can still execute after it was sent."""

from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.capabilities import AbsenceProof, AbsenceRule

seconds = st.integers(0, 3600)


@given(seconds, seconds, seconds)
def test_a_request_is_dead_after_expiry_backend_and_clock_error_together(
    expiry_s: int, backend_timeout_s: int, clock_error_s: int
) -> None:
    rule = AbsenceRule(
        proof=AbsenceProof.LOOKUPS,
        expiry_s=expiry_s,
        backend_timeout_s=backend_timeout_s,
        clock_error_s=clock_error_s,
    )
    assert rule.dead_after_s == expiry_s + backend_timeout_s + clock_error_s
    assert rule.look_ups >= 2
    assert rule.settle_s > 0
