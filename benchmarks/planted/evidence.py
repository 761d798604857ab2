"""What a word of the venue makes of an order."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "evidence",
        "a lost answer counts as a refusal",
        "domain/order_table.py",
        "Word.LOST: _S.UNKNOWN,",
        "Word.LOST: _S.REJECTED,",
    ),
    Bug(
        "evidence",
        "a live word from before the amendment brings the old size back",
        "domain/order_rules.py",
        "    if state.venue_time_ns < order.amended_ns and state.status not in FINAL_STATUSES:\n"
        "        return order\n",
        "",
    ),
    Bug(
        "evidence",
        "FILLED by arithmetic, not by the venue's word",
        "domain/order_rules.py",
        "    return Step(contradicted(order, at_ns) if surpassed else order, effect)\n",
        "    if order.remaining <= 0 and not order.is_final:\n"
        "        order = _moved(order, Word.FILLED)\n"
        "    return Step(contradicted(order, at_ns) if surpassed else order, effect)\n",
    ),
)
