"""When "not seen" is "not there"."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "resolver",
        "one empty look-up proves absence",
        "trading/absence.py",
        "return tuple(proof) if len(proof) >= rule.look_ups else ()",
        "return tuple(proof)",
    ),
    Bug(
        "resolver",
        "look-ups count before the request has expired",
        "trading/absence.py",
        "if not whole or look.asked_ns < dead_ns:",
        "if not whole:",
    ),
    Bug(
        "resolver",
        "an unreadable look-up counts as an empty one",
        "trading/recovery.py",
        '                    self._doubt(order, f"look-up failed: {reason}")',
        "                    rule = self._desk.account.capabilities.absence\n"
        "                    look = Look(told.asked_ns, told.connections, rule.sources)\n"
        "                    self._not_seen(order, look, pursuit.looks)",
    ),
)
