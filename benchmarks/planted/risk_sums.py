"""The exposure that limits are held against."""

from benchmarks.planted.bug import Bug

BUGS = (
    Bug(
        "risk sums",
        "an UNKNOWN order counts as no exposure",
        "domain/exposure.py",
        "    if order.status in FINAL_STATUSES and not order.lacks_fills:\n",
        '    if order.status == "UNKNOWN" or order.status in FINAL_STATUSES:\n',
    ),
    Bug(
        "risk sums",
        "a cancel frees the exposure before the venue confirms it",
        "domain/exposure.py",
        "    if order.status in FINAL_STATUSES and not order.lacks_fills:\n",
        "    if order.cancel_pending or order.status in FINAL_STATUSES:\n",
    ),
    Bug(
        "risk sums",
        "a pending amendment counts with its new quantity only",
        "domain/exposure.py",
        "total = max(total, amendment.quantity)",
        "total = amendment.quantity",
    ),
    Bug(
        "risk sums",
        "what ended counts as nothing, booked or not",
        "domain/exposure.py",
        "    if order.status in FINAL_STATUSES and not order.lacks_fills:\n",
        "    if order.status in FINAL_STATUSES:\n",
    ),
)
