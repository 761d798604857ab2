"""Errors: what happened is in the attributes, what to do next is in the category."""

import pytest

from algotradehub.domain.errors import (
    AlgoTradeHubError,
    AuthenticationFailed,
    Conflict,
    CredentialRefused,
    ErrorCategory,
    InvalidRequest,
    NotReady,
    OutcomeUnknown,
    ProtocolViolation,
    RateLimited,
    Refusal,
    RiskRefused,
    StorageDamaged,
    VenueRejected,
    VenueUnavailable,
)
from algotradehub.domain.ids import VenueId

KRAKEN = VenueId("kraken")


@pytest.mark.design_property(7)
@pytest.mark.parametrize(
    ("error", "category"),
    [
        (Conflict("other body"), ErrorCategory.INVALID_REQUEST),
        (RiskRefused("max_position", "too much"), ErrorCategory.INVALID_REQUEST),
        (NotReady("starting"), ErrorCategory.RETRYABLE),
        (AuthenticationFailed("bad key"), ErrorCategory.FATAL),
        (StorageDamaged("bad record"), ErrorCategory.FATAL),
        (VenueRejected(KRAKEN, "no funds"), ErrorCategory.INVALID_REQUEST),
        (VenueUnavailable(KRAKEN, "no route"), ErrorCategory.RETRYABLE),
        (RateLimited(KRAKEN, "slow down", retry_after_s=2), ErrorCategory.RATE_LIMITED),
        (OutcomeUnknown(KRAKEN, "reset"), ErrorCategory.EXCHANGE_ERROR),
        (ProtocolViolation(KRAKEN, "not JSON"), ErrorCategory.EXCHANGE_ERROR),
        (CredentialRefused(KRAKEN, "revoked"), ErrorCategory.FATAL),
    ],
)
def test_every_error_has_a_category(error: AlgoTradeHubError, category: ErrorCategory) -> None:
    assert error.category is category


def test_what_may_be_live_is_never_taken_for_what_was_not_sent() -> None:
    assert not issubclass(OutcomeUnknown, VenueUnavailable)
    assert not issubclass(ProtocolViolation, VenueUnavailable)
    assert issubclass(RateLimited, VenueUnavailable)


def test_a_venue_error_names_the_venue() -> None:
    error = RateLimited(KRAKEN, "slow down", retry_after_s=2)
    assert str(error) == "kraken: slow down"
    assert error.venue == KRAKEN
    assert error.retry_after_s == 2


def test_a_risk_refusal_names_the_limit() -> None:
    error = RiskRefused("max_position", "could reach 7 BTC, 5 allowed")
    assert error.limit == "max_position"
    assert str(error) == "max_position: could reach 7 BTC, 5 allowed"


def test_an_invalid_request_tells_every_broken_rule_and_a_way_out() -> None:
    lot = Refusal(field="amount", rule="a multiple of 0.1", value="0.25", nearest="0.2")
    key = Refusal(field="idempotency_key", rule="1 to 64 characters", value="")
    error = InvalidRequest(lot, key)
    assert error.refusals == (lot, key)
    assert str(error) == (
        "amount: a multiple of 0.1, was '0.25'; nearest valid value 0.2; "
        "idempotency_key: 1 to 64 characters, was ''"
    )
