"""Import time and memory of what a live process needs (G14).

python -m benchmarks.startup [ROUNDS]
"""

import subprocess
import sys
from statistics import median

import msgspec

PROGRAM = """
import json, resource, sys, time
def mib():
    if sys.platform == "linux":
        # Not the peak: that of the process it was started from counts in it.
        with open("/proc/self/statm") as told:
            return int(told.read().split()[1]) * resource.getpagesize() / (1 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
before, cpu_s, wall_s = mib(), time.process_time(), time.perf_counter()
for name in sys.argv[1].split(","):
    __import__(name)
print(json.dumps({
    "wall_s": time.perf_counter() - wall_s,
    "cpu_s": time.process_time() - cpu_s,
    "mib": mib() - before,
}))
"""
CORE = "algotradehub.app.embedded,algotradehub.venues.paper.account"
TRADING = "core, paper venue"
PARTS = {
    TRADING: CORE,
    "with the HTTP API": f"{CORE},algotradehub.app.server,httptools",
    "command line": "algotradehub.cli.main",
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    wall_s: float
    cpu_s: float  # equal to ``wall_s`` on a machine that has nothing else to do
    mib: float  # added to that of the bare interpreter


def run(rounds: int = 5) -> dict[str, Row]:
    """Each part's cost: median over fresh processes with a warm cache."""
    figures = {}
    for name, modules in PARTS.items():
        rows = [_import(modules) for _ in range(rounds)]
        figures[name] = Row(
            wall_s=median(row.wall_s for row in rows),
            cpu_s=median(row.cpu_s for row in rows),
            mib=median(row.mib for row in rows),
        )
    return figures


def _import(modules: str) -> Row:
    command = [sys.executable, "-c", PROGRAM, modules]
    ran = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program
    return msgspec.json.decode(ran.stdout, type=Row)


def main(arguments: list[str]) -> None:
    print(f"{'start-up (warm cache)':24} {'wall s':>8} {'CPU s':>8} {'+MiB':>6}")
    for name, row in run(int(arguments[0]) if arguments else 5).items():
        print(f"{name:24} {row.wall_s:8.3f} {row.cpu_s:8.3f} {row.mib:6.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
