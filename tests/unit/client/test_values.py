"""Open enumerations and unions, exact amounts and instants: what an older client makes of news."""

import copy
import pickle
from decimal import Decimal

import msgspec
import pytest

from algotradehub.client.models import (
    Fill,
    FixedTick,
    Instrument,
    InstrumentPriceRule,
    OrderDone,
    OrderOutcomesResults,
    OrderStatus,
    Side,
    Trades,
)
from algotradehub.client.values import Nanoseconds, Unrecognised, encode, plain, read_special


class Told(msgspec.Struct, frozen=True, kw_only=True):
    at_ns: Nanoseconds | None = None
    amount: Decimal | None = None
    rule: InstrumentPriceRule | None = None
    status: OrderStatus | None = None


def read(text: bytes) -> Told:
    return msgspec.json.decode(text, type=Told, dec_hook=read_special)


def test_a_word_of_a_later_version_is_kept() -> None:
    status = read(b'{"status": "PARKED"}').status
    assert isinstance(status, OrderStatus)
    assert status == "PARKED"
    assert not status.known
    assert hash(status) == hash("PARKED")
    assert encode(status) == b'"PARKED"'
    assert copy.deepcopy(status) == pickle.loads(pickle.dumps(status)) == status  # noqa: S301 - ours
    assert "PARKED" not in [each.value for each in OrderStatus]


def test_a_known_word_is_the_member() -> None:
    status = read(b'{"status": "OPEN"}').status
    assert status is OrderStatus.OPEN
    assert status.known


def test_a_word_must_be_text() -> None:
    with pytest.raises(msgspec.ValidationError):
        read(b'{"status": 1}')
    with pytest.raises(ValueError, match="not a valid"):
        Side(3)  # type: ignore[arg-type]


def test_a_kind_of_a_later_version_is_kept_as_it_came() -> None:
    text = b'{"rule": {"type": "PerWeekday", "ticks": ["0.1"]}}'
    rule = read(text).rule
    assert rule == Unrecognised({"type": "PerWeekday", "ticks": ["0.1"]})
    assert plain(read(text))["rule"] == {"type": "PerWeekday", "ticks": ["0.1"]}


@pytest.mark.parametrize("told", ["{}", '{"type": null}', '{"type": ["FixedTick"]}'])
def test_a_kind_that_is_not_told_is_kept_too(told: str) -> None:
    assert isinstance(read(b'{"rule": %b}' % told.encode()).rule, Unrecognised)


def test_a_known_kind_is_its_value() -> None:
    told = b'{"rule": {"type": "FixedTick", "tick": "0.10", "of_a_later_version": 1}}'
    assert read(told).rule == FixedTick(tick=Decimal("0.10"))


def test_a_known_kind_must_be_whole() -> None:
    with pytest.raises(msgspec.ValidationError, match="tick"):
        read(b'{"rule": {"type": "FixedTick"}}')
    with pytest.raises(msgspec.ValidationError, match="Expected `object`"):
        read(b'{"rule": "FixedTick"}')


def test_a_kind_without_a_word_is_known_by_its_field() -> None:
    kind = OrderOutcomesResults
    decoded = msgspec.json.decode(b'{"parked": {}}', type=kind, dec_hook=read_special)
    assert decoded == Unrecognised({"parked": {}})
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"order": {}}', type=kind, dec_hook=read_special)
    assert OrderDone.__struct_fields__ == ("order",)


def test_a_new_field_changes_nothing() -> None:
    told = b'{"venue": "v", "symbol": "s", "trades": [], "of_a_later_version": {"a": 1}}'
    assert msgspec.json.decode(told, type=Trades) == Trades(venue="v", symbol="s", trades=())


def test_an_instant_is_a_number_and_exact() -> None:
    told = read(b'{"at_ns": "1795157250401123457"}')
    assert told.at_ns == 1795157250401123457
    assert told.at_ns is not None
    assert told.at_ns - 1 == 1795157250401123456
    assert (
        encode(told) == b'{"at_ns":"1795157250401123457","amount":null,"rule":null,"status":null}'
    )


@pytest.mark.parametrize("told", [b'"x"', b"1"])
def test_an_instant_is_digits_in_text(told: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(b'{"at_ns": %b}' % told)


@pytest.mark.parametrize("text", ["0.00000001", "100", "0.10", "1000000000000.5"])
def test_an_amount_is_exact_and_written_in_plain_digits(text: str) -> None:
    told = read(b'{"amount": "%b"}' % text.encode())
    assert told.amount == Decimal(text)
    assert plain(told)["amount"] == text
    assert plain({"a": [Decimal("1E-8")]}) == {"a": ["0.00000001"]}


def test_a_value_of_nobody_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="no value of the API"):
        encode(object())


def test_an_unrecognised_value_shows_itself_and_has_no_hash() -> None:
    value = Unrecognised({"a": 1})
    assert repr(value) == "Unrecognised({'a': 1})"
    assert value != {"a": 1}
    with pytest.raises(TypeError):
        hash(value)


def test_values_are_frozen() -> None:
    assert Fill.__struct_config__.frozen
    assert Instrument.__struct_config__.frozen
