"""One example of every answer about orders that are stuck."""

from collections.abc import Iterator

import msgspec

from algotradehub.api.views.interventions import Intervention, Interventions, stuck_view
from algotradehub.api.views.orders import TimelineEntry
from algotradehub.domain.evidence import Unreadable
from algotradehub.domain.order import Decision, Doubt, Order, OrderStatus
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import LookedUp
from algotradehub.trading.reports import Looked
from algotradehub.trading.stuck import Action, Proposal, Question, StuckOrder


def stuck_examples(order: Order, *, at_ns: int) -> Iterator[msgspec.Struct]:
    """Answers about ``order``, as if nobody could tell what became of it."""
    answer = Unreadable(reason="HTTP 502")
    stuck = stuck_view(
        StuckOrder(
            order=msgspec.structs.replace(
                order,
                status=OrderStatus.UNKNOWN,
                doubt=Doubt(what="look-up failed: HTTP 502", since_ns=at_ns),
            ),
            question=Question(what="look-up failed: HTTP 502", since_ns=at_ns),
            looked=Looked(times=7, asked_ns=at_ns, answer=answer),
            absence_provable=False,
            actions=tuple(each for each in Action if each is not Action.APPROVE),
            proposal=Proposal(
                decision=Decision(
                    status=OrderStatus.CANCELLED,
                    filled=order.filled,
                    value=order.paid,
                    by="ann",
                    reason="the venue's page lists it as cancelled",
                ),
                expires_ns=at_ns,
                order=order,
            ),
        )
    )
    yield from (
        stuck,
        Interventions(stuck=[stuck]),
        Intervention(
            stuck=stuck,
            evidence=[
                TimelineEntry(
                    seq=815,
                    at_ns=at_ns,
                    account=order.request.account,
                    account_seq=99,
                    kind=Kind.EVENT,
                    after_s=0,
                    body=LookedUp(
                        order_id=order.order_id,
                        asked_ns=at_ns,
                        answer=answer,
                    ),
                )
            ],
            complete=True,
        ),
    )
