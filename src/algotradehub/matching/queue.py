"""How the queue before an order shortens while nobody trades: others withdraw from it.

A recording tells how much stands at a price, not who was first. What prints take comes off the
front; of what is withdrawn somebody has to say how much stood before us.
"""

from decimal import Decimal
from typing import Protocol

from algotradehub.domain.money import ZERO


class QueueModel(Protocol):
    def ahead(self, ahead: Decimal, *, standing: Decimal, withdrawn: Decimal) -> Decimal:
        """What stays before an order of ours.

        Args:
            ahead: Others' quantity before it; above 0, at most ``standing``.
            standing: Others' quantity at its price, before and behind it.
            withdrawn: How much of that was withdrawn; above 0, at most ``standing``.

        Returns:
            0 to ``ahead``. More than is left at the price counts as what is left.
        """
        ...


class CautiousQueue:
    """Whoever stands before us stays, as long as anybody else is left. The default."""

    def ahead(self, ahead: Decimal, *, standing: Decimal, withdrawn: Decimal) -> Decimal:
        return ahead


class PowerQueue:
    """Those behind us withdraw first, the more so the more of them there are.

    Of what is withdrawn, before^n / (before^n + behind^n) stood before us. With an exponent n of 1
    all are as likely to withdraw. hftbacktest calls this model PowerProbQueueModel
    (hftbacktest.readthedocs.io, "Order Fill").
    """

    def __init__(self, exponent: int) -> None:
        if not 1 <= exponent <= 8:  # noqa: PLR2004 - beyond that hardly anybody before us leaves
            raise ValueError(f"exponent must be 1 to 8, was {exponent}")
        self._exponent = exponent

    def ahead(self, ahead: Decimal, *, standing: Decimal, withdrawn: Decimal) -> Decimal:
        before, behind = ahead**self._exponent, (standing - ahead) ** self._exponent
        return max(ZERO, ahead - withdrawn * before / (before + behind))
