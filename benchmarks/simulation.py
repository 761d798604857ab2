"""How many seeds of the deterministic simulation one core gets through in a second.

python -m benchmarks.simulation [SEEDS]
"""

import os
import subprocess
import sys
import time

from algotradehub.simulation.campaign import run_seeds

SEEDS = 200


def run(seeds: int = SEEDS) -> float:
    """Seeds per second of CPU, in a process of its own: the order of sets is that of a seed."""
    command = [sys.executable, "-m", "benchmarks.simulation", "--here", str(seeds)]
    ran = subprocess.run(  # noqa: S603 - ourselves
        command, env=os.environ | {"PYTHONHASHSEED": "0"}, check=True, stdout=subprocess.PIPE
    )
    return float(ran.stdout)


def measure(seeds: int) -> float:
    began_s = time.process_time()
    failure = run_seeds(list(range(1, seeds + 1)))[-1].failure
    assert failure is None, f"{failure}; ./run simulate tells the whole story"
    return seeds / (time.process_time() - began_s)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["--here", seeds]:
            print(measure(int(seeds)))
        case _:
            seeds_s = run(int(arguments[0]) if arguments else SEEDS)
            print(f"simulation: {seeds_s:.0f} seeds/s on one core")


if __name__ == "__main__":
    main(sys.argv[1:])
