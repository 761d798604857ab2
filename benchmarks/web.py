"""The page of the terminal under a market in a hurry, in a real browser.

    python -m benchmarks.web [--seconds 20]

The measuring is the page's own: ``npm run bench`` in ``web/``, with the arguments given here.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

WEB: Final = Path(__file__).parent.parent / "web"


def main(arguments: list[str]) -> int:
    npm = shutil.which("npm")
    if npm is None:
        print("The page is measured with npm, which is not installed.", file=sys.stderr)
        return 1
    if not (WEB / "dist").is_dir():
        print("The page is not built yet: ./run web build", file=sys.stderr)
        return 1
    command = [npm, "run", "--silent", "bench", "--", *arguments]
    return subprocess.run(command, cwd=WEB, check=False).returncode  # noqa: S603 - our own program


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
