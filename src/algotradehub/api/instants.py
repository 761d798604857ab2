"""Instants at the HTTP edge: nanoseconds inside, ISO 8601 in UTC outside, exact both ways."""

import re
from datetime import UTC, datetime, timedelta

_NS = 1_000_000_000
_AFTER_THE_LAST_NS = 2**63  # in the year 2262; what journal and projection can hold
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHAPE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_LONGEST = len("2027-01-15T08:00:00.000000000Z")

RULE = "UTC in ISO 8601, such as 2027-01-15T08:00:00Z, at most 9 decimals, from 1970 to 2261"


class NotAnInstant(ValueError):
    """The text names no instant; ``RULE`` says what would."""


def parse(text: object) -> int:
    """Return nanoseconds since the Unix epoch.

    Raises:
        NotAnInstant: It is not of the form that ``RULE`` describes.
    """
    match = _SHAPE.fullmatch(text) if isinstance(text, str) and len(text) <= _LONGEST else None
    if match is None:
        raise NotAnInstant(RULE)
    try:
        whole = datetime.fromisoformat(f"{match[1]}+00:00")
    except ValueError:
        raise NotAnInstant(RULE) from None
    at_ns = (whole - _EPOCH) // timedelta(seconds=1) * _NS + int((match[2] or "0").ljust(9, "0"))
    if not 0 <= at_ns < _AFTER_THE_LAST_NS:
        raise NotAnInstant(RULE)
    return at_ns


def text(at_ns: int) -> str | None:
    """Write an instant with all nine decimals, so that text sorts as time does.

    None for what names no instant here: 0, which means "not yet", and a venue's nonsense.
    """
    if not 0 < at_ns < _AFTER_THE_LAST_NS:
        return None
    seconds, rest_ns = divmod(at_ns, _NS)
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}.{rest_ns:09d}Z"
