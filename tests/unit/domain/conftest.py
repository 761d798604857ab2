"""The domain is tested in the decimal context in which it runs."""

from collections.abc import Iterator

import pytest

from algotradehub.domain.money import money_context


@pytest.fixture(autouse=True, scope="module")
def platform_context() -> Iterator[None]:
    with money_context():
        yield
