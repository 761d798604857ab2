"""A pause of a venue: nothing new of any account there, whenever it comes, and for good."""

import pytest

from algotradehub.domain.commands import Cancel, Place
from algotradehub.domain.errors import RiskRefused
from algotradehub.domain.ids import VenueId
from algotradehub.domain.order import Amendment, OrderStatus, Origin
from algotradehub.trading.account_desk import Durability
from tests.unit.trading.bench import Bench, OpenBench
from tests.unit.trading.words import PRICE, TENANT, VENUE, limit

pytestmark = pytest.mark.design_property(31)


def pause(bench: Bench, venue: VenueId = VENUE, *, paused: bool = True) -> None:
    bench.orders.pause(venue, paused=paused, reason="upkeep", by="ann")


def test_what_is_new_is_refused_and_cancels_pass(bench: Bench) -> None:
    resting = bench.rest(limit("k1"))
    pause(bench)
    refused = bench.submit(limit("k2"))
    assert (refused.status, refused.origin, refused.reason) == (
        OrderStatus.REJECTED,
        Origin.RISK,
        "pause: kraken was paused by ann: upkeep",
    )
    with pytest.raises(RiskRefused, match="paused by ann"):
        bench.orders.amend(TENANT, resting.order_id, Amendment(limit_price=PRICE + 1))
    bench.cancel(resting)
    assert [type(command) for command in bench.sent] == [Place, Cancel]


def test_another_venue_goes_on(bench: Bench) -> None:
    pause(bench, VenueId("elsewhere"))
    assert bench.submit().status is OrderStatus.PENDING
    assert bench.sent


def test_what_was_stored_before_is_not_sent_after(open_bench: OpenBench) -> None:
    bench = open_bench(durability=Durability.SYNC)
    order = bench.submit()
    pause(bench)
    bench.advance(1)
    told = bench.now(order)
    assert (told.status, told.origin) == (OrderStatus.REJECTED, Origin.UNSENT)
    assert told.reason == "kraken was paused by ann before it was sent: upkeep"
    assert not bench.sent


@pytest.mark.parametrize("stored", [True, False])
def test_it_is_remembered_until_somebody_resumes(bench: Bench, *, stored: bool) -> None:
    pause(bench)
    if stored:
        bench.advance(1)  # the projection has it: nothing is replayed
    bench.restart()
    assert bench.submit(limit("k1")).origin is Origin.RISK
    pause(bench, paused=False)
    if stored:
        bench.advance(1)
    bench.restart()
    assert bench.submit(limit("k2")).status is OrderStatus.PENDING
