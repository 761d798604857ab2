"""What the command line's tests share: a platform that answers, and a home without any."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.answering import Platform, answering


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """One that is found without options, and a client that does not wait before it repeats."""
    monkeypatch.setattr("algotradehub.client.exchange.BETWEEN_ATTEMPTS_S", (0.0, 0.0))
    monkeypatch.setattr("algotradehub.cli.order.POLL_S", 0.0001)
    monkeypatch.setattr("algotradehub.cli.stop.POLL_S", 0.001)
    with answering() as running:
        monkeypatch.setenv("ALGOTRADEHUB_SERVER", running.url)
        yield running


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the person who runs the tests is looked at."""
    for name in ("ALGOTRADEHUB__DATA_DIR", "ALGOTRADEHUB_SERVER", "ALGOTRADEHUB_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "data-home"
    monkeypatch.setenv("XDG_DATA_HOME", str(path))
    return path
