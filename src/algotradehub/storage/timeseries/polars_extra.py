"""Polars is an extra: what needs it imports it late, and says how to install it."""

from collections.abc import Iterator
from contextlib import contextmanager

from algotradehub.domain.errors import Unsupported


@contextmanager
def polars_needed(purpose: str) -> Iterator[None]:
    """Wrap an import that may miss polars.

    Raises:
        Unsupported: Polars is not installed; the text says what to run.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "polars":
            raise
        raise Unsupported(
            f'{purpose} needs the data extra; run: pip install "algotradehub[data]"'
        ) from error
