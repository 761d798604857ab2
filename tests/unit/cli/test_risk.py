"""``risk``: every limit on a line, and why what is not known is not."""

from tests.unit.cli.answering import Platform
from tests.unit.cli.test_order import run

USE = {
    "scope": "account",
    "name": "a",
    "symbol": None,
    "rule": "max_exposure",
    "unit": "USDT",
    "used": "500",
    "limit": "2000",
    "share": "0.25",
    "since_at": None,
    "note": "",
}
HIT = {**USE, "rule": "max_daily_loss", "since_at": "2027-01-15T08:00:00.000000000Z"}
UNKNOWN = {**USE, "used": None, "share": None, "note": "no known price of ETH/USDT"}


def test_every_limit_has_its_line(platform: Platform) -> None:
    platform.say({"uses": [USE, HIT, UNKNOWN]})
    result = run("risk")
    assert platform.asked[0].target == "/api/v1/risk"
    title, *lines = (" ".join(line.split()) for line in result.stdout.splitlines())
    assert title == "SCOPE NAME SYMBOL RULE USED LIMIT SHARE UNIT NOTE"
    assert lines[0].endswith("max_exposure 500 2000 25.0 % USDT -") or lines[0].endswith(
        "max_exposure 500 2000 25.0 % USDT"
    )
    assert "hit at 2027-01-15T08:00:00; only reducing orders pass" in lines[1]
    assert lines[2].endswith("no known price of ETH/USDT")
