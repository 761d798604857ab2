"""An explanation passes where nothing speaks against the order; the desk makes one of a request."""

from decimal import Decimal

import pytest

from algotradehub.domain.errors import InvalidRequest
from algotradehub.domain.order import BaseAmount
from algotradehub.trading.limits import RiskLimits
from tests.unit.trading.bench import OpenBench
from tests.unit.trading.words import ACCOUNT, VENUE, limit


def test_nothing_speaks_against_it(open_bench: OpenBench) -> None:
    bench = open_bench(limits=RiskLimits(max_position=Decimal(6)))
    told = bench.orders.explain(limit())
    assert told.passes
    assert [verdict.rule for verdict in told.verdicts] == ["max_position"]
    assert not list(bench.journaled()), "nothing is recorded"
    assert not bench.sent


def test_each_kind_of_no_is_told_apart(open_bench: OpenBench) -> None:
    bench = open_bench(limits=RiskLimits(max_position=Decimal(5)))
    assert not bench.orders.explain(limit()).passes
    broken = bench.orders.explain(limit(amount=BaseAmount(Decimal("0.5"))))
    assert (broken.passes, broken.verdicts, bool(broken.refusals)) == (False, (), True)
    bench.orders.pause(VENUE, paused=True, reason="upkeep", by="ann")
    assert bench.orders.explain(limit()).closed == "pause: kraken was paused by ann: upkeep"
    bench.orders.halt(ACCOUNT, halted=True, reason="enough", by="ann")
    assert "halted by ann" in (bench.orders.explain(limit()).closed or "")
    bench.desk.refusing = "not connected"
    assert bench.orders.explain(limit()).closed == "not connected"
    with pytest.raises(InvalidRequest):
        bench.orders.explain(limit(account="nobody"))
