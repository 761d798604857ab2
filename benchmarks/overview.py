"""One table of all that is quick to measure: ours, its floor, the goal, and whether it is met.

Goals G1 to G14 are ratios to a floor measured in the same run, or plain figures. One round of
each: a row that matters is measured again by itself, ``./run bench journal 3``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from benchmarks import journal, matching, order_path, restart, simulation, startup, stream

ROUNDS: Final = 1
RESTING: Final = 10_000  # orders in a book, and orders open at a restart
_LAYOUT: Final = "{:42} {:>17} {:>29} {:>6}  {:25} {}"


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    limit: float
    at_least: bool = False  # otherwise at most


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure; a goal is for its ratio to the floor if it has one, else for itself."""

    what: str
    ours: float
    unit: str
    floor_name: str | None = None
    floor: float | None = None  # None: it was not found
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.ours / self.floor

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None if there is no goal, or not what it is measured by."""
        judged = self.ours if self.floor_name is None else self.ratio
        if self.goal is None or judged is None:
            return None
        return judged >= self.goal.limit if self.goal.at_least else judged <= self.goal.limit


def order_path_rows(figures: Mapping[str, Mapping[str, float]]) -> Iterator[Row]:
    floor = figures.get("own_oms (floor)", {})
    one, many = figures["process, one at a time"], figures["process, 100,000 orders"]
    cpu, p50 = floor.get("cpu_us"), floor.get("p50_us")

    def row(what: str, ours: float, below: float | None, goal: Goal | None = None) -> Row:
        return Row(
            what=f"order: {what}",
            ours=ours,
            unit="us",
            floor_name="own_oms",
            floor=below,
            goal=goal,
        )

    yield row("CPU", one["cpu_us"], cpu, Goal(name="G1", limit=1.6))
    yield row("CPU, synced, 64 waiting", figures["sync, 64 waiting"]["cpu_us"], cpu)
    yield row("CPU, order 10,000 to 100,000", many["cpu_us"], cpu)
    yield row("p50", one["p50_us"], p50, Goal(name="G2", limit=1.4))
    yield Row(
        what="order: p99",
        ours=one["p99_us"],
        unit="us",
        floor_name="own p50",
        floor=one["p50_us"],
        goal=Goal(name="G2", limit=3),
    )


def journal_rows(measured: Sequence[journal.Row]) -> Iterator[Row]:
    rows = {row.name: row for row in measured}
    ours, group = rows["synced"], rows.get("file_group")
    yield Row(
        what="journal, 64 waiters",
        ours=ours.events_s,
        unit="events/s",
        floor_name="file_group",
        floor=None if group is None else group.events_s,
        goal=Goal(name="G13", limit=0.7, at_least=True),
    )
    yield Row(
        what="journal, 64 waiters: p50",
        ours=ours.p50_us,
        unit="us",
        floor_name="one sync",
        floor=rows["one_sync"].p50_us,
        goal=Goal(name="G13", limit=4),
    )
    yield Row(
        what="journal, 64 waiters: CPU of an event",
        ours=ours.cpu_us,
        unit="us",
        floor_name="file_group",
        floor=None if group is None else group.cpu_us,
        goal=Goal(name="G13", limit=2),
    )


def startup_rows(figures: Mapping[str, startup.Row]) -> Iterator[Row]:
    for name, row in figures.items():
        judged = name == startup.TRADING
        yield Row(
            what=f"import, CPU: {name}",
            ours=row.cpu_s,
            unit="s",
            goal=Goal(name="G14", limit=0.25) if judged else None,
        )
        yield Row(
            what=f"import, memory: {name}",
            ours=row.mib,
            unit="MiB",
            goal=Goal(name="G14", limit=50) if judged else None,
        )


def matching_rows(row: matching.Row, flow_events_s: float) -> Iterator[Row]:
    figures = {"place": row.place_us, "cancel": row.cancel_us, "match": row.match_us}
    for name, each_us in figures.items():
        yield Row(what=f"matching, {row.orders:,} resting: {name}", ours=each_us, unit="us")
    yield Row(
        what=f"matching, {row.orders:,} resting: mixed flow", ours=flow_events_s, unit="events/s"
    )


def simulation_rows(seeds_s: float) -> Iterator[Row]:
    goal = Goal(name="budget", limit=20, at_least=True)
    yield Row(what="simulation, one core", ours=seeds_s, unit="seeds/s", goal=goal)


def restart_rows(row: restart.Row) -> Iterator[Row]:
    what = f"restart, {row.orders:,} open orders, {row.what}"
    yield Row(what=what, ours=row.accepts_s, unit="s")


def stream_rows(row: stream.Row) -> Iterator[Row]:
    yield Row(what=f"stream, {row.clients} clients: facts told", ours=row.told_s, unit="facts/s")
    yield Row(what="stream: a fact noted", ours=row.noted_us, unit="us")


# Each is measured when its turn comes, so that the table grows while one looks at it.
MEASURED: Final[Sequence[Callable[[], Iterator[Row]]]] = (
    lambda: order_path_rows(order_path.run(ROUNDS)),
    lambda: journal_rows(journal.run(ROUNDS)),
    lambda: startup_rows(startup.run()),
    lambda: matching_rows(matching.measure(RESTING, 1_000), matching.measure_flow(RESTING)),
    lambda: simulation_rows(simulation.run()),
    lambda: restart_rows(restart.measure(RESTING, restart.ANSWERED)),
    lambda: restart_rows(restart.measure(RESTING, restart.UNANSWERED)),
    lambda: stream_rows(stream.measure()),
)


def main() -> None:
    print(_LAYOUT.format("what", "ours", "floor", "ratio", "goal", "met"))
    missing: set[str] = set()
    for measure in MEASURED:
        for row in measure():
            print(line(row), flush=True)
            if row.floor_name is not None and row.floor is None:
                missing.add(row.floor_name)
    print(
        "\nG1, G2: ours includes the paper venue (matching, wallets, its own log) and no network; "
        "own_oms includes HTTP and signing, and its venue is another process."
    )
    if missing:
        print(
            f"Floors not found: {', '.join(sorted(missing))}. They are programs of their own; set "
            "ALGOTRADEHUB_BENCH to their folder."
        )


def line(row: Row) -> str:
    floor = "" if row.floor_name is None else f"{row.floor_name} not found"
    if row.floor is not None:
        floor = f"{row.floor_name} {_number(row.floor)} {row.unit}"
    goal = ""
    if row.goal is not None:
        sign = ">=" if row.goal.at_least else "<="
        of = row.unit if row.floor_name is None else f"x {row.floor_name}"
        goal = f"{row.goal.name}: {sign} {row.goal.limit:g} {of}"
    return _LAYOUT.format(
        row.what,
        f"{_number(row.ours)} {row.unit}",
        floor,
        "" if row.ratio is None else f"{row.ratio:.2f}",
        goal,
        {True: "yes", False: "no", None: "" if row.goal is None else "?"}[row.met],
    ).rstrip()


def _number(value: float) -> str:
    """Three digits that matter, no more."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
