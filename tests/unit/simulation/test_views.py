"""The judge of the views tells what the store tells, and finds where they differ."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.conformance.store_samples import order_id, order_of, record_of
from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import Acknowledged, CommandKind, Lost, NotSent, Refused
from algotradehub.domain.order import Amendment, OrderStatus
from algotradehub.domain.records import (
    AmendAsked,
    Body,
    CancelAsked,
    HaltSet,
    Intent,
    LegAdded,
    Observed,
    Record,
    Requested,
    Responded,
)
from algotradehub.ports.audit import OperationFilter
from algotradehub.ports.store import Changes
from algotradehub.simulation.verdict import Broken
from algotradehub.simulation.views import check_views, performed
from algotradehub.simulation.world import World
from algotradehub.storage.sqlite import operations
from algotradehub.storage.sqlite.store import SqliteStore
from tests.unit.simulation.worlds import BUSY, EVERYTHING_FAILS, scenario

pytestmark = pytest.mark.design_property(9)

PLACED = order_of(1, status=OrderStatus.PENDING)
ID, LEG = PLACED.order_id, order_id(9)
ORDER = msgspec.structs.replace(
    PLACED, legs=(*PLACED.legs, msgspec.structs.replace(PLACED.legs[0], client_order_id=LEG))
)
_ALL = OperationFilter(limit=1_000)
_KINDS = (Operation.ORDER_SUBMIT, Operation.ORDER_CANCEL, Operation.ORDER_QUERY)

wishes: st.SearchStrategy[Body] = st.sampled_from(
    (
        Intent(order=PLACED),
        LegAdded(order_id=ID, request=PLACED.request, send_before_ns=1),
        CancelAsked(order_id=ID),
        AmendAsked(order_id=ID, amendment=Amendment(), send_before_ns=1),
        HaltSet(halted=True, reason="enough", by="ann"),
    )
)
requests: st.SearchStrategy[Body] = st.builds(
    Requested,
    request_id=st.integers(1, 3),
    operation=st.sampled_from(_KINDS),
    client_order_id=st.sampled_from((ID, LEG, order_id(5), None)),
    body=st.just(b"ask"),
)
responses: st.SearchStrategy[Body] = st.builds(
    Responded,
    request_id=st.integers(1, 3),
    operation=st.sampled_from(_KINDS),
    client_order_id=st.none(),
    body=st.just(b"told"),
    category=st.sampled_from((None, ErrorCategory.FATAL)),
    error=st.sampled_from(("", "no")),
)
commands = st.sampled_from((CommandKind.PLACE, CommandKind.CANCEL, CommandKind.AMEND))
outcomes: st.SearchStrategy[Body] = st.builds(
    Observed,
    order_id=st.just(ID),
    evidence=st.one_of(
        st.builds(Acknowledged, command=commands, client_order_id=st.just(ID)),
        st.builds(NotSent, command=commands, client_order_id=st.just(ID), reason=st.just("late")),
        st.builds(Lost, command=commands, client_order_id=st.just(LEG), reason=st.just("timeout")),
        st.builds(
            Refused,
            command=commands,
            client_order_id=st.just(ID),
            code=st.just("7"),
            reason=st.just("too small"),
            category=st.just(ErrorCategory.INVALID_REQUEST),
        ),
    ),
)
histories = st.lists(st.one_of(wishes, requests, responses, outcomes), max_size=25)


def recorded(bodies: Sequence[Body]) -> list[Record]:
    return [
        msgspec.structs.replace(record_of(seq, body), at_ns=seq * 1_000)
        for seq, body in enumerate(bodies, 1)
    ]


def stored(records: Sequence[Record], *, at_once: int) -> SqliteStore:
    """A store that was fed with so many of them at a time."""
    store = SqliteStore()
    store.apply(Changes(applied_seq=0, orders={ID: (ORDER, 1)}))
    for start in range(0, len(records), at_once):
        batch = list(records[start : start + at_once])
        store.apply(Changes(applied_seq=batch[-1].seq, records=batch))
    return store


@given(histories, st.integers(1, 5))
def test_it_tells_what_the_store_tells(bodies: list[Body], at_once: int) -> None:
    records = recorded(bodies)
    with closing(stored(records, at_once=at_once)) as store:
        assert performed(records, [ORDER]) == store.operations(_ALL)
        check_views(records, [ORDER], store)


def test_an_operation_too_few_and_an_action_too_few_are_found() -> None:
    records = recorded([Intent(order=PLACED), HaltSet(halted=True, reason="enough", by="ann")])
    for missing, told in ((0, "operations differ"), (1, "actions differ")):
        kept = [record for index, record in enumerate(records) if index != missing]
        with closing(stored(kept, at_once=1)) as store, pytest.raises(Broken, match=told):
            check_views(records, [ORDER], store)


def test_a_view_that_differs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = operations.store
    batches = iter(range(10**9))

    def store(connection: Any, records: Any) -> None:
        honest(connection, records if next(batches) != 20 else records[1:])

    monkeypatch.setattr(operations, "store", store)
    world = World(scenario(*BUSY, rules=EVERYTHING_FAILS))
    with closing(world), pytest.raises(Broken, match="operations differ"):
        world.run()
