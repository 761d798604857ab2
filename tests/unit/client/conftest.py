"""What the tests of both clients share: a platform that answers as it is told to."""

from collections.abc import Iterator

import pytest

from tests.unit.cli.answering import Platform, answering
from tests.unit.client.clients import BOTH, Caller


@pytest.fixture
def platform() -> Iterator[Platform]:
    with answering() as running:
        yield running


@pytest.fixture(params=BOTH, ids=lambda call: call.__name__)
def call(request: pytest.FixtureRequest) -> Caller:
    caller: Caller = request.param
    return caller


@pytest.fixture
def pauses() -> list[float]:
    return []
