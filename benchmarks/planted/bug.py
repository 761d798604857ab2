"""A planted bug: one place of the source, changed the way a tired colleague might."""

import msgspec


class Bug(msgspec.Struct, frozen=True):
    """``before`` stands exactly once in ``file``; ``after`` takes its place."""

    where: str  # its group, as the table shows it
    what: str
    file: str  # below src/algotradehub
    before: str
    after: str
