"""The product from outside: a served platform, the commands a person types, and a sudden death."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

PROGRAM = (sys.executable, "-m", "algotradehub")
SETTINGS = """
[api]
port = 0

[[paper_venues]]
id = "paper:one"
opening = {{ BTC = "1", USD = "100000" }}
listings = [{{ symbol = "BTC/USD", lot = "0.001" }}]
market = {{ kind = "replay", speed = 1.0, files = [{{ path = {recording}, symbol = "BTC/USD" }}] }}

[[accounts]]
id = "paper-a"
venue = "paper:one"
"""
MOVING = {"mark_price", "unrealized", "updated_at", "updated_ns", "venue_time", "venue_time_ns"}
ATTEMPTS = 50  # at an order whose price is not known before the first recorded quote has come
ENDS_WITHIN_S = 60


class World:
    """A home directory, and what is run in it."""

    def __init__(self, home: Path, settings: Path) -> None:
        self.home = home
        self.settings = settings
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ALGOTRADEHUB")}
        self.environment = kept | {"XDG_DATA_HOME": str(home)}

    @property
    def data(self) -> Path:
        return self.home / "algotradehub"

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - this very program
            [*PROGRAM, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            timeout=ENDS_WITHIN_S,
        )

    def json(self, *arguments: object) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - this very program
            [*PROGRAM, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
        )

    def serve(self) -> subprocess.Popen[str]:
        """Start the platform; it accepts orders when this returns."""
        served = self.start("serve", "--settings", self.settings, "--log-json")
        read_until(served, lambda line: json.loads(line)["event"] == "started")
        return served

    def filled(self) -> Any:
        """Buy at the market, once it has a price."""
        order = ("order", "place", "paper-a", "BTC/USD", "buy", "0.010", "--wait", "10", "--json")
        done = self.run(*order)
        for _ in range(ATTEMPTS):
            if done.returncode == 0:
                break
            done = self.run(*order)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def state(self) -> tuple[Any, Any, Any]:
        """Orders, positions and balances, without what only the market or the time moves."""
        orders = self.json("order", "list", "--all")["orders"]
        positions = self.json("position", "list", "--all")["positions"]
        balances = self.json("balance", "list")["balances"]
        return still(orders), still(positions), still(balances)


def still(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row if name not in MOVING} for row in rows]


def read_until(process: subprocess.Popen[str], wanted: Callable[[str], bool]) -> str:
    """Read lines until one is wanted; an end before it is a failure that shows what was said."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if wanted(line):
            return line
    pytest.fail(f"ended too early: {''.join(said)}")


@pytest.fixture
def world(tmp_path: Path, shared_data: Path) -> World:
    recording = shared_data / "l2" / "tardis_csv" / "huobi-dm-swap_quotes_BTC-USD.csv"
    settings = tmp_path / "settings.toml"
    settings.write_text(SETTINGS.format(recording=json.dumps(str(recording))))
    return World(tmp_path / "home", settings)


@pytest.fixture
def served(world: World) -> Iterator[list[subprocess.Popen[str]]]:
    """Platforms that a test started; the last one still runs."""
    started = [world.serve()]
    yield started
    for process in started:
        process.kill()
        process.communicate(timeout=ENDS_WITHIN_S)


def test_an_order_and_its_position_survive_a_sudden_death(
    world: World, served: list[subprocess.Popen[str]]
) -> None:
    bought = world.filled()
    assert (bought["status"], bought["filled"]) == ("FILLED", "0.010")
    resting = world.json(
        "order", "place", "paper-a", "BTC/USD", "buy", "1", "--price", "1000", "--key", "rests"
    )
    assert resting["status"] == "OPEN"
    before = world.state()
    (position,) = before[1]
    assert position["quantity"] == "0.010"

    served[-1].send_signal(signal.SIGKILL)
    served[-1].wait(timeout=ENDS_WITHIN_S)
    gone = world.run("order", "list", "--json")
    assert gone.returncode == 3
    assert json.loads(gone.stdout)["error_code"] == "unreachable"

    served.append(world.serve())
    assert world.state() == before
    # The same key, once more: the same order, and no second one.
    again = world.json(
        "order", "place", "paper-a", "BTC/USD", "buy", "1", "--price", "1000", "--key", "rests"
    )
    assert again["order_id"] == resting["order_id"]
    assert world.state() == before
    shown = world.json("order", "show", bought["order_id"])
    assert sum(Decimal(fill["quantity"]) for fill in shown["fills"]) == Decimal("0.010")

    assert world.run("order", "cancel", resting["order_id"]).returncode == 0
    assert world.json("order", "show", resting["order_id"])["status"] == "CANCELLED"
    assert world.run("doctor").returncode == 0


