"""The switches of a paper venue fire when their time has come, and not before."""

from algotradehub.domain.ids import AccountId
from algotradehub.venues.paper.dead_men import DeadMen
from tests.fakes.clock import START_NS, FakeClock

ANN, BOB = AccountId("ann"), AccountId("bob")
S = 1_000_000_000


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.fires: dict[AccountId, int] = {}
        self.fired: list[tuple[AccountId, int]] = []
        self.dead_men = DeadMen(self.clock, self.fires, self._fire)

    def set(self, account: AccountId, after_s: int | None) -> None:
        self.fires[account] = 0 if after_s is None else self.clock.now_ns() + after_s * S
        self.dead_men.watch(account)

    def _fire(self, account: AccountId) -> None:
        self.fired.append((account, self.clock.now_ns() - START_NS))


def test_each_fires_by_itself() -> None:
    world = World()
    world.set(ANN, 30)
    world.set(BOB, 10)
    world.clock.advance(60)
    assert world.fired == [(BOB, 10 * S), (ANN, 30 * S)]


def test_whoever_is_heard_of_again_is_given_more_time() -> None:
    world = World()
    for _ in range(4):
        world.set(ANN, 30)
        world.clock.advance(29)
    assert world.fired == []
    world.clock.advance(1)
    assert world.fired == [(ANN, (3 * 29 + 30) * S)]


def test_one_that_is_called_off_never_fires() -> None:
    world = World()
    world.set(ANN, 30)
    world.set(ANN, None)
    world.clock.advance(60)
    assert world.fired == []


def test_a_wall_clock_set_back_only_delays() -> None:
    world = World()
    world.set(ANN, 10)
    world.clock.step_wall(-5)
    world.clock.advance(14)
    assert world.fired == []
    world.clock.advance(2)
    assert [account for account, _ in world.fired] == [ANN]


def test_nothing_fires_after_close() -> None:
    world = World()
    world.set(ANN, 10)
    world.dead_men.close()
    world.clock.advance(60)
    assert world.fired == []
