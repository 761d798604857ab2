"""Opens a page in the browser of whoever sits at this machine."""

import os
import subprocess
import sys
import webbrowser
from collections.abc import Mapping


def open_page(address: str) -> bool:
    """Open ``address`` where somebody would see it, and wait for nothing.

    Returns:
        Whether a browser was asked to. What becomes of it is for the person to see.
    """
    if not is_seen(os.environ, is_terminal=sys.stdout.isatty(), system=sys.platform):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    # A process of its own: some browsers are waited for, and most write to the terminal.
    subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "webbrowser", address],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return True


def is_seen(environment: Mapping[str, str], *, is_terminal: bool, system: str) -> bool:
    """Whether a person is at a terminal of this machine that has a display, and no robot."""
    if not is_terminal or environment.get("CI"):
        return False
    if system in {"darwin", "win32"}:
        return "SSH_CONNECTION" not in environment
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
