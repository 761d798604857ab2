"""Exit codes: one meaning each, the same for an error here and for one that the API tells."""

import pytest

from algotradehub.api.problems import MEANINGS
from algotradehub.cli.exit_codes import HELP, ExitCode, Failure, code_of_problem, failure_of
from algotradehub.domain.errors import (
    AlgoTradeHubError,
    InvalidRequest,
    NotReady,
    RateLimited,
    Refusal,
    RiskRefused,
    VenueError,
)
from algotradehub.domain.ids import VenueId


def test_the_numbers_never_change() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "UNREACHABLE": 3,
        "REFUSED": 4,
        "NOT_READY": 5,
        "DAMAGED": 6,
    }


def test_help_explains_every_code() -> None:
    explained = [int(line.split()[0]) for line in HELP.splitlines()[2:]]
    assert explained == list(ExitCode)


@pytest.mark.parametrize("kind", MEANINGS)
def test_an_error_ends_a_command_in_the_same_way_here_and_through_the_api(
    kind: type[AlgoTradeHubError],
) -> None:
    error: AlgoTradeHubError
    if issubclass(kind, VenueError):
        error = kind(VenueId("paper:a"), "what")
    elif kind is InvalidRequest:
        error = InvalidRequest(Refusal(field="a", rule="b", value="c"))
    elif kind is RiskRefused:
        error = RiskRefused("max_position", "too much")
    else:
        error = kind("what")
    assert failure_of(error).code is code_of_problem(MEANINGS[kind].code)


def test_a_subclass_has_the_code_of_its_base() -> None:
    assert failure_of(RateLimited(VenueId("paper:a"), "later")).code is ExitCode.NOT_READY


def test_a_failure_can_be_printed_as_json() -> None:
    failure = failure_of(NotReady("wait"))
    assert failure.document == {"error_code": "not_ready", "error_message": "wait"}
    assert Failure(ExitCode.FAILED, "no", {"a": 1}).document == {"a": 1}
