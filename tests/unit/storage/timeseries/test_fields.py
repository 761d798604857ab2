"""Amounts, times and sides are read exactly, or refused in words."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algotradehub.domain.instrument import Side
from algotradehub.domain.money import NotMoney, parse
from algotradehub.domain.money import text as money_text
from algotradehub.storage.timeseries import fields

SECOND_NS = fields.SECOND_NS
times = st.integers(631_152_000 * SECOND_NS, 4_102_444_799 * SECOND_NS)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=0, max_value=10**18))
def test_an_amount_is_the_text_exactly(value: Decimal) -> None:
    assert money_text(fields.amount(money_text(value))) == money_text(value)


@given(st.text(alphabet="0123456789.-+eE_ ,nNaAiIfF\u0661", max_size=45))
def test_an_amount_is_what_money_takes_or_nothing(text: str) -> None:
    """The quick way and the thousands separators accept nothing that money would not."""
    bare = text.strip()
    try:
        value = fields.amount(text)
    except ValueError:
        with pytest.raises(NotMoney):
            parse(bare)
        return
    assert value == parse(bare.replace(",", ""))


@given(st.integers(0, 10**15), st.integers(0, 99))
def test_thousands_separators(whole: int, cents: int) -> None:
    assert fields.amount(f"{whole:,}.{cents:02}") == Decimal(f"{whole}.{cents:02}")


@pytest.mark.parametrize("text", ["12,3x", "", "  ", "1,23", "12,3456", "0x10", "1_000", "\u0663"])
def test_not_an_amount(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        fields.amount(text)


@pytest.mark.parametrize("text", ["nan", "Infinity", "-inf"])
def test_a_number_must_be_finite(text: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        fields.price(text)


def test_indian_thousands() -> None:
    assert fields.amount("12,34,567.50") == Decimal("1234567.50")


@pytest.mark.parametrize("text", ["0", "-1", "0.00"])
def test_a_price_is_above_zero(text: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        fields.price(text)


def test_a_quantity_may_be_zero_but_not_negative() -> None:
    assert fields.quantity("0") == 0
    with pytest.raises(ValueError, match="negative"):
        fields.quantity("-0.1")


@pytest.mark.parametrize("text", ["-1", "1.0", "", "9" * 19, "²"])
def test_not_a_whole_number(text: str) -> None:
    with pytest.raises(ValueError, match="whole"):
        fields.whole(text)


@given(times)
def test_the_unit_of_an_epoch_is_told_by_its_size(at_ns: int) -> None:
    for unit_ns in (SECOND_NS, 1_000_000, 1_000, 1):
        assert fields.time_ns(str(at_ns // unit_ns)) == at_ns // unit_ns * unit_ns


@given(times)
def test_epoch_seconds_with_a_fraction_keep_it_all(at_ns: int) -> None:
    assert fields.time_ns(f"{at_ns // SECOND_NS}.{at_ns % SECOND_NS:09}") == at_ns


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)),  # noqa: DTZ001 - zone added below
    st.integers(-14 * 60, 14 * 60),
)
def test_iso_times_with_a_zone(wall: datetime, offset: int) -> None:
    at = wall.replace(tzinfo=timezone(timedelta(minutes=offset)))
    micro = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert fields.time_ns(at.isoformat()) == micro * 1_000
    assert fields.time_ns(at.isoformat(" ")) == micro * 1_000


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2020-01-02", "2020-01-02T00:00:00+00:00"),
        ("20200102", "2020-01-02T00:00:00+00:00"),
        ("20200102 030405", "2020-01-02T03:04:05+00:00"),
        ("20200102030405", "2020-01-02T03:04:05+00:00"),
        ("20200102 03:04", "2020-01-02T03:04:00+00:00"),
        ("20200102 030405678", "2020-01-02T03:04:05.678+00:00"),
        ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05+00:00"),
        ("2020-01-02 03:04:05 UTC", "2020-01-02T03:04:05+00:00"),
        ("2020-01-02 03:04:05+0530", "2020-01-01T21:34:05+00:00"),
        ("2019-10-17 09-AM", "2019-10-17T09:00:00+00:00"),
        ("2019-10-17 12-AM", "2019-10-17T00:00:00+00:00"),
        ("2019-10-17 12-PM", "2019-10-17T12:00:00+00:00"),
        ("2019-10-17 11-PM", "2019-10-17T23:00:00+00:00"),
    ],
)
def test_other_ways_to_write_a_time(text: str, iso: str) -> None:
    seconds = datetime.fromisoformat(iso).timestamp()
    assert fields.time_ns(text) == round(seconds * 1_000) * 1_000_000


def test_nine_decimals_are_kept() -> None:
    assert fields.time_ns("2020-01-02 03:04:05.123456789") % SECOND_NS == 123_456_789


@pytest.mark.parametrize(
    "text", ["", "0", "5", "noon", "2020-13-01", "2020-02-30", "2020-01-02 24:01", "9" * 20,
             "2019-10-17 13-PM", "2020-01-0203"],
)  # fmt: skip
def test_not_a_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several texts; the next test looks at one
        fields.time_ns(text)


def test_slashes_are_ambiguous() -> None:
    with pytest.raises(ValueError, match="day or month first"):
        fields.time_ns("01/02/2020")


@given(times, st.sampled_from(["America/New_York", "Asia/Kolkata", "Europe/London"]))
def test_wall_clocks_of_a_zone(at_ns: int, name: str) -> None:
    zone = ZoneInfo(name)
    wall = datetime.fromtimestamp(at_ns // SECOND_NS, UTC).astimezone(zone)
    text = wall.strftime("%Y-%m-%d %H:%M:%S")
    again = datetime.fromtimestamp(fields.time_ns(text, zone) // SECOND_NS, UTC).astimezone(zone)
    assert again.replace(tzinfo=None) == wall.replace(tzinfo=None)
    if wall.fold == 0:
        assert fields.time_ns(text, zone) == at_ns // SECOND_NS * SECOND_NS


def test_which_texts_carry_no_zone() -> None:
    assert fields.has_no_zone("2020-01-02 03:04")
    assert fields.has_no_zone("2019-10-17 09-AM")
    assert not fields.has_no_zone("2020-01-02 03:04Z")
    assert not fields.has_no_zone("1583020803145000")


def test_the_commonest_step() -> None:
    day = 86_400
    assert fields.modal_step([0, day, 2 * day, 5 * day, 6 * day]) == day
    assert fields.modal_step([3 * day, 2 * day, 2 * day, day]) == day  # newest first
    assert fields.modal_step([0, 1, 3]) == 1  # of equals the smaller
    assert fields.modal_step([7]) is None


def test_sides() -> None:
    assert (fields.side("Buy"), fields.side("s"), fields.side("ANY")) == (Side.BUY, Side.SELL, None)
    assert fields.taker_from_maker_flag("True") is Side.SELL
    assert fields.taker_from_maker_flag("0") is Side.BUY
    with pytest.raises(ValueError, match="not a side"):
        fields.side("upwards")
    with pytest.raises(ValueError, match="true or false"):
        fields.flag("2")


@pytest.mark.parametrize(
    ("text", "pointed"),
    [
        ("100,5", "100.5"),
        ("1.234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("-0,25", "-0.25"),
        ("100.5", "100.5"),
        ("12", "12"),
        ("1700000000.123456", "1700000000.123456"),
        ("2024-01-15 10:00:00,5", "2024-01-15 10:00:00,5"),
        ("1,2,3", "1,2,3"),
    ],
)
def test_a_decimal_comma_becomes_a_point(text: str, pointed: str) -> None:
    assert fields.with_point(text) == pointed


def test_a_decimal_comma_that_nobody_told_of_is_refused_with_advice() -> None:
    with pytest.raises(ValueError, match="--decimal-comma"):
        fields.amount("1.234,5")


def test_a_date_with_points_is_told_how_to_write() -> None:
    with pytest.raises(ValueError, match="write YYYY-MM-DD"):
        fields.time_ns("15.01.2024 10:00")
