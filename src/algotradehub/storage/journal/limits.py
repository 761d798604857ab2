"""How large the journal's files and its memory may grow."""

import msgspec

OVERSIZE = 8


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes, in bytes.

    A segment is left for the next one when it has reached ``segment_bytes`` and all of it is
    synced. While not one sync finds it quiet it grows on, up to ``OVERSIZE`` times; then new orders
    are refused for the length of a sync.
    """

    segment_bytes: int = 64 << 20
    held_bytes: int = 64 << 20  # records in memory, because the disk fails or does not keep up
