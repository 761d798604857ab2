"""Halts and the kill switch."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "stop",
        "what was stored before a halt is sent after it",
        "trading/dispatch.py",
        '        if halt is not None:\n            return f"halted',
        '        if halt is not None and not send_before_ns:\n            return f"halted',
    ),
    Bug(
        "stop",
        "one empty list is a proof",
        "trading/kill_switch.py",
        "LOOKS: Final = 2",
        "LOOKS: Final = 1",
    ),
    Bug(
        "stop",
        "after a restart nobody goes on proving",
        "app/core.py",
        "                kill_switch.go_on(desk)\n",
        "",
    ),
)
