"""``order show``, ``timeline`` and ``fire``: what is asked, and what of it is printed."""

import json
from typing import Any

from typer.testing import CliRunner

from algotradehub.cli.main import app
from tests.unit.cli.answering import ORDER_ID, Platform, fill, order, page

TIMELINE: dict[str, Any] = {
    "records": [
        {
            "seq": 1,
            "at": "2026-11-20T06:47:30.401123456Z",
            "after_s": 0.0,
            "body": {"type": "intent"},
        },
        {
            "seq": 2,
            "at": "2026-11-20T06:47:31.901123456Z",
            "after_s": 1.5,
            "body": {"type": "fired", "price": "58000"},
        },
        {
            "seq": 3,
            "at": "2026-11-20T06:47:31.901123456Z",
            "after_s": 0.0,
            "body": {"type": "observed", "evidence": {"word": "Acknowledged"}},
        },
    ],
    "why_not_sent": "it waits for its price",
    "if_unplugged": {"kind": "unguarded", "text": "Nobody watches its price.", "at": None},
    "complete": True,
}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


def test_one_order_is_shown_with_its_fills_and_what_becomes_of_it(platform: Platform) -> None:
    for _ in range(2):
        platform.say(order(status="FILLED", doubt={"what": "why", "since_at": None}))
        platform.say(page("fills", [fill()]))
        platform.say(TIMELINE)
    told = run("order", "show", ORDER_ID).stdout
    assert "status           FILLED" in told
    assert "doubt            what=why" in told
    assert "why_not_sent     it waits for its price" in told
    assert "if_unplugged     Nobody watches its price." in told
    assert "_ns" not in told
    assert "venue_order_id" not in told
    # A fee that nobody told yet is no 0.
    assert "60000    ?" in told
    assert platform.asked[1].target == f"/api/v1/fills?order_id={ORDER_ID}&limit=500"
    document = json.loads(run("order", "show", ORDER_ID, "--json").stdout)
    assert document["order_id"] == ORDER_ID
    assert document["fills"] == [fill()]
    assert document["if_unplugged"]["kind"] == "unguarded"


def test_the_timeline_tells_how_long_each_step_took(platform: Platform) -> None:
    told_at = {**TIMELINE["if_unplugged"], "at": "2030-01-01T00:00:00.000000000Z"}
    platform.say({**TIMELINE, "if_unplugged": told_at})
    lines = run("order", "timeline", ORDER_ID).stdout.splitlines()
    assert lines[0].split() == ["AT", "AFTER", "S", "WHAT", "TOLD"]
    assert lines[2].split() == ["2026-11-20", "06:47:31.901", "1.500", "fired", "58000"]
    assert lines[3].split()[-2:] == ["observed", "Acknowledged"]
    assert lines[-1].endswith("Nobody watches its price. (2030-01-01 00:00:00.000)")
    platform.say(TIMELINE)
    assert json.loads(run("order", "timeline", ORDER_ID, "--json").stdout) == TIMELINE


def test_firing_is_asked_for_once(platform: Platform) -> None:
    platform.say(order(status="PENDING", emulated={"waiting": True}), status=202)
    result = run("order", "fire", ORDER_ID)
    assert result.exit_code == 0
    assert "it waits here for its price" in result.stderr
    assert platform.asked[0].target == f"/api/v1/orders/{ORDER_ID}/fire"
