"""What the tests of the trading layer share: the decimal context in which it runs, and benches."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from algotradehub.domain.money import money_context
from tests.unit.trading.bench import Bench, OpenBench


@pytest.fixture(autouse=True, scope="module")
def platform_context() -> Iterator[None]:
    with money_context():
        yield


@pytest.fixture
def open_bench() -> Iterator[OpenBench]:
    """Opens benches with the options of ``Bench``, and closes them in the end."""
    with ExitStack() as opened:
        yield lambda **options: opened.enter_context(closing(Bench(**options)))


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    return open_bench()
