"""``./run bench``: one table of everything quick; ``./run bench NAME [ARGUMENTS]``: one program."""

import sys
from collections.abc import Callable
from typing import Final

from benchmarks import (
    api,
    first_minute,
    journal,
    matching,
    mutants,
    order_path,
    overview,
    restart,
    simulation,
    startup,
    stop,
    stream,
    web,
)
from benchmarks.planted import program as planted

PROGRAMS: Final[dict[str, Callable[[list[str]], int | None]]] = {
    "api": api.main,
    "first_minute": first_minute.main,
    "journal": journal.main,
    "matching": matching.main,
    "mutants": mutants.main,
    "order_path": order_path.main,
    "planted": planted.main,
    "restart": restart.main,
    "simulation": simulation.main,
    "startup": startup.main,
    "stop": stop.main,
    "stream": stream.main,
    "web": web.main,
}


def main(arguments: list[str]) -> int | None:
    """Run what is asked for and return its exit code."""
    if not arguments:
        overview.main()
        return None
    name, *others = arguments
    if name not in PROGRAMS:
        print(f"{name} is none of: {', '.join(PROGRAMS)}", file=sys.stderr)
        return 2
    return PROGRAMS[name](others)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
