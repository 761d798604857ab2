"""The dead man's switch."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "dead man",
        "it is refreshed although nothing can be written",
        "trading/dead_man.py",
        "        if refusal is not None:\n",
        "        if refusal is not None and not self._fires_ns:\n",
    ),
    Bug(
        "dead man",
        "it is refreshed although the venue is not heard",
        "trading/dead_man.py",
        "        if not self._desk.connected:\n",
        "        if not self._desk.connected and not self._fires_ns:\n",
    ),
    Bug(
        "dead man",
        "it is refreshed when it has fired",
        "trading/dead_man.py",
        "_REFRESHES: Final = 3",
        "_REFRESHES: Final = 1",
    ),
    Bug(
        "dead man",
        "an answer that does not come ends the refreshing",
        "trading/dead_man.py",
        "_REFUSED_EVERY_S if is_refused else timeout_s / _TRIES\n",
        "_REFUSED_EVERY_S if is_refused else timeout_s * _TRIES\n",
    ),
    Bug(
        "dead man",
        "an orderly end forgets to call it off",
        "trading/dead_man.py",
        "        self._ended = True\n",
        "        self._ended = True\n        return\n",
    ),
)
