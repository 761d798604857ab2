"""The examples are what the views make of values that belong together."""

import msgspec

from algotradehub.api.stop_examples import stop_examples
from algotradehub.api.views.stops import CloseReports, StopReport, Stops
from algotradehub.domain.ids import ClientOrderId
from tests.unit.api.gateway import ACCOUNT


def test_they_tell_one_story() -> None:
    order_id = ClientOrderId("01a3185c5000700080007002dfdc1c35")
    told: dict[type, msgspec.Struct] = {
        type(each): each for each in stop_examples(ACCOUNT, order_id, at_ns=7)
    }
    stops, report, closed = told[Stops], told[StopReport], told[CloseReports]
    assert isinstance(stops, Stops)
    assert isinstance(report, StopReport)
    assert isinstance(closed, CloseReports)
    assert stops.accounts[0].not_proven == (order_id,)
    assert [each.order_id for each in report.summary.orders] == [order_id]
    assert report.summary.orders[0].ended_seq == report.records[2].seq
    assert closed.accounts[0].positions[0].orders == (order_id,)
