"""Examples: one of every answer and every error, and each is true."""

import msgspec

from algotradehub.api import examples
from algotradehub.api.audit_examples import AT_NS
from algotradehub.api.bridge import plain
from algotradehub.api.schema import ANSWERED
from algotradehub.api.views.holdings import Balances
from algotradehub.api.views.orders import OrderPage


def test_there_is_one_of_every_answer() -> None:
    assert set(examples.ANSWERS) == set(ANSWERED)


def test_every_problem_stands_under_its_own_status() -> None:
    assert all(problem.status == status for status, problem in examples.PROBLEMS.items())


def test_the_order_in_them_reckons() -> None:
    (order,) = plain(examples.ANSWERS[OrderPage])["orders"]
    assert (order["filled"], order["remaining"], order["average_price"]) == (
        "0.004",
        "0.006",
        "60000.1",
    )
    assert (order["created_at"], order["created_ns"]) == (
        "2027-01-15T08:00:00.000000000Z",
        str(AT_NS),
    )


def test_the_balance_in_them_agrees_with_its_postings() -> None:
    (balance,) = plain(examples.ANSWERS[Balances])["balances"]
    assert balance["difference"] == "0.0000000"
    assert msgspec.json.encode(balance)
