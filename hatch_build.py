"""Puts the built pages of the terminal into the wheel, where they are or can be built."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

IN_THE_WHEEL = "algotradehub/_web"


class PagesHook(BuildHookInterface[Any]):
    """A wheel without pages is complete too: the server then says how to get them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        web = Path(self.root) / "web"
        if version == "editable" or not (web / "package.json").is_file():
            return
        built = web / "dist" / "index.html"
        npm = shutil.which("npm")
        if not built.is_file() and npm is not None:
            self.app.display_info("Building the pages of the terminal ...")
            for command in (["ci"], ["run", "build"]):
                subprocess.run([npm, *command], cwd=web, check=True)  # noqa: S603 - our own scripts
        if built.is_file():
            build_data["force_include"][str(built.parent)] = IN_THE_WHEEL
