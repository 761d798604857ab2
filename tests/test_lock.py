"""The lock file: enough for the project, and the same on every machine."""

import re
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()


def test_it_satisfies_every_requirement() -> None:
    project = PYPROJECT["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = [Requirement(line) for lines in lists for line in lines]
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK, flags=re.MULTILINE))
    behind = [
        str(need)
        for need in wanted
        if not need.specifier.contains(locked.get(canonicalize_name(need.name), "0"))
    ]
    assert not behind, f"run ./run lock: {behind}"


def test_every_package_has_its_hashes() -> None:
    names = re.findall(r"^[a-z0-9._-]+==.*$", LOCK, flags=re.MULTILINE)
    hashed = re.findall(r"^[a-z0-9._-]+==.* \\\n    --hash=sha256:", LOCK, flags=re.MULTILINE)
    assert names
    assert len(hashed) == len(names)


def test_it_names_no_host_and_no_path() -> None:
    strange = re.findall(r"^.*(?://|@|file:|-index|-links).*$", LOCK, flags=re.MULTILINE)
    assert not strange


def test_the_dev_extra_is_the_dev_group() -> None:
    extra = PYPROJECT["project"]["optional-dependencies"]["dev"]
    assert extra == PYPROJECT["dependency-groups"]["dev"]
