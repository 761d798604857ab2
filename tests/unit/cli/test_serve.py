"""``serve`` as a process: structured lines, one sentence for what is wrong, an orderly end."""

import json
import signal
from pathlib import Path

from tests.unit.cli.process import line_with, program

SETTINGS = """
[api]
port = 0

[[paper_venues]]
id = "paper:one"
listings = [{ symbol = "BTC/USDT", price = "64000" }]

[[accounts]]
id = "mine"
venue = "paper:one"
"""


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS)
    arguments = ["--settings", str(file), "--data", str(tmp_path / "data"), "--log-json"]
    with program("serve", *arguments) as process:
        assert process.stderr is not None
        starting, started = (json.loads(process.stderr.readline()) for _ in range(2))
        assert (starting["event"], started["event"]) == ("starting", "started")
        assert started["url"].startswith("http://127.0.0.1:")
        assert started["token_file"] == str(tmp_path / "data" / "token")
        assert started["accounts"] == "mine"
        process.send_signal(signal.SIGTERM)
        left = [json.loads(line) for line in process.stderr]
        assert [line["event"] for line in left] == ["stopping", "stopped"]
        assert process.wait(timeout=30) == 0


def test_without_an_account_it_says_what_to_do(tmp_path: Path) -> None:
    with program("serve", "--data", str(tmp_path)) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert out == ""
    assert err.startswith("error: accounts: at least one account; name a file with --settings")
    assert len(err.splitlines()) == 1


def test_a_bad_setting_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS.replace('"paper:one"\nlist', '"one"\nlist'))
    with program("serve", "--settings", str(file), "--data", str(tmp_path)) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert err.startswith('error: paper_venues.0.id: a name that starts with "paper:"')
    assert len(err.splitlines()) == 1


def test_lines_are_for_people_unless_json_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(SETTINGS)
    with program("serve", "--settings", str(file), "--data", str(tmp_path / "data")) as process:
        process.stdout, process.stderr = process.stderr, process.stdout
        assert "event=started" in line_with(process, "started")
        process.stdout, process.stderr = process.stderr, process.stdout
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
