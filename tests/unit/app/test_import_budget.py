"""A process that trades imports nothing that only serving, migrating, research or commands need."""

import subprocess
import sys
from typing import Final

import pytest

TRADING: Final = ("algotradehub.app.embedded", "algotradehub.venues.paper.account")
OTHERS: Final = (
    "alembic",
    "algotradehub.api",
    "algotradehub.client",
    "algotradehub.storage.timeseries",
    "fastapi",
    "polars",
    "prometheus_client",
    "pydantic",
    "rich",
    "sqlalchemy",
    "starlette",
    "structlog",
    "typer",
    "uvicorn",
)


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """What is imported once the modules of trading are, in a process of its own."""
    code = f"import {', '.join(TRADING)}, sys; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_trading_itself_is_imported(imported: set[str]) -> None:
    assert imported >= {*TRADING, "algotradehub.trading.orders", "msgspec"}


@pytest.mark.parametrize("name", OTHERS)
def test_what_others_need_is_not(imported: set[str], name: str) -> None:
    assert name not in imported
