"""A check and an explanation agree: one refuses where the other shows a broken rule."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.errors import RiskRefused
from algotradehub.domain.ids import StrategyId
from algotradehub.domain.instrument import Side
from algotradehub.domain.money import money_context
from algotradehub.domain.order import OrderType
from algotradehub.trading.limits import DeskLimits
from algotradehub.trading.risk.use import Scope, ScopeKind
from tests.unit.trading.risk_desk import (
    ETHER,
    EURO,
    OTHER,
    RiskDesk,
    exact,
    of_account,
    order,
)
from tests.unit.trading.words import ACCOUNT, SPOT, SYMBOL, TENANT

GRID = StrategyId("grid")
amounts = st.integers(1, 30)
counts = st.integers(1, 3)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: exact(**given))


of_orders = {
    "max_order_quantity": amounts,
    "max_order_notional": amounts.map(lambda n: n * 100),
    "max_order_to_average": counts,
    "price_band_bps": amounts.map(lambda n: n * 30),
    "max_orders_per_second": counts,
    "max_orders_per_minute": counts,
    "max_open_orders": counts,
}
of_positions = {"max_position": amounts, "max_position_notional": amounts.map(lambda n: n * 100)}
of_money = {
    "max_exposure": amounts.map(lambda n: n * 100),
    "max_leverage": counts,
    "max_concentration": st.sampled_from(["0.3", "0.6"]),
    "concentration_floor": st.sampled_from(["0", "900"]),
    "max_daily_loss": amounts.map(lambda n: n * 10),
}
limits = st.builds(
    DeskLimits,
    tenants=st.fixed_dictionaries(
        {TENANT: some(**of_orders, **of_money, refuse_self_trade=st.booleans())}
    ),
    accounts=st.fixed_dictionaries({ACCOUNT: some(**of_orders, **of_positions, **of_money)}),
    strategies=st.fixed_dictionaries({GRID: some(**of_orders)}),
    instruments=st.fixed_dictionaries(
        {ACCOUNT: st.fixed_dictionaries({SYMBOL: some(**of_orders, **of_positions)})}
    ),
    owners=st.just({ACCOUNT: TENANT, OTHER: TENANT}),
)
orders = st.fixed_dictionaries(
    {
        "quantity": st.integers(1, 12),
        "price": st.integers(90, 110),
        "side": st.sampled_from(Side),
        "account": st.sampled_from([ACCOUNT, OTHER]),
        "symbol": st.sampled_from([SYMBOL, ETHER.symbol, EURO.symbol]),
        "strategy": st.sampled_from([None, GRID]),
        "reduce_only": st.booleans(),
        "market": st.booleans(),
    }
)
fills = st.tuples(
    st.integers(-9, 9).filter(bool),
    st.integers(80, 120),
    st.sampled_from([SPOT, ETHER]),
    st.sampled_from([ACCOUNT, OTHER]),
)


@pytest.mark.design_property(24)
@given(
    limits=limits,
    asked=st.lists(orders, min_size=1, max_size=8),
    held=st.lists(fills, max_size=4),
    cash=st.none() | st.integers(0, 2000),
    ether=st.none() | st.integers(80, 120),
)
def test_a_check_refuses_exactly_where_an_explanation_shows_a_broken_rule(
    limits: DeskLimits,
    asked: list[dict[str, Any]],
    held: list[tuple[int, int, Any, Any]],
    cash: int | None,
    ether: int | None,
) -> None:
    with money_context():
        desk = RiskDesk(limits)
        desk.risk.look()
        if cash is not None:
            desk.own(cash)
        for quantity, price, instrument, account in held:
            desk.fill(quantity, price, instrument=instrument, account=account)
        if ether is not None:
            desk.price(ETHER.symbol, ether)
        desk.risk.look()
        for number, fields in enumerate(asked):
            changes = dict(fields)
            if changes.pop("market"):
                changes |= {"limit_price": None, "type": OrderType.MARKET}
            wanted = order(f"o{number}", **changes)
            reference = desk.reference(SPOT.venue, wanted.request.symbol, wanted.request.side)
            told = desk.explain(wanted, reference)
            broken = {verdict.rule for verdict in told if not verdict.passes}
            refusal = None
            try:
                instrument = desk._instrument(wanted)
                desk.risk.check(wanted, instrument, reference)
            except RiskRefused as refused:
                refusal = refused
            assert (refusal is not None) is bool(broken)
            if refusal is None:
                desk.rest(wanted)
            else:
                assert refusal.limit in broken
                texts = {f"{verdict.rule}: {verdict.note}" for verdict in told}
                assert f"{refusal}" in texts


def test_an_explanation_has_every_rule_with_its_numbers() -> None:
    desk = RiskDesk(of_account(max_order_quantity=9, max_position=10, max_open_orders=3))
    desk.fill(7)
    quantity, are_open, position = desk.explain(order())
    assert (quantity.rule, quantity.now, quantity.after, quantity.limit) == (
        "max_order_quantity",
        None,
        Decimal(6),
        Decimal(9),
    )
    assert (are_open.now, are_open.after, are_open.passes) == (Decimal(0), Decimal(1), True)
    assert (position.now, position.after, position.passes) == (Decimal(7), Decimal(13), False)
    assert position.largest == 3
    assert position.note == (
        "could reach 13 BTC, 10 allowed in account kraken-main; at most 3 BTC would pass"
    )
    spared = desk.explain(order(quantity=7, side=Side.SELL))
    assert [verdict.note for verdict in spared] == [""] + ["a reducing order passes"] * 2


def test_uses_show_how_much_of_each_limit_is_taken() -> None:
    desk = RiskDesk(of_account(max_position=10, max_position_notional=2000, max_open_orders=4))
    desk.fill(7)
    desk.rest(order("b", 1))
    shares = {use.rule: (use.symbol, use.used, use.share) for use in desk.risk.uses(TENANT)}
    assert shares == {
        "max_open_orders": (None, Decimal(1), Decimal("0.25")),
        "max_position": (SYMBOL, Decimal(8), Decimal("0.8")),
        "max_position_notional": (SYMBOL, Decimal(800), Decimal("0.4")),
    }
    del desk.asks[SYMBOL]
    assert desk.use("max_position_notional").note == "no known price of BTC/USDT"


def test_a_scope_names_itself() -> None:
    assert f"{Scope(ScopeKind.STRATEGY, 'grid')}" == "strategy grid"
    assert f"{Scope(ScopeKind.INSTRUMENT, 'main', SYMBOL)}" == "BTC/USDT in account main"
