"""Reconciliation: the venue's lists beside our books."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "reconcile",
        "one difference is enough to be believed",
        "trading/suspects.py",
        "            before = self._suspects.get(held)\n",
        "            before = _Suspect(amount, 0)\n",
    ),
    Bug(
        "reconcile",
        "a correction is posted the wrong way round",
        "domain/balance.py",
        "return _replace(posted(balance, amount, at_ns), suspense",
        "return _replace(posted(balance, -amount, at_ns), suspense",
    ),
    Bug(
        "reconcile",
        "nothing is compared after the connect",
        "trading/recovery.py",
        "        self._spawn(self._on_schedule())\n",
        "",
    ),
)
