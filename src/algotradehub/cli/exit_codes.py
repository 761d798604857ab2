"""What the program's exit code says: one table, the same for every command, never renumbered."""

from enum import IntEnum

from algotradehub.domain.errors import (
    AlgoTradeHubError,
    Conflict,
    InvalidRequest,
    NotReady,
    RiskRefused,
    StorageDamaged,
    Unsupported,
    VenueRejected,
    VenueUnavailable,
)


class ExitCode(IntEnum):
    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4
    NOT_READY = 5
    DAMAGED = 6


# The line with a backspace keeps the formatter of help from joining those that follow it.
HELP = """\b
Exit codes:
  0  done
  1  failed, or the answer is no: not found, not filled, a check failed
  2  the command line itself is wrong
  3  the server cannot be reached, or its answer was lost
  4  refused by a rule: an invalid request, a risk limit, a reused key
  5  not ready: nothing was done, try again later
  6  data is damaged or cannot be used"""

# A subclass without a line of its own has that of its base.
_OF_ERRORS: dict[type[AlgoTradeHubError], ExitCode] = {
    InvalidRequest: ExitCode.REFUSED,
    Unsupported: ExitCode.REFUSED,
    Conflict: ExitCode.REFUSED,
    RiskRefused: ExitCode.REFUSED,
    VenueRejected: ExitCode.REFUSED,
    NotReady: ExitCode.NOT_READY,
    VenueUnavailable: ExitCode.NOT_READY,
    StorageDamaged: ExitCode.DAMAGED,
    AlgoTradeHubError: ExitCode.FAILED,
}

# The API's ``error_code`` of the same errors, and of what HTTP itself refuses.
_OF_PROBLEMS: dict[str, ExitCode] = {
    "invalid_request": ExitCode.REFUSED,
    "malformed_request": ExitCode.REFUSED,
    "unsupported": ExitCode.REFUSED,
    "conflict": ExitCode.REFUSED,
    "wrong_state": ExitCode.REFUSED,
    "risk_refused": ExitCode.REFUSED,
    "venue_rejected": ExitCode.REFUSED,
    "not_ready": ExitCode.NOT_READY,
    "venue_unavailable": ExitCode.NOT_READY,
    "rate_limited": ExitCode.NOT_READY,
    "storage_damaged": ExitCode.DAMAGED,
}


class Failure(Exception):
    """A command ends here: with this code, and with a sentence that says what to do.

    ``document`` is what ``--json`` prints in place of the data that did not come.
    """

    def __init__(
        self, code: ExitCode, message: str, document: dict[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.document = document or {"error_code": code.name.lower(), "error_message": message}


def failure_of(error: AlgoTradeHubError) -> Failure:
    """An error of the platform's own as the end of a command."""
    code = next(_OF_ERRORS[kind] for kind in type(error).__mro__ if kind in _OF_ERRORS)
    return Failure(code, str(error))


def code_of_problem(error_code: object) -> ExitCode:
    return _OF_PROBLEMS.get(str(error_code), ExitCode.FAILED)
