"""Orders of several legs: the next one is sent once the last is dead."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "legs",
        "a leg is replaced for all that was wanted, not for what is left",
        "trading/replacing.py",
        "amount=BaseAmount(whole - order.filled),",
        "amount=BaseAmount(whole),",
    ),
    Bug(
        "legs",
        "a leg is replaced before it is known what it had filled",
        "trading/replacing.py",
        "order.replacing is None or order.lacks_fills or ",
        "order.replacing is None or ",
    ),
    Bug(
        "legs",
        "a leg is replaced while it rests",
        "trading/intake.py",
        "        if order.replacing is not None and order.part.is_final:\n",
        "        if order.replacing is not None:\n"
        "            import msgspec\n"
        "            ended = msgspec.structs.replace(order.part, status=OrderStatus.CANCELLED)\n"
        "            parts = (*order.parts[:-1], ended)\n"
        "            lied = msgspec.structs.replace(order, parts=parts)\n"
        "            self._state.orders[order.order_id] = lied\n",
    ),
    Bug(
        "legs",
        "what is told of a leg is taken for the last one's",
        "domain/fill.py",
        "            return index\n        if venue_order_id",
        "            return len(legs) - 1\n        if venue_order_id",
    ),
    Bug(
        "legs",
        "executions of two legs with the same id count once",
        "domain/fill.py",
        'return ExecutionId(f"{index + 1}:{execution.execution_id}") if index else '
        "execution.execution_id",
        "return execution.execution_id",
    ),
    Bug(
        "legs",
        "an order that is wanted cancelled is replaced all the same",
        "domain/legs.py",
        "if last.status is _CANCELLED and not order.cancel_pending:",
        "if last.status is _CANCELLED:",
    ),
    Bug(
        "legs",
        "after a restart an unanswered leg stays as it was",
        "domain/legs.py",
        "parts = tuple(order_rules.restarted(part, at_ns) for part in order.parts)",
        "parts = order.parts",
    ),
    Bug(
        "legs",
        "after a restart the leg that was to follow is sent",
        "domain/legs.py",
        "    order = _settled(order)\n    if not was_replacing:",
        "    if not was_replacing:",
    ),
)
