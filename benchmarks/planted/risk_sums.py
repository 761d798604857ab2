"""The exposure that limits are held against."""

from benchmarks.planted.bug import Bug

BUGS = (
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
)
