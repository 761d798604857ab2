"""Executions: each counts once, for its order."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "fills",
        "a repeated execution is counted again",
        "trading/state.py",
        "        return None if fills is None else fills.get(fill_id(order, execution))\n",
        "        return None\n",
    ),
    Bug(
        "fills",
        "executions are told apart by their id alone",
        "trading/state.py",
        "        fills = self.executions.get(order.order_id)\n"
        "        return None if fills is None else fills.get(fill_id(order, execution))\n",
        "        for fills in self.executions.values():\n"
        "            if execution.execution_id in fills:\n"
        "                return fills[execution.execution_id]\n"
        "        return None\n",
    ),
    Bug(
        "fills",
        "real executions are added to the provisional fill they replace",
        "domain/order_rules.py",
        "        covered = provisional - rest\n",
        "        covered, rest = ZERO, provisional\n",
    ),
    Bug(
        "fills",
        "events that wait for their order are never handed to it",
        "trading/orphans.py",
        "                taken += self._waiting.pop(key)\n",
        "                self._waiting.pop(key)\n",
    ),
)
