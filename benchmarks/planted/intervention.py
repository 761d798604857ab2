"""Decisions of people about orders that no venue can tell of."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "intervention",
        "a decision stands against the venue's word",
        "domain/decisions.py",
        "        if _contradicts(order, decision, evidence, after):\n",
        "        if after.filled > decision.filled:\n",
    ),
    Bug(
        "intervention",
        "executions are added to what a person told",
        "domain/decisions.py",
        "            left = decision.filled - (after.filled - after.provisional)\n",
        "            left = order.provisional\n",
    ),
    Bug(
        "intervention",
        "a contradiction leaves what the person told",
        "domain/decisions.py",
        "    kept = min(order.provisional, claimed)\n",
        "    kept = order.provisional\n",
    ),
    Bug(
        "intervention",
        "after a decision the venue is asked no more",
        "trading/intake.py",
        " or order.doubt is not None or order.decision is not None:",
        " or order.doubt is not None:",
    ),
    Bug(
        "intervention",
        "one person is enough where two are asked for",
        "trading/intervention.py",
        "        if not self._approvals.second_approver:\n",
        "        if told.reason:\n",
    ),
    Bug(
        "intervention",
        "whoever proposes approves",
        "trading/intervention.py",
        "decision = msgspec.structs.replace(proposal.decision, approved_by=by)",
        "decision = msgspec.structs.replace(proposal.decision, approved_by=proposal.decision.by)",
    ),
)
