"""What can come instead of an answer, by what the caller must do next.

ClientError
    NotAnAddress   the client was given no address
    Unanswered     no answer came; ``sent`` tells whether the request may have been executed
    Unreadable     an answer came that cannot be read: the request may have been executed
    ApiProblem     the platform refused, and says why and what to do
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from algotradehub.client.models import Problem

_NOT_TOLD: Final[Mapping[str, Any]] = {
    "type": "about:blank",
    "title": "the platform refused",
    "status": 500,
    "detail": "",
    "instance": "",
    "error_code": "unknown",
    "error_message": "",
    "error_type": "FATAL",
    "suggested_action": "",
    "retry_possible": False,
    "fallback_available": False,
}


class ClientError(Exception):
    """Of everything that a client raises."""


class NotAnAddress(ClientError, ValueError):
    """The client was given something else than scheme, host and port."""

    def __init__(self, url: str) -> None:
        super().__init__(f"an address is such as http://127.0.0.1:8080, not {url!r}")
        self.url = url


class Unanswered(ClientError):
    """No answer came. ``sent`` tells whether the request may have arrived all the same."""

    def __init__(self, url: str, reason: str, *, sent: bool) -> None:
        what = f"the answer of {url} was lost" if sent else f"{url} cannot be reached"
        super().__init__(f"{what} ({reason}): see that the platform runs")
        self.url = url
        self.reason = reason
        self.sent = sent


class Unreadable(ClientError):
    """What answered is not the platform, or one this client cannot read.

    The request arrived somewhere: it may have been executed.
    """

    def __init__(self, url: str, status: int, reason: str) -> None:
        super().__init__(reason)
        self.url = url
        self.status = status


class ApiProblem(ClientError):
    """The platform's own refusal (RFC 9457).

    Attributes:
        status: Of HTTP.
        document: The problem as it came, with what this client does not know.
        retry_after_s: When the same request may succeed, where the platform told it.
    """

    def __init__(
        self, document: Mapping[str, Any], status: int, retry_after_s: float | None = None
    ) -> None:
        self.document = document
        self.status = status
        self.retry_after_s = retry_after_s
        told = {**_NOT_TOLD, **document}
        super().__init__(" ".join(f"{told['title']}: {told['detail']}".split()))

    @property
    def problem(self) -> Problem:
        """All of it, typed; what was not told is empty."""
        # Here, because most programs never come here and the values take a while to import.
        from algotradehub.client.models import Problem  # noqa: PLC0415 - see above

        told = {**_NOT_TOLD, "status": self.status, **self.document}
        try:
            return msgspec.convert(told, Problem)
        except msgspec.ValidationError:  # it is not the platform that answers so
            return msgspec.convert({**_NOT_TOLD, "status": self.status}, Problem)

    @property
    def error_code(self) -> str:
        """What went wrong, as a word for programs, such as ``risk_refused``."""
        return self.problem.error_code

    @property
    def suggested_action(self) -> str:
        """What to do next, for people."""
        return self.problem.suggested_action

    @property
    def retry_possible(self) -> bool:
        """Whether the same request, unchanged, may succeed later."""
        return self.problem.retry_possible

    @property
    def order_id(self) -> str | None:
        """The order that it is about."""
        return self.problem.order_id
