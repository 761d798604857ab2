"""Orders that wait here for their price, because their venue lacks them."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "emulation",
        "a restart forgets how far a trail has come",
        "domain/emulation_rules.py",
        '    return unguarded(order, since_ns, "this program was not running")\n',
        "    emulated = order.emulated\n"
        "    order = _replace(order, emulated=_replace(emulated, best=None))\n"
        '    return unguarded(order, since_ns, "this program was not running")\n',
    ),
    Bug(
        "emulation",
        "what was crossed while nobody watched fires, whatever was chosen",
        "trading/guard.py",
        "            if order.emulated.fires_late:\n",
        "            if not order.emulated.missed_ns:\n",
    ),
    Bug(
        "emulation",
        "the time in which the program was down is not counted",
        "domain/emulation_rules.py",
        "    since_ns = min(last_ns or at_ns, at_ns) - _CLOCK_ERROR_NS\n",
        "    since_ns = at_ns\n",
    ),
    Bug(
        "emulation",
        "what waits for its price counts as no exposure",
        "domain/exposure.py",
        "    if order.status in FINAL_STATUSES and not order.lacks_fills:\n",
        "    if order.is_waiting or order.status in FINAL_STATUSES:\n",
    ),
    Bug(
        "emulation",
        "triggers fire although the account may not send",
        "trading/guard.py",
        "        if not self._all_is_well():\n            return\n        if not watched.guarded",
        "        self._all_is_well()\n        if not watched.guarded",
    ),
    Bug(
        "emulation",
        "a firing is sent before it is durable",
        "trading/dispatch.py",
        "        self._store(desk, fired, lambda stored: "
        "self._leg_stored(desk, fired, stored=stored))\n",
        "        self._recorder.append(desk.account_id, fired)\n"
        "        self._leg_stored(desk, fired, stored=True)\n",
    ),
    Bug(
        "emulation",
        "after a restart nobody remembers when an order expires",
        "trading/guard.py",
        "                continue\n            self._note_expiry(order)\n",
        "                continue\n",
    ),
    Bug(
        "emulation",
        "a cancel of what waits is not kept",
        "trading/guard.py",
        "        self._recorder.keep(self._desk.account_id, disarmed)\n",
        "        from algotradehub.domain import order_fold\n"
        "        after = order_fold.recorded(order, disarmed, 0).order\n"
        "        self._state.orders[order.order_id] = after\n",
    ),
    Bug(
        "emulation",
        "a trigger forgets its firing when the order is looked at again",
        "domain/emulation_rules.py",
        "_guarded(emulated, fired_ns), waiting=False,",
        "_guarded(emulated, fired_ns), waiting=True,",
    ),
)
