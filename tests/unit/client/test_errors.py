"""Errors carry their facts, whatever the platform left out."""

import pytest

from algotradehub.client import ApiProblem, ClientError, NotAnAddress, Unanswered, Unreadable
from algotradehub.client.models import ErrorCategory, Refusal


def test_a_problem_is_typed_whole() -> None:
    error = ApiProblem(
        {
            "type": "urn:algotradehub:problem:invalid_request",
            "title": "The request breaks a rule",
            "status": 422,
            "detail": "quantity",
            "instance": "/api/v1/orders",
            "error_code": "invalid_request",
            "error_message": "quantity",
            "error_type": "INVALID_REQUEST",
            "suggested_action": "Correct the fields named in errors.",
            "retry_possible": False,
            "fallback_available": False,
            "errors": [{"field": "quantity", "rule": "above 0", "value": "0", "nearest": "0.001"}],
            "reasons": {"journal": "full"},
            "of_a_later_version": 1,
        },
        422,
    )
    problem = error.problem
    assert problem.error_type is ErrorCategory.INVALID_REQUEST
    assert problem.errors == (
        Refusal(field="quantity", rule="above 0", value="0", nearest="0.001"),
    )
    assert problem.reasons == {"journal": "full"}
    assert str(error) == "The request breaks a rule: quantity"


@pytest.mark.parametrize("document", [{}, {"status": "x", "title": 3}, {"errors": [1]}])
def test_a_problem_of_somebody_else_is_still_one(document: dict[str, object]) -> None:
    error = ApiProblem(document, 418)
    assert (error.problem.status, error.error_code) == (418, "unknown")
    assert (error.retry_possible, error.order_id, error.suggested_action) == (False, None, "")


def test_a_lost_answer_says_what_to_look_at() -> None:
    lost = Unanswered("http://h", "cut", sent=True)
    assert str(lost) == "the answer of http://h was lost (cut): see that the platform runs"
    unsent = Unanswered("http://h", "refused", sent=False)
    assert str(unsent) == "http://h cannot be reached (refused): see that the platform runs"


@pytest.mark.parametrize("kind", [ApiProblem, NotAnAddress, Unanswered, Unreadable])
def test_one_name_catches_them_all(kind: type[Exception]) -> None:
    assert issubclass(kind, ClientError)
