"""Halts and the kill switch."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "stop",
        "what was stored before a halt is sent after it",
        "trading/dispatch.py",
        '        if halt is not None and permit is None:\n            return f"halted',
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
    Bug(
        "stop",
        "an order that closes a position does not undo the proof",
        "trading/standing.py",
        "changes.halts[account] = _replace(halt, looked_ns=())",
        "changes.halts[account] = halt",
    ),
    Bug(
        "stop",
        "a stop cancels what closes positions, too",
        "trading/dispatch.py",
        "[each for each in every if permitted or self._state.orders[each].permit is None]",
        "list(every)",
    ),
    Bug(
        "stop",
        "more is sold than is held",
        "trading/flattening.py",
        "min(closing.left, balance.available - ",
        "max(closing.left, balance.available - ",
    ),
)
