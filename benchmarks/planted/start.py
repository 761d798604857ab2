"""The start: what is promised before everything read is on the disk."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "start",
        "promises are made on records that are not on the disk yet",
        "app/restoring.py",
        "    while journal.synced_seq < journal.seq and journal.refusing is None:\n",
        "    while False:\n",
    ),
)
