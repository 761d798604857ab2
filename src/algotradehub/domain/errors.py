"""Every error the platform raises, grouped by what the caller must do next.

AlgoTradeHubError
├── InvalidRequest          fix the request; retrying cannot help
├── Unsupported             the venue or this installation does not offer it
├── NotFound                no such order, account or instrument
├── Conflict                the same idempotency key came with another body
│   └── WrongState          the order is not in a state for that; the message says what to do
├── RiskRefused             our own limit said no; ``limit`` names it
├── NotReady                not now (starting, halted, journal failed); nothing was sent
├── AuthenticationFailed    the caller's credential was refused
├── StorageDamaged          start is refused; the message says what to do
└── VenueError
    ├── VenueRejected       the venue said no; the order is dead there
    ├── VenueUnavailable    certainly not sent; may be sent again
    │   └── RateLimited     certainly not executed; wait ``retry_after_s``
    ├── OutcomeUnknown      it may be live: reconcile, never resend
    ├── ProtocolViolation   the venue sent what its documentation does not allow
    └── CredentialRefused   the venue refused the key; an administrator must act
"""

from enum import StrEnum

import msgspec

from algotradehub.domain.ids import VenueId


class ErrorCategory(StrEnum):
    """The five categories of the exchange integration design (its Property 7)."""

    RETRYABLE = "RETRYABLE"
    RATE_LIMITED = "RATE_LIMITED"
    INVALID_REQUEST = "INVALID_REQUEST"
    EXCHANGE_ERROR = "EXCHANGE_ERROR"
    FATAL = "FATAL"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One broken rule: the field, the rule, what came, and the nearest value that would pass."""

    field: str
    rule: str
    value: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f"; nearest valid value {self.nearest}" if self.nearest is not None else ""
        return f"{self.field}: {self.rule}, was {self.value!r}{hint}"


class AlgoTradeHubError(Exception):
    """Catch it at the edge (API, CLI), never in the middle."""

    category = ErrorCategory.INVALID_REQUEST


class InvalidRequest(AlgoTradeHubError):
    """The request contradicts itself or the instrument's rules."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(str(refusal) for refusal in refusals))
        self.refusals = refusals


class Unsupported(AlgoTradeHubError):
    """The venue or this installation does not offer what was asked for."""


class NotFound(AlgoTradeHubError):
    """There is no such order, account, instrument or symbol."""


class Conflict(AlgoTradeHubError):
    """The idempotency key was used before with another body."""


class WrongState(Conflict):
    """What is known of the order forbids it now; the message says what to do."""


class RiskRefused(AlgoTradeHubError):
    """A limit of ours forbids it; nothing was sent."""

    def __init__(self, limit: str, detail: str) -> None:
        super().__init__(f"{limit}: {detail}")
        self.limit = limit


class NotReady(AlgoTradeHubError):
    """Nothing new is accepted just now; nothing was sent."""

    category = ErrorCategory.RETRYABLE


class AuthenticationFailed(AlgoTradeHubError):
    """The API or the vault refused a credential."""

    category = ErrorCategory.FATAL


class StorageDamaged(AlgoTradeHubError):
    """Files cannot be trusted as they are; the message says where and what to do."""

    category = ErrorCategory.FATAL


class VenueError(AlgoTradeHubError):
    """Anything that went wrong between us and one venue."""

    category = ErrorCategory.EXCHANGE_ERROR

    def __init__(self, venue: VenueId, detail: str) -> None:
        super().__init__(f"{venue}: {detail}")
        self.venue = venue


class VenueRejected(VenueError):
    """The venue understood the request and refused it."""

    category = ErrorCategory.INVALID_REQUEST


class VenueUnavailable(VenueError):
    """The request certainly did not reach the venue."""

    category = ErrorCategory.RETRYABLE

    def __init__(self, venue: VenueId, detail: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(venue, detail)
        self.retry_after_s = retry_after_s


class RateLimited(VenueUnavailable):
    """The venue or our own limiter said: later."""

    category = ErrorCategory.RATE_LIMITED


class OutcomeUnknown(VenueError):
    """The request may have reached the venue and may be live."""


class ProtocolViolation(VenueError):
    """A message we cannot trust; the connection must be rebuilt."""


class CredentialRefused(VenueError):
    """The venue refused the key; after the second time in a row the account is halted."""

    category = ErrorCategory.FATAL