def test_a_backup_of_a_running_platform_is_a_platform(
    world: World, served: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    world.filled()
    before = world.state()
    made = world.json("backup", tmp_path / "backup", "--settings", world.settings)
    assert made["manifest"]["journal_seq"] > 0
    assert world.run("migrate").returncode == 5  # it is in use

    served[-1].send_signal(signal.SIGTERM)
    assert served[-1].wait(timeout=ENDS_WITHIN_S) == 0
    assert not (world.data / "server.json").exists()
    elsewhere = World(tmp_path / "elsewhere", tmp_path / "backup" / "settings.toml")
    restored = elsewhere.run("restore", tmp_path / "backup", "--data", elsewhere.data)
    assert restored.returncode == 0, restored.stderr
    assert elsewhere.run("doctor").returncode == 0
    served.append(elsewhere.serve())
    assert elsewhere.state() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("0", "--price", "1000"), "quantity: "),
        (("-1",), "No such option"),
        (("NaN",), "quantity: "),
        (("1e400",), "quantity: "),
        (("0.0001", "--price", "1000"), "nearest valid value"),
        (("1", "--price", "1000.00001"), "--price"),
        (("1", "--price", "1000", "--tif", "GTD"), "--expires"),
        (("1", "--value", "5"), "quantity: "),
        ((), "quantity: "),
        (("1", "--key", "k" * 65), "--key"),
    ],
)
def test_a_bad_order_is_explained_and_leaves_nothing(
    refusing: World, options: tuple[str, ...], said: str
) -> None:
    done = refusing.run("order", "place", "paper-a", "BTC/USD", "buy", *options)
    assert done.returncode in {2, 4}
    assert said in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("order", "place", "nobody", "BTC/USD", "buy", "1"), 4),
        (("order", "place", "paper-a", "NONE/USD", "buy", "1"), 4),
        (("order", "show", "nonsense"), 1),
        (("order", "cancel", "../../etc"), 1),
        (("order", "amend", "nonsense", "--price", "1"), 1),
        (("order", "list", "--account", "n\u00e4mlich"), 4),
        (("position", "list", "--account", "nobody"), 4),
        (("balance", "list", "--account", "nobody"), 4),
        (("fill", "list", "--order", "nonsense"), 0),
        (("instrument", "list", "--account", "nobody"), 4),
        (("account", "list", "--server", "http://127.0.0.1:1"), 3),
        (("account", "list", "--server", "nonsense"), 2),
        (("account", "list", "--token-file", "/none"), 1),
        (("account", "list", "--data", "/none"), 3),
    ],
)
def test_a_bad_question_is_answered(refusing: World, arguments: tuple[str, ...], code: int) -> None:
    done = refusing.run(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[World]:
    """One platform for all questions that must leave no trace."""
    folder = tmp_path_factory.mktemp("refusing")
    recording = shared_data / "l2" / "tardis_csv" / "huobi-dm-swap_quotes_BTC-USD.csv"
    (folder / "settings.toml").write_text(SETTINGS.format(recording=json.dumps(str(recording))))
    world = World(folder / "home", folder / "settings.toml")
    process = world.serve()
    try:
        yield world
        assert world.json("order", "list")["orders"] == []
    finally:
        process.kill()
        process.communicate(timeout=ENDS_WITHIN_S)


def test_the_demo_is_found_without_options(tmp_path: Path) -> None:
    world = World(tmp_path / "home", tmp_path / "none.toml")
    demo = world.start("demo", "--no-browser", "--port", "0")
    try:
        read_until(demo, lambda line: line.startswith("Stop with"))
        accounts = [account["id"] for account in world.json("account", "list")["accounts"]]
        assert accounts == ["binance-paper", "kraken-paper", "bybit-paper"]
        listed = world.run("order", "list")
        assert listed.returncode == 0
        assert listed.stderr == ""
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=ENDS_WITHIN_S)
    assert demo.returncode == 0
