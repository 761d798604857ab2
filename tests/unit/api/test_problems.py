"""The table of problems: complete, and the same for every error of a kind."""

import msgspec
import pytest

from algotradehub.api.problems import (
    MEANINGS,
    MOST_ERRORS,
    answer,
    http_problem,
    problem_of,
    refused,
    title_of,
)
from algotradehub.domain import errors
from algotradehub.domain.errors import (
    AlgoTradeHubError,
    AuthenticationFailed,
    Conflict,
    CredentialRefused,
    InvalidRequest,
    NotFound,
    NotReady,
    OutcomeUnknown,
    ProtocolViolation,
    RateLimited,
    Refusal,
    RiskRefused,
    StorageDamaged,
    Unsupported,
    VenueError,
    VenueRejected,
    VenueUnavailable,
    WrongState,
)
from algotradehub.domain.ids import VenueId

VENUE = VenueId("paper")
RAISED: list[tuple[AlgoTradeHubError, int, str, bool]] = [
    (InvalidRequest(Refusal(field="f", rule="r", value="v")), 422, "INVALID_REQUEST", False),
    (Unsupported("x"), 422, "INVALID_REQUEST", False),
    (NotFound("x"), 404, "INVALID_REQUEST", False),
    (Conflict("x"), 409, "INVALID_REQUEST", False),
    (WrongState("x"), 409, "INVALID_REQUEST", False),
    (RiskRefused("max_position", "x"), 422, "INVALID_REQUEST", False),
    (NotReady("x"), 503, "RETRYABLE", True),
    (AuthenticationFailed("x"), 401, "FATAL", False),
    (StorageDamaged("x"), 500, "FATAL", False),
    (VenueRejected(VENUE, "x"), 422, "INVALID_REQUEST", False),
    (VenueUnavailable(VENUE, "x"), 503, "RETRYABLE", True),
    (RateLimited(VENUE, "x"), 429, "RATE_LIMITED", True),
    (OutcomeUnknown(VENUE, "x"), 502, "EXCHANGE_ERROR", False),
    (ProtocolViolation(VENUE, "x"), 502, "EXCHANGE_ERROR", False),
    (CredentialRefused(VENUE, "x"), 502, "FATAL", False),
]


@pytest.mark.parametrize(("error", "status", "category", "retry"), RAISED)
def test_each_error_says_what_to_do(
    error: AlgoTradeHubError, status: int, category: str, *, retry: bool
) -> None:
    problem = problem_of(error, "/path")
    assert (problem.status, problem.error_type, problem.retry_possible) == (status, category, retry)
    assert problem.detail == problem.error_message == str(error)
    assert problem.type == f"urn:algotradehub:problem:{problem.error_code}"
    assert problem.instance == "/path"


def test_no_error_is_left_out_of_the_table() -> None:
    raised = {type(error) for error, *_ in RAISED}
    known = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    tree = {kind for kind in known if issubclass(kind, AlgoTradeHubError)}
    assert raised == tree - {AlgoTradeHubError, VenueError}
    assert raised | {AlgoTradeHubError} == set(MEANINGS)


def test_codes_are_words_of_their_own() -> None:
    codes = [meaning.code for meaning in MEANINGS.values()]
    assert len(codes) == len(set(codes))


def test_a_subclass_means_what_its_base_means() -> None:
    class SlowReader(NotReady):
        pass

    assert problem_of(SlowReader("x"), "/").error_code == "not_ready"


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (NotReady("x"), "1"),
        (VenueUnavailable(VENUE, "x"), "1"),
        (VenueUnavailable(VENUE, "x", retry_after_s=2.1), "3"),
        (RateLimited(VENUE, "x", retry_after_s=60), "60"),
    ],
)
def test_what_may_be_repeated_says_when(error: AlgoTradeHubError, wait: str) -> None:
    assert refused(error, "/").headers["retry-after"] == wait


def test_a_refused_credential_asks_for_another() -> None:
    assert refused(AuthenticationFailed("x"), "/").headers["www-authenticate"] == "Bearer"


def test_refusals_are_told_field_by_field_but_not_without_end() -> None:
    long = [Refusal(field="f" * 999, rule="r", value="v" * 999, nearest="n")] * (MOST_ERRORS + 1)
    problem = problem_of(InvalidRequest(*long), "/")
    assert len(problem.errors) == MOST_ERRORS
    assert {(len(e.field), len(e.value), e.nearest) for e in problem.errors} == {(100, 100, "n")}
    assert len(problem.detail) == 1000


def test_a_refusal_by_risk_names_limit_and_order() -> None:
    body = msgspec.json.decode(refused(RiskRefused("max_position", "x"), "/", order_id="1").body)
    assert (body["limit"], body["order_id"]) == ("max_position", "1")


def test_members_that_say_nothing_are_left_out() -> None:
    body = msgspec.json.decode(answer(problem_of(NotFound("x"), "/")).body)
    assert not {"errors", "limit", "order_id", "reasons"} & set(body)


def test_a_status_without_a_line_is_told_by_its_name() -> None:
    problem = http_problem(418, "no coffee", "/")
    assert (problem.error_code, problem.detail) == ("i'm_a_teapot", "no coffee")


@pytest.mark.parametrize("status", [400, 401, 404, 405, 409, 413, 415, 421, 422, 500, 502, 503])
def test_every_status_has_a_title(status: int) -> None:
    assert title_of(status)
