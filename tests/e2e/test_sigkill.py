"""Real processes die of SIGKILL at every kind of effect, and no promise of theirs is broken."""

import signal
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from algotradehub.app.data_directory import DataDirectory
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.money import ZERO, money_context
from algotradehub.domain.order import Order, OrderRequest, OrderStatus, Origin
from algotradehub.matching.price_time import PriceTimeMarket
from algotradehub.ports.store import OrderFilter
from algotradehub.storage.disk import OsDisk
from algotradehub.storage.journal import segments, verifying
from algotradehub.storage.sqlite.store import SqliteStore
from algotradehub.trading.account_desk import Durability
from algotradehub.trading.state import DeskState
from algotradehub.venues.paper.records import PaperOrder
from algotradehub.venues.paper.venue import PaperVenue
from tests.e2e.plan import ACCOUNT, INSTRUMENT, TENANT, VENUE, plan
from tests.fakes.clock import FakeClock
from tests.fakes.disk import MemoryDisk

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PROGRAM = "tests.e2e.killed_process"
DEATHS = 15  # of each durability, spread over the whole run
WANTED = {step.idempotency_key: step for step in plan() if isinstance(step, OrderRequest)}
NEVER = 0


def run(directory: Path, durability: Durability, *, dies_at: int) -> list[str]:
    """One life; return what it said."""
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", PROGRAM, str(directory), durability, str(dies_at)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = ran.stdout.splitlines()
    lived = ran.returncode == 0 and said[-1].startswith("effects ")
    killed = ran.returncode == -signal.SIGKILL and dies_at != NEVER
    assert lived or killed, f"ended with {ran.returncode}\n{ran.stderr[-3000:]}"
    return said


def die(path: Path, durability: Durability, *, at: int) -> tuple[Path, list[str]]:
    """One life that is killed, in a directory of its own; return that, and what it said.

    Syncs are shared, so a slow disk makes a life shorter: one that ended too soon is judged as it
    is, and another one dies earlier.
    """
    for attempt in range(8):
        directory = path / str(attempt)
        said = run(directory, durability, dies_at=at)
        if not said or not said[-1].startswith("effects "):
            return directory, said
        judge(directory, said)
        at = at * 3 // 4
    pytest.fail("no life was long enough to be killed")


@pytest.fixture(scope="module")
def effects(tmp_path_factory: pytest.TempPathFactory) -> dict[Durability, int]:
    """How many effects a whole life has, beginning and end included."""
    counted = {}
    for durability in Durability:
        directory = tmp_path_factory.mktemp("unkilled")
        said = run(directory, durability, dies_at=NEVER)
        judge(directory, said)
        counted[durability] = int(said[-1].removeprefix("effects "))
    return counted


@pytest.mark.design_property(36)
@pytest.mark.parametrize("durability", Durability)
@pytest.mark.parametrize("death", range(DEATHS))
def test_a_killed_process_keeps_its_promises(
    tmp_path: Path, effects: dict[Durability, int], durability: Durability, death: int
) -> None:
    at = 1 + death * effects[durability] // DEATHS
    directory, said = die(tmp_path, durability, at=at)
    judge(directory, said + run(directory, durability, dies_at=NEVER))


