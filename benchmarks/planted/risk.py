"""Limits of every scope, and pauses of venues."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "risk",
        "what was stored before a pause is sent after it",
        "trading/dispatch.py",
        '            if pause is not None:\n                return f"{pause.venue} was',
        "            if pause is not None and not send_before_ns:\n"
        '                return f"{pause.venue} was',
    ),
    Bug(
        "risk",
        "a pause is forgotten at a restart",
        "trading/standing.py",
        "for pause in pauses if pause.paused}",
        "for pause in pauses if not pause.paused}",
    ),
    Bug(
        "risk",
        "working orders do not count in the position that could be reached",
        "trading/risk/rule.py",
        "            self.worst = sums.position + sums.buying + added\n",
        "            self.worst = sums.position + added\n",
    ),
    Bug(
        "risk",
        "amendments have no pace",
        "trading/risk/engine.py",
        "            is_new=False,\n        )\n        _require(rules, asked)\n        if",
        "            is_new=False,\n        )\n        _require(rules, asked)\n        if not",
    ),
    Bug(
        "risk",
        "a loss that was too much is forgotten when it is won back",
        "trading/risk/losses.py",
        "        return loss is None or loss >= self.limit or self._hit_ns(asset) is not None\n",
        "        return loss is None or loss >= self.limit\n",
    ),
    Bug(
        "risk",
        "an amendment of a replaced order adds nothing",
        "trading/risk/engine.py",
        "        replacing = order.order_id if order.parts else order.replacing\n",
        "        replacing = order.replacing\n",
    ),
)
