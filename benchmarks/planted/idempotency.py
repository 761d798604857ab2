"""Keys: one request, one order, for ever."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "idempotency",
        "keys are forgotten at a restart",
        "trading/state.py",
        "            self.claims.setdefault(claim.tenant, {})[claim.key] = claim.order_id\n",
        "            self.claims.setdefault(claim.tenant, {})\n",
    ),
    Bug(
        "idempotency",
        "a repeated request is answered before its intent is durable",
        "trading/dispatch.py",
        "            storing.durable.append(durable)\n",
        "            durable(order)\n",
    ),
)
