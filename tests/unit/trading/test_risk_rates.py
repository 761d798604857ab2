"""Rules of pace: a sliding window of what was let through."""

from algotradehub.domain.order import Amendment, OrderStatus, Origin
from tests.unit.trading.risk_desk import RiskDesk, of_account, order
from tests.unit.trading.words import PRICE, changed, facts


def test_the_window_slides() -> None:
    desk = RiskDesk(of_account(max_orders_per_second=2))
    assert desk.refusal(order()) is None
    desk.clock.advance(0.6)
    assert desk.refusal(order()) is None
    assert desk.refusal(order()) == (
        "max_orders_per_second: 3 orders asked, 2 allowed in account kraken-main"
    )
    assert desk.use("max_orders_per_second").used == 2
    desk.clock.advance(0.4)
    assert desk.refusal(order()) is None, "the first is a second old"
    assert desk.refusal(order()) is not None
    desk.clock.advance(10)
    assert desk.use("max_orders_per_second").used == 0


def test_what_is_refused_or_only_explained_does_not_count() -> None:
    desk = RiskDesk(of_account(max_orders_per_minute=1, max_order_quantity=6))
    for _ in range(3):
        desk.explain(order())
        assert "max_order_quantity" in (desk.refusal(order(quantity=7)) or "")
    assert desk.refusal(order()) is None
    assert "2 orders asked" in (desk.refusal(order()) or "")


def test_amendments_count() -> None:
    desk = RiskDesk(of_account(max_orders_per_minute=2))
    resting = changed(order(), status=OrderStatus.OPEN)
    amendment = Amendment(limit_price=PRICE)
    assert desk.refusal_of_amend(resting, amendment) is None
    assert desk.refusal(order()) is None
    assert desk.refusal_of_amend(resting, amendment) is not None


def test_without_a_single_order_allowed_none_passes() -> None:
    desk = RiskDesk(of_account(max_orders_per_second=0))
    assert "1 orders asked, 0 allowed" in (desk.refusal(order()) or "")


def test_an_explanation_knows_what_has_left_the_window() -> None:
    desk = RiskDesk(of_account(max_orders_per_second=3))
    assert desk.refusal(order()) is None
    (verdict,) = desk.explain(order())
    assert facts(verdict.now, verdict.after, verdict.passes) == (1, 2, True)
    desk.clock.advance(1)
    (verdict,) = desk.explain(order())
    assert facts(verdict.now, verdict.after, verdict.passes) == (0, 1, True)


def test_a_start_counts_what_the_last_process_let_through() -> None:
    desk = RiskDesk(of_account(max_orders_per_minute=5))
    now_ns = desk.clock.now_ns()
    young = changed(order(), created_ns=now_ns - 50_000_000_000)
    amended = changed(young, amended_ns=1, updated_ns=now_ns - 10_000_000_000)
    desk.risk.start(
        [
            amended,
            young,
            changed(young, created_ns=now_ns - 60_000_000_000),
            changed(young, external=True),
            changed(young, origin=Origin.RISK),
        ]
    )
    assert desk.use("max_orders_per_minute").used == 3
    desk.clock.advance(10)
    assert desk.use("max_orders_per_minute").used == 1
