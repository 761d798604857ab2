"""What every test shares: Hypothesis profiles and the way to the recorded data."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from tests.fakes.builds import IS_COMPILED

IN_CI = bool(os.environ.get("CI"))

# A deadline measures the machine, not the code; `timeout` in pyproject.toml catches a hang.
settings.register_profile("dev", max_examples=100, deadline=None)
settings.register_profile("ci", max_examples=300, deadline=None, derandomize=True)
settings.load_profile("ci" if IN_CI else "dev")
if IN_CI:
    # Hypothesis also draws constants that it reads in the modules loaded so far: others in each
    # worker, so that the examples would not be fixed. Here no module counts as ours.
    vars(providers)["is_local_module_file"] = lambda _: False


def shared_data_root() -> Path:
    """Where the recorded data should be; for use while tests are collected. It may be absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("ALGOTRADEHUB_TEST_DATA", beside))


def pytest_report_header() -> str:
    build = "compiled" if IS_COMPILED else "interpreted"
    return f"the path of an order: {build}"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The recorded data: absent on a reader's machine is a skip, absent in CI is a failure."""
    root = shared_data_root()
    if not root.is_dir():
        reason = f"no recorded data at {root}; set ALGOTRADEHUB_TEST_DATA"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return root
