"""What became of each of many orders: the order, or the problem with it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import msgspec

from algotradehub.api.problems import Problem
from algotradehub.api.views.orders import OrderView, order_view
from algotradehub.domain.order import Order

_REF = "#/components/schemas/{}"


class OrderDone(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for is under way."""

    order: OrderView


class OrderFailed(msgspec.Struct, frozen=True, kw_only=True):
    """It is not, and why: what the request would have been answered alone."""

    problem: Annotated[
        Mapping[str, Any], msgspec.Meta(extra_json_schema={"$ref": _REF.format(Problem.__name__)})
    ]


OrderOutcome: TypeAlias = OrderDone | OrderFailed


class OrderOutcomes(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome for each order, in order; a failed one does not stop the others."""

    # Told apart by their only field, which is more than msgspec's description can say.
    results: Annotated[
        Sequence[Any],
        msgspec.Meta(
            extra_json_schema={
                "items": {
                    "anyOf": [
                        {"$ref": _REF.format(kind.__name__)} for kind in (OrderDone, OrderFailed)
                    ]
                }
            }
        ),
    ]


def outcome(told: Order | Problem) -> OrderOutcome:
    if isinstance(told, Problem):
        return OrderFailed(problem=msgspec.to_builtins(told))
    return OrderDone(order=order_view(told))
