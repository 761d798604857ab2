"""The garbage collector of a process that makes many small values and no cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Values are not tracked at all (gc=False: frozen, so no cycle can go through them). What is left
# grows slowly, so it is looked at rarely; the default of 700 costs an order several microseconds.
_THRESHOLDS = (50_000, 20, 20)


@contextmanager
def rare_collections() -> Iterator[None]:
    """What the start made stays and is not looked at again; the rest is looked at rarely."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
