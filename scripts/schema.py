"""Everything that is made from the description of the API, written or compared: ``./run schema``.

    python -m scripts.schema [--check]

The types of the web terminal are made from the same description, where npm is.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from scripts import client_models, client_operations, openapi

CLIENT: Final = Path(__file__).resolve().parents[1] / "src" / "algotradehub" / "client"


def made() -> Mapping[Path, str]:
    """Each file, and what it holds by the program as it is now."""
    description = openapi.described()
    document = json.loads(description)
    models = client_models.Models(document)
    return {
        openapi.KEPT: description,
        CLIENT / "models.py": _formatted(models.answers()),
        CLIENT / "bodies.py": _formatted(models.bodies()),
        CLIENT / "operations.py": _formatted(client_operations.builders(models)),
        CLIENT / "methods.py": _formatted(client_operations.methods(models)),
    }


def old() -> list[str]:
    """The files that hold something else."""
    return [
        path.name for path, text in made().items() if not path.exists() or path.read_text() != text
    ]


def _formatted(code: str) -> str:
    """As ``./run fix`` leaves it, and without the names that it imports for nothing."""
    for task in (["check", "--fix-only", "--select", "F401"], ["format"]):
        command = [sys.executable, "-m", "ruff", *task, "--stdin-filename", "client.py", "-"]
        done = subprocess.run(command, input=code, capture_output=True, text=True, check=True)  # noqa: S603 - our own tool
        code = done.stdout
    return code


def main(arguments: list[str]) -> None:
    if "--check" in arguments:
        names = old()
        sys.exit(f"{', '.join(names)}: made from an older API, run ./run schema" if names else 0)
    for path, text in made().items():
        path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
