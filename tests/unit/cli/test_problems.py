"""Problems as sentences: field, rule, nearest valid value, and what to do next."""

from algotradehub.cli.exit_codes import ExitCode
from algotradehub.cli.problems import failure_of_problem
from tests.unit.cli.answering import ORDER_ID, problem


def test_a_broken_rule_names_the_option_the_rule_and_the_nearest_value() -> None:
    broken = {
        "field": "limit_price",
        "rule": "a multiple of 0.01",
        "value": "1.001",
        "nearest": "1.00",
    }
    other = {"field": "metadata.note", "rule": "text", "value": "missing"}
    told = problem("invalid_request", 422, errors=[broken, other])
    failure = failure_of_problem(told)
    assert failure.code is ExitCode.REFUSED
    assert str(failure).splitlines() == [
        "The request breaks a rule",
        "  --price: a multiple of 0.01, was 1.001; nearest valid value 1.00",
        "  metadata.note: text, was missing",
        "Do otherwise.",
    ]
    assert failure.document == told


def test_a_refusal_by_risk_names_the_order_that_came_of_it() -> None:
    told = problem("risk_refused", 422, order_id=ORDER_ID, limit="max_position")
    failure = failure_of_problem(told)
    assert failure.code is ExitCode.REFUSED
    assert str(failure).splitlines()[1:3] == ["  what exactly", f"  order {ORDER_ID}"]


def test_not_ready_tells_which_part_is_not() -> None:
    failure = failure_of_problem(problem("not_ready", 503, reasons={"journal": "disk full"}))
    assert failure.code is ExitCode.NOT_READY
    assert "  journal: disk full" in str(failure).splitlines()


def test_a_missing_token_is_explained() -> None:
    failure = failure_of_problem(problem("unauthenticated", 401))
    assert failure.code is ExitCode.FAILED
    assert "--token-file" in str(failure)


def test_text_from_a_venue_cannot_steer_the_terminal() -> None:
    failure = failure_of_problem(problem("venue_rejected", 422, detail="no\x1b[2J"))
    assert "\x1b" not in str(failure)


def test_a_problem_of_another_kind_is_a_failure() -> None:
    assert failure_of_problem({"status": 500}).code is ExitCode.FAILED
