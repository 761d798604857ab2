"""The projection as tables in one SQLite database: the Store port, synchronous."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from itertools import chain, starmap
from os import PathLike, fspath
from typing import Any

from algotradehub.domain.errors import StorageDamaged
from algotradehub.domain.fill import Fill
from algotradehub.domain.ids import (
    AccountId,
    ClientOrderId,
    Symbol,
    TenantId,
    VenueId,
    VenueOrderId,
)
from algotradehub.domain.order import FINAL_STATUSES, Order, OrderStatus
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import CloseAsked, HaltSet, Record
from algotradehub.ports.audit import OperationFilter, OperationStats, Performed
from algotradehub.ports.store import Changes, OrderFilter, Restored
from algotradehub.storage.sqlite import operations, rows
from algotradehub.storage.sqlite.errors import WHAT_TO_DO, translated
from algotradehub.storage.sqlite.opening import MEMORY, open_database, open_reader

_WORKING = "SELECT order_id FROM orders WHERE status IN ({})".format(  # noqa: S608 - an enum's names
    ", ".join(f"'{status}'" for status in OrderStatus if status not in FINAL_STATUSES)
)
_WANTED = f"{_WORKING} UNION SELECT order_id FROM orders WHERE updated_ns > ?"  # noqa: S608 - above

_RECORDS = "SELECT seq, v, at_ns, account, account_seq, kind, body FROM records"
_MOVE = "UPDATE meta SET applied_seq = ?1 WHERE applied_seq <= ?1"
_COMMANDS = 1_000  # so many halts, stops and resumptions are searched for the last stop
_BEGINNING_NS = -(2**63)  # the smallest number a column can hold


class SqliteStore:
    """One connection to one database. One thread at a time may use it.

    Every method raises OSError where the disk or its permissions fail, and StorageDamaged where
    the content is not what this program wrote.
    """

    def __init__(self, path: str | PathLike[str] = MEMORY, *, read_only: bool = False) -> None:
        """Open the database at ``path``, creating or migrating it; by default one in memory.

        With ``read_only`` it must exist and be up to date: some other store has opened it before.

        Raises:
            OSError: It cannot be created, read or written.
            StorageDamaged: It is damaged, not ours, or of a newer version than this program.
        """
        self._path = fspath(path)
        self._connection = (open_reader if read_only else open_database)(self._path)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see the same state, whatever is applied meanwhile."""
        if self._connection.in_transaction:
            yield
            return
        with translated(self._path), self._transaction("DEFERRED"):
            yield

    @property
    def applied_seq(self) -> int:
        with translated(self._path):
            (seq,) = self._connection.execute("SELECT applied_seq FROM meta").fetchone()
        return int(seq)

    def apply(self, changes: Changes) -> None:
        """Store all of it, and ``applied_seq``, in one transaction.

        Raises:
            OSError: Nothing of it was stored; may be tried again.
            StorageDamaged: Nothing of it was stored, and trying again is no use: the projection
                is ahead of these changes, or lacks the order of a fill.
        """
        with translated(self._path), self._transaction("IMMEDIATE"):
            moved = self._connection.execute(_MOVE, (changes.applied_seq,)).rowcount
            if not moved:
                # Not skipped: after a power loss the journal may end before the projection does,
                # and its next records would then be lost here without a word.
                raise StorageDamaged(
                    f"{self._path} has applied record {self.applied_seq}, so record "
                    f"{changes.applied_seq} is not of the same journal. {WHAT_TO_DO}"
                )
            self._store(changes)

    def _store(self, changes: Changes) -> None:
        orders, fills = changes.orders.values(), changes.fills.values()
        instruments, records = changes.instruments.items(), changes.records
        legs = (rows.leg_rows(order) for order, _ in orders)
        self._many(rows.ORDER, orders, starmap(rows.order_row, orders))
        self._many(rows.LEG, orders, chain.from_iterable(legs))
        self._many(rows.FILL, fills, map(rows.fill_row, fills))
        self._many(rows.DROP_FILL, changes.dropped_fills, changes.dropped_fills)
        positions, moves = changes.positions.values(), changes.position_changes
        self._many(rows.POSITION, positions, map(rows.position_row, positions))
        self._many(rows.POSITION_CHANGE, moves, rows.position_change_rows(moves))
        balances, claims = changes.balances.values(), changes.claims
        self._many(rows.BALANCE, balances, map(rows.balance_row, balances))
        self._many(rows.CLAIM, claims, map(rows.claim_row, claims))
        self._many(rows.INSTRUMENT, instruments, starmap(rows.instrument_row, instruments))
        self._many(rows.RECORD, records, map(rows.record_row, records))
        operations.store(self._connection, records)
        self._many(rows.ACCOUNT_SEQ, changes.account_seqs, changes.account_seqs.items())
        halts, pauses, days = changes.halts, changes.pauses, changes.days
        self._many(rows.HALT, halts, map(rows.halt_row, halts.values()))
        self._many(rows.PAUSE, pauses, map(rows.pause_row, pauses.values()))
        self._many(rows.DAY, days, map(rows.day_row, days.values()))

    def restore(self, *, changed_after_ns: int, claimed_after_ns: int) -> Restored:
        """Return what may still change: orders by id, fills by order and time."""
        with self.snapshot():
            seqs = self._all("SELECT account, account_seq FROM account_seqs")
            orders = self._all(
                f"SELECT value FROM orders WHERE order_id IN ({_WANTED}) "  # noqa: S608 - above
                "ORDER BY order_id",
                changed_after_ns,
            )
            fills = self._all(
                f"SELECT value FROM fills WHERE order_id IN ({_WANTED}) "  # noqa: S608 - above
                "ORDER BY order_id, venue_time_ns, execution_id",
                changed_after_ns,
            )
            claim = "SELECT tenant, key, order_id, claimed_ns FROM claims"
            claims = self._all(
                f"{claim} WHERE claimed_ns > ? UNION {claim} WHERE order_id IN ({_WORKING}) "
                "ORDER BY claimed_ns, tenant, key",
                claimed_after_ns,
            )
            positions = self._all("SELECT value FROM positions ORDER BY account, symbol, side")
            balances = self._all("SELECT value FROM balances ORDER BY account, asset")
            halts = self._all(
                "SELECT account, halted, reason, by, at_ns, stop, looked_ns FROM halts"
            )
            pauses = self._all("SELECT venue, paused, reason, by, at_ns FROM pauses")
            days = self._all("SELECT value FROM days ORDER BY account")
            instruments = self._all("SELECT account, value FROM instruments")
            return Restored(
                applied_seq=self.applied_seq,
                account_seqs={AccountId(account): seq for account, seq in seqs},
                orders=list(starmap(rows.read_order, orders)),
                fills=list(starmap(rows.read_fill, fills)),
                positions=list(starmap(rows.read_position, positions)),
                balances=list(starmap(rows.read_balance, balances)),
                claims=list(starmap(rows.read_claim, claims)),
                halts=list(map(rows.read_halt, halts)),
                pauses=[rows.read_pause(*row) for row in pauses],
                days=[rows.read_day(value) for (value,) in days],
                instruments=list(starmap(rows.read_instrument, instruments)),
            )

    def order(self, order_id: ClientOrderId) -> Order | None:
        return self._order(
            "SELECT value FROM orders WHERE order_id = "
            "ifnull((SELECT order_id FROM legs WHERE client_order_id = ?1), ?1)",
            order_id,
        )

    def order_by_venue_id(self, account: AccountId, venue_order_id: VenueOrderId) -> Order | None:
        """Return the order one of whose legs the venue calls so."""
        return self._order(
            "SELECT value FROM legs JOIN orders USING (order_id) "
            "WHERE legs.account = ? AND legs.venue_order_id = ? ORDER BY order_id DESC LIMIT 1",
            account,
            venue_order_id,
        )

    def orders(self, wanted: OrderFilter) -> Sequence[Order]:
        """Return at most ``wanted.limit`` orders, newest first."""
        where, values = _conditions(
            ("tenant = ?", wanted.tenant),
            ("account = ?", wanted.account),
            ("symbol = ?", wanted.symbol),
            ("strategy = ?", wanted.strategy),
            ("side = ?", wanted.side),
            ("created_ns >= ?", wanted.created_from_ns),
            ("created_ns < ?", wanted.created_to_ns),
            ("order_id < ?", wanted.before),
        )
        statuses = wanted.statuses
        if statuses is not None:
            where += f" AND status IN ({', '.join('?' * len(statuses))})"
            values += sorted(statuses)
        # The planner cannot know that few orders are working, or that time ends the search: left
        # alone it walks through the tenant's whole history to fill the last page.
        index = ""
        if statuses is not None and not statuses & FINAL_STATUSES:
            index = "INDEXED BY orders_by_status"
        elif wanted.created_from_ns is not None:
            index = "INDEXED BY orders_by_creation"
        found = self._all(
            f"SELECT value FROM orders {index} WHERE {where} "  # noqa: S608 - constants
            "ORDER BY order_id DESC LIMIT ?",
            *values,
            wanted.limit,
        )
        with translated(self._path):
            return list(starmap(rows.read_order, found))

    def fills(
        self,
        *,
        tenant: TenantId,
        order_id: ClientOrderId | None = None,
        account: AccountId | None = None,
        symbol: Symbol | None = None,
        before_ns: int | None = None,
        limit: int = 100,
    ) -> Sequence[Fill]:
        """Return the newest fills whose venue time is before ``before_ns``, newest first.

        There may be more than ``limit``: those of the page's last instant come together, for the
        next page starts before it.
        """
        where, values = _conditions(
            # The plus keeps the planner from the tenant's index, where the order's is better.
            ("tenant = ?" if order_id is None else "+tenant = ?", tenant),
            ("order_id = ?", order_id),
            ("account = ?", account),
            ("symbol = ?", symbol),
            ("venue_time_ns < ?", before_ns),
        )
        last_instant = (
            f"SELECT venue_time_ns FROM fills WHERE {where} "  # noqa: S608 - constants
            "ORDER BY venue_time_ns DESC LIMIT 1 OFFSET ?"
        )
        found = self._all(
            f"SELECT value FROM fills WHERE {where} "  # noqa: S608 - constants
            f"AND venue_time_ns >= ifnull(({last_instant}), {_BEGINNING_NS}) "
            "ORDER BY venue_time_ns DESC, order_id, execution_id",
            *values,
            *values,
            limit - 1,
        )
        with translated(self._path):
            return list(starmap(rows.read_fill, found))

    def timeline(self, order_id: ClientOrderId) -> Sequence[Record]:
        """Return every journal record about one order, or about a request for one of its legs."""
        order = self.order(order_id)
        if order is None:
            return []
        # A stranger's leg has a name of its own, which may be used on another account as well.
        names = {order.order_id, *(leg.client_order_id for leg in order.legs)}
        found = self._all(
            f"{_RECORDS} WHERE order_id IN ({', '.join('?' * len(names))}) AND account = ? "
            "ORDER BY seq",
            *names,
            order.request.account,
        )
        with translated(self._path):
            return list(map(rows.read_record, found))

    def stop_records(self, account: AccountId, *, limit: int) -> Sequence[Record]:
        """Return the records from the one that asked for the last stop or close-all."""
        with self.snapshot():
            commands = self._all(
                f"{_RECORDS} WHERE order_id IS NULL AND account = ? AND kind = ? "
                "ORDER BY seq DESC LIMIT ?",
                account,
                Kind.COMMAND,
                _COMMANDS,
            )
            first = _first_of_stop(map(rows.read_record, commands))
            if first is None:
                return []
            found = self._all(
                f"{_RECORDS} WHERE account = ? AND seq >= ? ORDER BY seq LIMIT ?",
                account,
                first,
                limit,
            )
            return list(map(rows.read_record, found))

    def operations(self, wanted: OperationFilter) -> Sequence[Performed]:
        """Return what was asked of venues, newest first."""
        with translated(self._path):
            return list(operations.found(self._connection, wanted))

    def operation_stats(
        self, wanted: OperationFilter, *, period_ns: int | None = None
    ) -> Sequence[OperationStats]:
        """Return for each period the sum over all kinds, and then each kind of operation."""
        with translated(self._path):
            return list(operations.statistics(self._connection, wanted, period_ns))

    def actions(self, wanted: OperationFilter) -> Sequence[Record]:
        """Return what people decided and what was corrected, newest first."""
        with translated(self._path):
            return list(operations.actions(self._connection, wanted))

    def venues(self) -> dict[AccountId, VenueId]:
        """Return the venue of every account that has listed an instrument."""
        found = self._all("SELECT account, value FROM instruments GROUP BY account")
        with translated(self._path):
            return {
                account: instrument.venue
                for account, instrument in starmap(rows.read_instrument, found)
            }

    def first_seq_of_live(self) -> int | None:
        """Return the number of the oldest record about an order that is not final."""
        ((seq,),) = self._all(
            "SELECT min(seq) FROM records WHERE order_id IN (SELECT client_order_id FROM legs "  # noqa: S608 - above
            f"WHERE order_id IN ({_WORKING}) UNION {_WORKING})"
        )
        return None if seq is None else int(seq)

    def _order(self, query: str, *values: object) -> Order | None:
        found = self._all(query, *values)
        with translated(self._path):
            return rows.read_order(*found[0]) if found else None

    def _many(self, statement: str, changed: Sized, parameters: Iterable[rows.Row]) -> None:
        if changed:  # a batch touches few tables, and a statement for no row costs as much as one
            self._connection.executemany(statement, parameters)

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with translated(self._path):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[None]:
        self._connection.execute(f"BEGIN {kind}")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # After some errors, such as a full disk, SQLite has rolled back already.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _first_of_stop(newest_first: Iterable[Record]) -> int | None:
    """The number of the record that asked for the last stop, or close-all without a stop."""
    first = None
    for record in newest_first:
        body = record.body
        if isinstance(body, HaltSet) and body.stop:
            return record.seq
        if isinstance(body, HaltSet) and first is not None and not body.halted:
            break  # an earlier stop had ended by then
        if isinstance(body, CloseAsked):
            first = record.seq
    return first


def _conditions(*pairs: tuple[str, object]) -> tuple[str, list[object]]:
    """The conditions whose value is given, joined by AND, and the values in their order."""
    given = [(condition, value) for condition, value in pairs if value is not None]
    return " AND ".join(condition for condition, _ in given), [value for _, value in given]