@pytest.mark.parametrize("death", range(1, 11))
def test_a_process_killed_while_it_recovers_keeps_them_too(
    tmp_path: Path, effects: dict[Durability, int], death: int
) -> None:
    directory, said = die(tmp_path, Durability.SYNC, at=effects[Durability.SYNC] // 2 + death)
    said += run(directory, Durability.SYNC, dies_at=death)
    judge(directory, said + run(directory, Durability.SYNC, dies_at=NEVER))


def test_the_judge_condemns(tmp_path: Path) -> None:
    said = run(tmp_path, Durability.PROCESS, dies_at=NEVER)
    judge(tmp_path, said)
    nobody = "f" * 32
    sent = next(line for line in said if line.startswith("sending"))
    for lie in (f"durable key-0 {nobody}", f"durable key-99 {nobody}", f"cancelled {nobody}", sent):
        with pytest.raises(AssertionError):
            judge(tmp_path, [*said, lie])


# --- the judge


class Aftermath:
    """What lies in a data directory when no process is left."""

    def __init__(self, path: Path) -> None:
        directory = DataDirectory(path=path, epoch=0, tag=0)
        journal = OsDisk(directory.journal)
        verifying.verify(journal)
        self.state = DeskState(load=lambda _: None, locate=lambda *_: None)
        for record in segments.read(journal):
            self.state.apply(record)
        self.orders = self.state.orders
        with closing(SqliteStore(directory.projection, read_only=True)) as store:
            self.applied_seq = store.applied_seq
            stored = store.orders(OrderFilter(tenant=TENANT, limit=1_000))
            self.stored = {order.order_id: order for order in stored}
            self.stored_fills = {
                order_id: {
                    fill.execution_id: fill
                    for fill in store.fills(tenant=TENANT, order_id=order_id)
                }
                for order_id in self.stored
            }
            restored = store.restore(changed_after_ns=0, claimed_after_ns=0)
            self.stored_positions = set(map(repr, restored.positions))
            self.stored_balances = set(map(repr, restored.balances))
        self.venue = reopened(directory.paper(VENUE))

    @property
    def accepted(self) -> dict[ClientOrderId, PaperOrder]:
        return self.venue.customer(ACCOUNT).orders


def reopened(path: Path) -> PaperVenue:
    """The paper venue as its log has it, opened on a copy."""
    clock = FakeClock()
    copy = MemoryDisk(clock)
    for file in path.iterdir():
        copy.open(file.name).write(file.read_bytes())
    return PaperVenue(VENUE, markets=[PriceTimeMarket(INSTRUMENT)], clock=clock, disk=copy)


def judge(path: Path, said: list[str]) -> None:
    """Hold what two or more lives said against what is stored in the end."""
    with money_context():
        after = Aftermath(path)
        promises_are_kept(after, said)
        nothing_is_doubled(after, said)
        books_and_venue_agree(after)
        money_adds_up(after)
        projection_is_the_journal(after)


def promises_are_kept(after: Aftermath, said: list[str]) -> None:
    promised: dict[str, str] = {}
    for words in map(str.split, said):
        match words:
            case ["durable", key, order_id]:
                assert promised.setdefault(key, order_id) == order_id, f"{key} became two orders"
            case ["cancelled", order_id]:
                kept = after.orders.get(ClientOrderId(order_id))
                assert kept is not None, f"{order_id} was called cancelled, and is lost"
                assert kept.status is OrderStatus.CANCELLED, f"called cancelled: {kept}"
            case _:
                pass
    assert set(promised) == set(WANTED), "every request was promised in the end"
    for key, order_id in promised.items():
        order = after.orders.get(ClientOrderId(order_id))
        assert order is not None, f"{key} was promised as {order_id}, and is lost"
        assert order.request == WANTED[order.request.idempotency_key]


def nothing_is_doubled(after: Aftermath, said: list[str]) -> None:
    keys = Counter(order.request.idempotency_key for order in after.orders.values())
    assert set(keys.values()) == {1}, f"a key stands for two orders: {keys}"
    sent = Counter(line.split()[1] for line in said if line.startswith("sending "))
    assert set(sent.values()) == {1}, f"an order was sent again: {sent}"
    names = [order.venue_order_id for order in after.accepted.values()]
    assert len(names) == len(set(names)) == len(after.accepted)


def books_and_venue_agree(after: Aftermath) -> None:
    for client_order_id, accepted in after.accepted.items():
        order = after.orders.get(client_order_id)
        assert order is not None, f"{accepted} is at the venue only"
        ours = (order.status, order.filled, order.paid, order.leg.venue_order_id, order.quantity)
        theirs = (
            accepted.status,
            accepted.filled,
            accepted.paid,
            accepted.venue_order_id,
            accepted.quantity,
        )
        assert ours == theirs, f"{order} is {accepted} at the venue"
        assert order.is_final
    for order in after.orders.values():
        assert order.order_id in after.accepted or never_there(order), f"{order} is not there"


def never_there(order: Order) -> bool:
    rejected = order.status is OrderStatus.REJECTED and not order.filled
    return rejected and order.origin in {Origin.UNSENT, Origin.VENUE}


def money_adds_up(after: Aftermath) -> None:
    state = after.state
    quantity = cash = ZERO
    for order in after.orders.values():
        fills = state.executions.get(order.order_id, {}).values()
        assert sum((fill.quantity for fill in fills), ZERO) == order.filled
        quantity += order.request.side.sign * order.filled
        cash += order.request.side.sign * order.paid
    held = state.positions.get(ACCOUNT, INSTRUMENT.symbol)
    assert held is not None
    assert held.quantity == quantity
    assert abs(held.cost - held.realized - cash) < INSTRUMENT.lot.scaleb(-20)
    for told in after.venue.customer(ACCOUNT).wallet.balances(0):
        balance = state.balances.get(ACCOUNT, told.asset)
        assert balance is not None
        assert balance.expected == balance.total == told.total, f"{balance}, there {told}"
    sums = state.sums.of(ACCOUNT, INSTRUMENT.symbol)
    assert (sums.buying, sums.selling, sums.position) == (ZERO, ZERO, quantity)


def projection_is_the_journal(after: Aftermath) -> None:
    state = after.state
    assert after.stored == after.orders
    assert after.stored_fills == {
        order_id: state.executions.get(order_id, {}) for order_id in after.orders
    }
    assert after.stored_positions == set(map(repr, state.positions.all()))
    assert after.stored_balances == set(map(repr, state.balances.all()))
    assert after.applied_seq == state.changes.applied_seq
