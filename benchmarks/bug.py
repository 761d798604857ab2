"""A planted bug, see ``planted``."""

import msgspec


class Bug(msgspec.Struct, frozen=True):
    """``before`` stands exactly once in ``file``; ``after`` takes its place."""

    where: str
    what: str
    file: str
    before: str
    after: str
