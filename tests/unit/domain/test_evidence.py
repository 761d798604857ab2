"""Evidence: an execution that cannot be one is never made."""

from decimal import Decimal

import pytest

from algotradehub.domain.evidence import Execution
from tests.unit.domain.examples import execution


@pytest.mark.parametrize("quantity", [0, -1])
def test_an_execution_has_a_positive_quantity(quantity: int) -> None:
    with pytest.raises(ValueError, match="quantity must be positive"):
        execution(quantity=quantity)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_an_execution_has_finite_numbers(number: str) -> None:
    with pytest.raises(ValueError, match="price must be finite"):
        execution(price=Decimal(number))
    with pytest.raises(ValueError, match="quantity must be positive"):
        execution(quantity=Decimal(number))


def test_a_price_may_be_negative() -> None:
    """Spreads and power trade below zero."""
    assert isinstance(execution(price=-3), Execution)
