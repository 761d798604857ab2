"""What is asked after a restart and after a connect."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "recovery",
        "a restart leaves unanswered orders as they were",
        "domain/order_rules.py",
        "    waiting = order.status is _PENDING\n",
        "    waiting = order.doubt is not None\n",
    ),
    Bug(
        "recovery",
        "after a restart unanswered orders are sent again",
        "trading/recovery.py",
        "                if order.wants_cancel:\n",
        "                if unproven(order) and not self._desk.refusing and not pursuit.looks:\n"
        "                    self._dispatch._release(self._desk, order)\n"
        "                if order.wants_cancel:\n",
    ),
    Bug(
        "recovery",
        "missed fills are not fetched after a connect",
        "trading/reconciliation.py",
        "            self._intake.receive(desk, execution)\n",
        "",
    ),
    Bug(
        "recovery",
        "an order missing from the list is taken for cancelled",
        "trading/reconciliation.py",
        "                self._intake.keep(desk, Doubted(order_id=order_id, what=_MISSING))\n",
        "                self._intake.observe(desk, order_id, OrderState("
        "client_order_id=order_id, venue_order_id=None, symbol=order.request.symbol, "
        "side=order.request.side, status=OrderStatus.CANCELLED, filled=order.filled, "
        "venue_time_ns=self._clock.now_ns()))\n",
    ),
)
