"""Keys: one request, one order, for ever."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "idempotency",
        "keys are forgotten at a restart",
        "trading/state.py",
        "        self.claims.setdefault(request.tenant, {})[request.idempotency_key] = ",
        "        keys = self.claims.setdefault(request.tenant, {}) if record.seq >= 12 else {}\n"
        "        keys[request.idempotency_key] = ",
    ),
    Bug(
        "idempotency",
        "a repeated request is answered before its intent is durable",
        "trading/dispatch.py",
        "            storing.durable.append(durable)\n",
        "            durable(order)\n",
    ),
)
