"""Joins batches of changes that wait to be stored: the newest value of each thing wins."""

from algotradehub.ports.store import Changes


def absorb(older: Changes, newer: Changes) -> None:
    """Make ``older`` say what both said, one after the other. ``newer`` is used up by it."""
    older.applied_seq = newer.applied_seq
    older.account_seqs.update(newer.account_seqs)
    older.records.extend(newer.records)
    older.orders.update(newer.orders)
    # Within one batch a dropped fill is gone, whatever else the batch says of it; a fill that
    # comes after it was dropped is there again.
    older.dropped_fills.difference_update(newer.fills)
    older.dropped_fills.update(newer.dropped_fills)
    older.fills.update(newer.fills)
    older.positions.update(newer.positions)
    older.position_changes.extend(newer.position_changes)
    older.balances.update(newer.balances)
    older.claims.extend(newer.claims)
    older.halts.update(newer.halts)
    older.pauses.update(newer.pauses)
    older.days.update(newer.days)
    older.instruments.update(newer.instruments)
