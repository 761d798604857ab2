"""Planted bugs: each is put into a copy of the program, and the simulation must find it.

A simulation that has never failed proves nothing. Every entry changes one place of the source, the
way a tired colleague might; the table tells how many seeds passed before the first one failed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.bug import Bug
from benchmarks.emulation_bugs import EMULATION_BUGS

SOURCE = Path(__file__).resolve().parent.parent / "src" / "algotradehub"
SEEDS = 20_000


BUGS = (
    Bug(
        "journal",
        "a new segment begins before the old one is on the disk",
        "storage/journal/journal.py",
        " and seq == self._batch.seq:",
        ":",
    ),
    Bug(
        "journal",
        "callers are told durable when the record is only written",
        "storage/journal/journal.py",
        "while self._waiters and self._waiters[0][0] <= self._synced_seq:",
        "while self._waiters and self._waiters[0][0] <= self._batch.stored_seq:",
    ),
    Bug(
        "journal",
        "after a failed write the torn record stays",
        "storage/journal/open_segment.py",
        "        if self._file.size != self.size:\n            self._file.truncate(self.size)\n",
        "",
    ),
    Bug(
        "projection",
        "it is fed before the journal is synced",
        "app/projector.py",
        "if self._held is not None and self._journal.synced_seq >= self._held.applied_seq:",
        "if self._held is not None:",
    ),
    Bug(
        "start",
        "promises are made on records that are not on the disk yet",
        "app/restoring.py",
        "    while journal.synced_seq < journal.seq and journal.refusing is None:\n",
        "    while False:\n",
    ),
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
        "    return Step(_contradicted(order, at_ns) if surpassed else order, effect)\n",
        "    if order.remaining <= 0 and not order.is_final:\n"
        "        order = _moved(order, Word.FILLED)\n"
        "    return Step(_contradicted(order, at_ns) if surpassed else order, effect)\n",
    ),
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
        "not order.part.is_final or order.lacks_fills:",
        "not order.part.is_final:",
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
        "    order = _replace(order, replacing=None, amend_pending=None)\n"
        "    if not was_replacing:",
        "    if not was_replacing:",
    ),
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
    Bug(
        "stop",
        "what was stored before a halt is sent after it",
        "trading/dispatch.py",
        '        if halt is not None:\n            return f"halted',
        '        if halt is not None and not send_before_ns:\n            return f"halted',
    ),
    Bug(
        "stop",
        "one empty list is a proof",
        "trading/kill_switch.py",
        "LOOKS: Final = 2",
        "LOOKS: Final = 1",
    ),
    Bug(
        "stop",
        "after a restart nobody goes on proving",
        "app/core.py",
        "                kill_switch.go_on(desk)\n",
        "",
    ),
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
        "                if unproven(order) and not self._desk.refusing and not looks:\n"
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
    Bug(
        "resolver",
        "one empty look-up proves absence",
        "trading/absence.py",
        "return tuple(proof) if len(proof) >= rule.look_ups else ()",
        "return tuple(proof)",
    ),
    Bug(
        "resolver",
        "look-ups count before the request has expired",
        "trading/absence.py",
        "if not whole or look.asked_ns < dead_ns:",
        "if not whole:",
    ),
    Bug(
        "resolver",
        "an unreadable look-up counts as an empty one",
        "trading/recovery.py",
        '                self._doubt(order, f"look-up failed: {answer.reason}")',
        "                rule = self._desk.account.capabilities.absence\n"
        "                look = Look(asked_ns, connections, rule.sources)\n"
        "                self._not_seen(order, look, looks)",
    ),
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
    Bug(
        "risk sums",
        "an UNKNOWN order counts as no exposure",
        "domain/exposure.py",
        "    if order.status in FINAL_STATUSES:\n        return ZERO\n    if order.parts",
        '    if order.status in FINAL_STATUSES or order.status == "UNKNOWN":\n'
        "        return ZERO\n    if order.parts",
    ),
    Bug(
        "risk sums",
        "a cancel frees the exposure before the venue confirms it",
        "domain/exposure.py",
        "    if order.status in FINAL_STATUSES:\n        return ZERO\n    if order.parts",
        "    if order.status in FINAL_STATUSES or order.cancel_pending:\n"
        "        return ZERO\n    if order.parts",
    ),
    Bug(
        "risk sums",
        "a pending amendment counts with its new quantity only",
        "domain/exposure.py",
        "total = max(total, amendment.quantity)",
        "total = amendment.quantity",
    ),
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
    *EMULATION_BUGS,
)


def seeds_to_find(bug: Bug, folder: Path, *, seeds: int, jobs: int) -> tuple[int | None, str]:
    """Run the simulation over a copy with the bug in it.

    Returns:
        The first failing seed (None: not found), and how it failed.
    """
    target = folder / "algotradehub"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(SOURCE, target, ignore=shutil.ignore_patterns("__pycache__"))
    changed = target / bug.file
    text = changed.read_text()
    if text.count(bug.before) != 1:
        raise SystemExit(f"{bug.file}: the place of {bug.what!r} has changed; mend the entry")
    changed.write_text(text.replace(bug.before, bug.after))
    command = ["simulate", "--seed", "1", "--seeds", str(seeds), "--jobs", str(jobs), "--no-shrink"]
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "algotradehub", *command],
        env=os.environ | {"PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"seed (\d+) failed: (.*)", ran.stdout)
    if found is None:
        return None, (ran.stdout + ran.stderr)[-300:]
    return int(found[1]), found[2][:60]


def main(arguments: list[str]) -> int:
    """Print the table; the exit code tells whether every bug was found."""
    parser = argparse.ArgumentParser(prog="bench planted", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="")
    options = parser.parse_args(arguments)
    missed = 0
    print(f"{'where':12} {'seeds':>7}  {'failed as':40} bug")
    with tempfile.TemporaryDirectory() as folder:
        for bug in BUGS:
            if options.only not in f"{bug.where} {bug.what}":
                continue
            seed, how = seeds_to_find(bug, Path(folder), seeds=options.seeds, jobs=options.jobs)
            missed += seed is None
            shown = "never" if seed is None else str(seed)
            print(f"{bug.where:12} {shown:>7}  {how[:40]:40} {bug.what}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
