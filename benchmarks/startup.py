"""Import time and memory of what a live process needs (G14)."""

import json
import subprocess
import sys
from statistics import median

PROGRAM = """
import json, resource, sys, time
UNIT = 1024 if sys.platform == "linux" else 1 << 20
def rss():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT
before, began = rss(), time.perf_counter()
for name in sys.argv[1].split(","):
    __import__(name)
print(json.dumps({"s": time.perf_counter() - began, "mib": rss() - before}))
"""
CORE = "algotradehub.app.embedded,algotradehub.venues.paper.account"
PARTS = {
    "trading process (core, paper venue)": CORE,
    "the same with the HTTP API": f"{CORE},algotradehub.api.app,uvicorn,httptools",
    "command line (order list)": "algotradehub.cli.main",
}


def run(rounds: int = 5) -> dict[str, tuple[float, float]]:
    """Seconds and MiB of each part: median over fresh processes with a warm cache."""
    figures = {}
    for name, modules in PARTS.items():
        rows = []
        for _ in range(rounds):
            command = [sys.executable, "-c", PROGRAM, modules]
            ran = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own program
            rows.append(json.loads(ran.stdout))
        figures[name] = (median(row["s"] for row in rows), median(row["mib"] for row in rows))
    return figures


def main(arguments: list[str]) -> None:
    print(f"{'start-up (warm cache)':38} {'import s':>9} {'+MiB':>6}")
    for name, (seconds, mib) in run(int(arguments[0]) if arguments else 5).items():
        print(f"{name:38} {seconds:9.3f} {mib:6.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
