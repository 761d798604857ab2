"""A failure inside a group of tasks, told as what it is."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_cause() -> Iterator[None]:
    """Take the group from around a failure that is the only one in it.

    For around a ``TaskGroup`` that the caller knows nothing of: an error that passes through is
    still caught by its own name. Only the outermost group is taken away, which is the task
    group's; one that the caller raised stays.

    Raises:
        BaseExceptionGroup: Several tasks failed.
    """
    try:
        yield
    except BaseExceptionGroup as failed:
        if len(failed.exceptions) > 1:
            raise
        error = failed.exceptions[0]
        raise error from error.__cause__
