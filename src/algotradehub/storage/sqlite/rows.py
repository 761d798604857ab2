"""Domain values as rows: the statements that store them, and the way back.

Every statement is an upsert: a batch that was stored although its commit reported a failure is
stored again, together with what came after it. Columns that never change are not in the update,
for an index whose columns stand there is written each time.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TypeAlias

import msgspec

from algotradehub.domain.balance import AssetBalance
from algotradehub.domain.fill import Fill
from algotradehub.domain.guard_records import Guarded, Unguarded
from algotradehub.domain.ids import (
    AccountId,
    ClientOrderId,
    IdempotencyKey,
    Symbol,
    TenantId,
    VenueId,
)
from algotradehub.domain.instrument import Instrument
from algotradehub.domain.order import Order, QuoteAmount
from algotradehub.domain.position import Position
from algotradehub.domain.record_kind import Kind
from algotradehub.domain.records import (
    Adopted,
    AmendSettled,
    BalanceCorrected,
    Body,
    Checkpoint,
    CloseAsked,
    DayMarked,
    DecisionProposed,
    Differed,
    FlatProven,
    HaltSet,
    Intent,
    Intervened,
    Listed,
    LookedUp,
    Observed,
    OrderRecord,
    PauseSet,
    PositionCorrected,
    Record,
    Requested,
    Responded,
    Restarted,
    StopProven,
    Told,
)
from algotradehub.domain.trading_day import TradingDay
from algotradehub.ports.store import Claim, Halt, Pause, PositionChange

Row: TypeAlias = tuple[object, ...]

_encode = msgspec.msgpack.Encoder().encode
read_order = msgspec.msgpack.Decoder(Order).decode
read_fill = msgspec.msgpack.Decoder(Fill).decode
read_position = msgspec.msgpack.Decoder(Position).decode
read_day = msgspec.msgpack.Decoder(TradingDay).decode
read_balance = msgspec.msgpack.Decoder(AssetBalance).decode
_read_instrument = msgspec.msgpack.Decoder(Instrument).decode
_read_body = msgspec.msgpack.Decoder(Body).decode


def _upsert(table: str, keys: str, fixed: str, changing: str, **computed: str) -> str:
    """An INSERT that takes the columns in this order and, where the keys exist, the changing ones.

    A column in ``computed`` gets its value from that SQL and takes no parameter.
    """
    names = [*keys.split(), *fixed.split(), *changing.split()]
    change = ", ".join(f"{name} = excluded.{name}" for name in changing.split())
    return (
        f"INSERT INTO {table} ({', '.join([*names, *computed])}) "  # noqa: S608 - constants below
        f"VALUES ({', '.join(['?'] * len(names) + list(computed.values()))}) "
        f"ON CONFLICT ({', '.join(keys.split())}) DO "
        + (f"UPDATE SET {change}" if change else "NOTHING")
    )


# Enums are stored by ``_value_``: on Python 3.11 ``value`` is a call, and sqlite3 would look for an
# adapter of what is not quite a str.


def _text(amount: Decimal) -> str:
    # The same as f"{amount:f}" in a third of the time.
    text = str(amount)
    return f"{amount:f}" if "E" in text else text


def _text_or_null(amount: Decimal | None) -> str | None:
    return None if amount is None else _text(amount)


ORDER = _upsert(
    "orders",
    "order_id",
    "tenant account symbol side type time_in_force strategy idempotency_key quote_value created_ns",
    "status venue_order_id quantity limit_price trigger_price filled paid updated_ns account_seq "
    "value",
)


def order_row(order: Order, account_seq: int) -> Row:
    request = order.request
    leg = order.legs[-1]
    amount = request.amount
    return (
        order.order_id,
        request.tenant,
        request.account,
        request.symbol,
        request.side._value_,
        request.type._value_,
        request.time_in_force._value_,
        request.strategy,
        request.idempotency_key,
        _text(amount.value) if isinstance(amount, QuoteAmount) else None,
        order.created_ns,
        order.status._value_,
        leg.venue_order_id,
        _text_or_null(leg.quantity),
        _text_or_null(leg.limit_price),
        None if request.trigger is None else _text(request.trigger.price),
        _text(order.filled),
        _text(order.paid),
        order.updated_ns,
        account_seq,
        _encode(order),
    )


# Nearly every change of an order leaves the names of its legs as they are.
LEG = (
    _upsert("legs", "client_order_id", "order_id account", "venue_order_id")
    + " WHERE excluded.venue_order_id IS NOT legs.venue_order_id"
)


def leg_rows(order: Order) -> Iterator[Row]:
    """One row each. The first leg goes by the order's id, which for our orders is the leg's own.

    That of an adopted order was named by somebody else: such names repeat, within an account too.
    """
    for index, leg in enumerate(order.legs):
        name = leg.client_order_id if index else order.order_id
        yield name, order.order_id, order.request.account, leg.venue_order_id


# A fill's tenant is its order's, which is stored before it in the same transaction.
FILL = _upsert(
    "fills",
    "order_id execution_id",
    "account symbol side",
    "venue_order_id price quantity fee fee_asset cause venue_time_ns value",
    tenant="(SELECT tenant FROM orders WHERE order_id = ?1)",
)
DROP_FILL = "DELETE FROM fills WHERE order_id = ? AND execution_id = ?"


def fill_row(fill: Fill) -> Row:
    return (
        fill.order_id,
        fill.execution_id,
        fill.account,
        fill.symbol,
        fill.side._value_,
        fill.venue_order_id,
        _text(fill.price),
        _text(fill.quantity),
        _text_or_null(fill.fee),
        fill.fee_asset,
        fill.cause._value_,
        fill.venue_time_ns,
        _encode(fill),
    )


POSITION = _upsert(
    "positions",
    "account symbol side",
    "",
    "quantity cost realized opened_ns updated_ns value",
)


def position_row(position: Position) -> Row:
    return (
        position.account,
        position.symbol,
        position.side._value_,
        _text(position.quantity),
        _text(position.cost),
        _text(position.realized),
        position.opened_ns,
        position.updated_ns,
        _encode(position),
    )


POSITION_CHANGE = _upsert(
    "position_history",
    "seq part",
    "account symbol side event previous_quantity new_quantity previous_cost new_cost execution_id "
    "at_ns value",
    "",
)


def position_change_rows(changes: Iterable[PositionChange]) -> Iterator[Row]:
    """One row each. All changes of one record must come together: they are numbered here."""
    seq, part = 0, 0
    for change in changes:
        part = part + 1 if change.seq == seq else 0
        seq = change.seq
        position = change.position
        yield (
            seq,
            part,
            position.account,
            position.symbol,
            position.side._value_,
            change.event._value_,
            change.previous_quantity,
            _text(position.quantity),
            change.previous_cost,
            _text(position.cost),
            change.execution_id,
            change.at_ns,
            _encode(change),
        )


BALANCE = _upsert(
    "balances", "account asset", "", "total available opening posted updated_ns value"
)


def balance_row(balance: AssetBalance) -> Row:
    return (
        balance.account,
        balance.asset,
        _text_or_null(balance.total),
        _text_or_null(balance.available),
        _text_or_null(balance.opening),
        _text(balance.posted),
        balance.updated_ns,
        _encode(balance),
    )


# A key may be used again once its claim has run out (order-path 1), so the newer one stays.
CLAIM = _upsert("claims", "tenant key", "", "order_id claimed_ns")


def claim_row(claim: Claim) -> Row:
    return claim.tenant, claim.key, claim.order_id, claim.claimed_ns


def read_claim(tenant: str, key: str, order_id: str, claimed_ns: int) -> Claim:
    return Claim(
        tenant=TenantId(tenant),
        key=IdempotencyKey(key),
        order_id=ClientOrderId(order_id),
        claimed_ns=claimed_ns,
    )


HALT = _upsert("halts", "account", "", "halted reason by at_ns stop looked_ns")


def halt_row(halt: Halt) -> Row:
    looked_ns = " ".join(map(str, halt.looked_ns))
    return halt.account, halt.halted, halt.reason, halt.by, halt.at_ns, halt.stop, looked_ns


def read_halt(row: tuple[str, int, str, str, int, int, str]) -> Halt:
    account, halted, reason, by, at_ns, stop, looked_ns = row
    return Halt(
        account=AccountId(account),
        halted=bool(halted),
        reason=reason,
        by=by,
        at_ns=at_ns,
        stop=bool(stop),
        looked_ns=tuple(map(int, looked_ns.split())),
    )


PAUSE = _upsert("pauses", "venue", "", "paused reason by at_ns")


def pause_row(pause: Pause) -> Row:
    return pause.venue, pause.paused, pause.reason, pause.by, pause.at_ns


def read_pause(venue: str, paused: int, reason: str, by: str, at_ns: int) -> Pause:
    return Pause(venue=VenueId(venue), paused=bool(paused), reason=reason, by=by, at_ns=at_ns)


DAY = _upsert("days", "account", "", "begins_ns value")


def day_row(day: TradingDay) -> Row:
    return day.account, day.begins_ns, _encode(day)


INSTRUMENT = _upsert("instruments", "account symbol", "", "value")


def instrument_row(key: tuple[AccountId, Symbol], instrument: Instrument) -> Row:
    return *key, _encode(instrument)


def read_instrument(account: str, value: bytes) -> tuple[AccountId, Instrument]:
    return AccountId(account), _read_instrument(value)


ACCOUNT_SEQ = _upsert("account_seqs", "account", "", "account_seq")

RECORD = _upsert("records", "seq", "v at_ns account account_seq kind order_id body", "")


def record_row(record: Record) -> Row:
    return (
        record.seq,
        record.v,
        record.at_ns,
        record.account,
        record.account_seq,
        record.kind._value_,
        named_order(record.body),
        _encode(record.body),
    )


def read_record(row: tuple[int, int, int, str, int, str, bytes]) -> Record:
    seq, v, at_ns, account, account_seq, kind, body = row
    return Record(
        v=v,
        seq=seq,
        at_ns=at_ns,
        account=AccountId(account),
        account_seq=account_seq,
        kind=Kind(kind),
        body=_read_body(body),
    )


def named_order(body: Body) -> ClientOrderId | None:
    """The client order id a record is about: an order's, or the leg's a request was for."""
    match body:  # the frequent ones first: a class that does not match costs 0.1 us
        case Observed():
            return body.order_id
        case Intent() | Adopted():
            return body.order.order_id
        case Requested() | Responded():
            return body.client_order_id
        case AmendSettled() | LookedUp() | Intervened() | DecisionProposed():
            return body.order_id
        case _ if isinstance(body, OrderRecord):
            return body.order_id
        case Unguarded() | Guarded():
            return None
        case Listed() | Told() | Restarted() | HaltSet() | Checkpoint():
            return None
        case Differed() | BalanceCorrected() | PositionCorrected() | StopProven():
            return None
        case CloseAsked() | FlatProven() | PauseSet() | DayMarked():
            return None
