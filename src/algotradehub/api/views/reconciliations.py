"""Comparisons of books and venue as callers see them."""

from collections.abc import Sequence

import msgspec

from algotradehub.trading.reports import Reconciliation


class Reconciliations(msgspec.Struct, frozen=True, kw_only=True):
    """The last comparisons of an account, newest first; of this process, at most 100."""

    reconciliations: Sequence[Reconciliation]
