"""A broken invariant is told by its name."""

import pytest

from algotradehub.simulation.verdict import Broken, require


def test_what_holds_is_passed_over() -> None:
    require(["something"], "never", "said")


def test_what_does_not_hold_is_named() -> None:
    with pytest.raises(Broken, match=r"\Aorders lost: two of them\Z") as caught:
        require([], "orders lost", "two of them")
    assert caught.value.name == "orders lost"
