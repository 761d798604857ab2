"""Every field of an order wrong in turn: named, with its rule, and nothing was done."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.api.gateway import ACCOUNT, ORDER, OTHERS_ACCOUNT, Gateway, gateway, quote

PATH = "/api/v1/orders"
Shared: TypeAlias = tuple[asyncio.Runner, Gateway]

HUGE = "9" * 60_000
AMOUNTS: list[Any] = [
    0,
    0.1,
    -1,
    10**400,
    True,
    [],
    {},
    "",
    " 1",
    "1 ",
    "abc",
    "0x10",
    "1,5",
    "1_000",
    "٣",
]
AMOUNTS += ["NaN", "-NaN", "sNaN", "Infinity", "1e400", "1E+999999", "1E-999999", HUGE]
AMOUNTS += ["0", "-0", "-1", "0.00000000000000000000000000000000000001", "1E+30"]
WORDS: list[Any] = ["", "nonsense", 1, 1.5, None, True, [], {}, HUGE, "BUY\x00", "L\u0130MIT"]
NAMES: list[Any] = [
    "",
    1,
    None,
    True,
    [],
    {},
    "x" * 65,
    HUGE,
    "\x00",
    "a\nb",
    "ü",
    "\N{PILE OF POO}",
]
LABELS: list[Any] = [None, [], "x", 1]
NO_TRIGGERS: list[Any] = ["61000", 1, [], True]
STOP: dict[str, Any] = {"price": "61000", "direction": "RISES_TO"}

WRONG: list[tuple[str, dict[str, Any]]] = [
    *(("quantity", {"quantity": amount}) for amount in [*AMOUNTS, "0.0105", "0.0001", "101"]),
    *(("limit_price", {"limit_price": amount}) for amount in [*AMOUNTS, "60000.15"]),
    *(
        ("value", {"value": a, "quantity": ..., "limit_price": ..., "type": "MARKET"})
        for a in AMOUNTS
    ),
    ("value", {"value": "4.99", "quantity": ..., "limit_price": ..., "type": "MARKET"}),
    ("value", {"value": "10", "quantity": ...}),
    ("quantity", {"value": "1"}),
    ("quantity", {"quantity": ...}),
    *((name, {name: ...}) for name in ("account", "symbol", "side", "type", "limit_price")),
    *(("account", {"account": name}) for name in [*NAMES, "paper-mian", OTHERS_ACCOUNT]),
    *(("symbol", {"symbol": name}) for name in [*NAMES, "BTC/USD", "btc/usdt"]),
    *(("side", {"side": word}) for word in WORDS),
    *(("type", {"type": word}) for word in WORDS),
    *(("time_in_force", {"time_in_force": word}) for word in WORDS),
    *(("position_side", {"position_side": word}) for word in WORDS),
    *(("post_only", {"post_only": flag}) for flag in ["true", 1, 0, None, [], "yes"]),
    ("post_only", {"post_only": True, "time_in_force": "IOC"}),
    *(("reduce_only", {"reduce_only": flag}) for flag in ["true", 1, 0, None, []]),
    *(("strategy", {"strategy": name}) for name in NAMES if name is not None),
    *(("metadata", {"metadata": labels}) for labels in LABELS),
    ("metadata.a", {"metadata": {"a": 1}}),
    ("metadata.a", {"metadata": {"a": {"b": "c"}}}),
    ("metadata", {"metadata": {"a" * 65: "x"}}),
    ("metadata", {"metadata": {"a": "x" * 257}}),
    ("metadata", {"metadata": {str(number): "x" for number in range(17)}}),
    *(("expires_at", {"time_in_force": "GTD", "expires_at": at}) for at in [0, "", "tomorrow", {}]),
    ("expires_at", {"time_in_force": "GTD"}),
    ("expires_at", {"time_in_force": "GTD", "expires_at": "2027-01-15T07:59:59Z"}),
    ("expires_at", {"time_in_force": "GTD", "expires_at": "9999-01-01T00:00:00Z"}),
    ("expires_at", {"expires_at": "2027-02-01T00:00:00Z"}),
    ("trigger", {"type": "STOP_LIMIT"}),
    ("trigger", {"trigger": STOP}),
    *(("trigger", {"type": "STOP_LIMIT", "trigger": value}) for value in NO_TRIGGERS),
    *(
        ("trigger.price", {"type": "STOP_LIMIT", "trigger": {**STOP, "price": amount}})
        for amount in [*AMOUNTS, None, "61000.05", "59000"]
    ),
    *(
        ("trigger.direction", {"type": "STOP_LIMIT", "trigger": {**STOP, "direction": word}})
        for word in [*WORDS, "FALLS_TO"]
    ),
    ("trigger.source", {"type": "STOP_LIMIT", "trigger": {**STOP, "source": "BEST"}}),
    ("trigger.at", {"type": "STOP_LIMIT", "trigger": {**STOP, "at": "1"}}),
    ("trail", {"type": "TRAILING_STOP", "limit_price": ...}),
    ("trail", {"trail": {"offset": "1"}}),
    ("trail", {"type": "TRAILING_STOP", "limit_price": ..., "trail": {}}),
    *(
        ("trail.offset", {"type": "TRAILING_STOP", "limit_price": ..., "trail": {"offset": amount}})
        for amount in AMOUNTS
    ),
    (
        "trail.offset_bps",
        {"type": "TRAILING_STOP", "limit_price": ..., "trail": {"offset_bps": "10000"}},
    ),
    ("price", {"price": "1"}),
    ("x" * 99 + "…", {"x" * 60_000: "1"}),
]


def id_of(case: Any) -> str:
    return str(case)[:40]


@pytest.fixture(scope="module")
def shared() -> Iterator[Shared]:
    """One gateway for many examples: a refusal leaves no trace in it."""
    with asyncio.Runner() as runner:
        opened = gateway()
        api = runner.run(opened.__aenter__())
        api.tell(quote("60000", "60000.5", api.clock.now_ns()))
        yield runner, api
        runner.run(opened.__aexit__(None, None, None))


@pytest.mark.parametrize(("field", "changes"), WRONG, ids=id_of)
def test_a_wrong_field_is_named_and_nothing_is_done(
    shared: Shared, field: str, changes: dict[str, Any]
) -> None:
    runner, api = shared
    with api.untouched():
        reply = runner.run(api.place("refused", **changes))
    problem = reply.json
    assert (reply.status, problem["error_code"]) == (422, "invalid_request")
    assert reply.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in problem["errors"]]
    for error in problem["errors"]:
        assert error["rule"]
        assert len(error["value"]) <= 100
    assert len(reply.body) < 20_000


@pytest.mark.parametrize(
    ("changes", "field", "nearest"),
    [
        ({"quantity": 0.5}, "quantity", "0.5"),
        ({"quantity": "0.0105"}, "quantity", "0.010"),
        ({"quantity": "101"}, "quantity", "100"),
        ({"limit_price": "60000.17"}, "limit_price", "60000.2"),
        ({"account": "paper-mian"}, "account", ACCOUNT),
        ({"symbol": "BTC/USD"}, "symbol", "BTC/USDT"),
        ({"side": "bye"}, "side", "BUY"),
        ({"type": "LIMT"}, "type", "LIMIT"),
        ({"limit_prise": "1"}, "limit_prise", "limit_price"),
        ({"post_only": True, "time_in_force": "IOC"}, "post_only", "false"),
        (
            {"type": "STOP_LIMIT", "trigger": {**STOP, "price": "59000"}},
            "trigger.price",
            "60000.6",
        ),
    ],
)
async def test_the_nearest_valid_value_is_offered_and_is_valid(
    changes: dict[str, Any], field: str, nearest: str
) -> None:
    async with gateway() as api:
        api.tell(quote("60000", "60000.5", api.clock.now_ns()))
        problem = (await api.place(**changes)).json
    assert {error["nearest"] for error in problem["errors"] if error["field"] == field} == {nearest}


@pytest.mark.parametrize("key", ["", "x" * 65, "tab\there", "\xe9"])
async def test_a_key_that_is_none_is_refused(key: str) -> None:
    async with gateway() as api:
        with api.untouched():
            reply = await api.place(key)
    (error,) = reply.json["errors"]
    assert (reply.status, error["field"]) == (422, "Idempotency-Key")
    assert error["rule"] == "1 to 64 printable ASCII characters"


async def test_a_missing_key_is_told_what_to_add() -> None:
    async with gateway() as api:
        with api.untouched():
            reply = await api.ask("POST", PATH, body=ORDER)
    (error,) = reply.json["errors"]
    assert (reply.status, error["field"]) == (400, "Idempotency-Key")
    assert error["rule"].startswith("required: 1 to 64 printable ASCII characters")


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "malformed_request"),
        (b"{", 400, "malformed_request"),
        (b'{"account": "\xff\xfe"}', 400, "malformed_request"),
        (json.dumps(ORDER).encode("utf-16"), 400, "malformed_request"),
        (b"[]", 422, "invalid_request"),
        (b'"' + b"x" * 60_000 + b'"', 422, "invalid_request"),
        (b"[" * 65_000, 422, "invalid_request"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 422, "invalid_request"),
        (json.dumps(ORDER)[:-1].encode() + b', "side": "SELL"}', 422, "invalid_request"),
        (json.dumps(ORDER)[:-1].encode() + b', "strategy": "\\ud800"}', 422, "invalid_request"),
        (b" " * 65_537, 413, "body_too_large"),
    ],
    ids=id_of,
)
async def test_a_body_that_cannot_be_read_does_nothing(raw: bytes, status: int, code: str) -> None:
    async with gateway() as api:
        with api.untouched():
            reply = await api.ask("POST", PATH, raw=raw, key="k")
    assert (reply.status, reply.json["error_code"]) == (status, code)


async def test_many_wrong_fields_are_told_at_once_but_not_without_end() -> None:
    body = {**ORDER, "side": "up", "quantity": 1, **{f"f{number}": "1" for number in range(3000)}}
    async with gateway() as api:
        reply = await api.ask("POST", PATH, body=body, key="k")
    errors = reply.json["errors"]
    assert [error["field"] for error in errors[:3]] == ["side", "quantity", "f0"]
    assert len(errors) == 20


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,6})?", fullmatch=True)
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
fields = st.sampled_from(
    [*ORDER, "value", "trigger", "trail", "time_in_force", "expires_at", "post_only", "metadata"]
)
triggers = st.fixed_dictionaries(
    {"price": leaves, "direction": leaves}, optional={"source": leaves}
)
trails = st.fixed_dictionaries({}, optional={"offset": leaves, "offset_bps": leaves})
keys = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=70)
bodies = st.dictionaries(fields | st.text(), anything | triggers | trails)


@given(body=bodies, whole=st.booleans(), key=keys)
def test_no_body_ever_breaks_the_gateway(
    shared: Shared, body: dict[str, Any], key: str, *, whole: bool
) -> None:
    runner, api = shared
    sent, claimed = len(api.account.sent), api.claimed
    body = body if whole else {**ORDER, **body}
    reply = runner.run(api.ask("POST", PATH, body=body, key=key))
    assert api.escaped == []
    assert reply.status in {202, 409, 422}
    if reply.status != 202:
        assert len(api.account.sent) == sent
        if reply.json["error_code"] != "risk_refused":
            assert api.claimed == claimed
    else:
        # Sent once, or repeated under a key that Hypothesis has tried before.
        assert len(api.account.sent) - sent == api.claimed - claimed
