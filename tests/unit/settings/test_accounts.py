"""What is asked of the settings of accounts."""

from typing import Any

import msgspec
import pytest

from algotradehub.settings.accounts import DeadManSettings
from algotradehub.trading.account_desk import Durability
from tests.unit.settings.whole import ACCOUNT, WHOLE, read, refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"accounts": [{**ACCOUNT, "durability": "none"}]},
            "accounts.0.durability: one of process, sync, was 'none'",
        ),
        (
            {"accounts": [{**ACCOUNT, "venue": "kraken"}]},
            "accounts.0.venue: a venue of these settings (paper:one), was 'kraken'",
        ),
        (
            {"accounts": [ACCOUNT, ACCOUNT]},
            "accounts.1.id: a name that no other one has, was 'mine'",
        ),
        (
            {"accounts": [{"id": "a b", "venue": "paper:one"}]},
            "accounts.0.id: a name of at most 64",
        ),
        ({"accounts": [{"id": "a"}]}, "accounts.0.venue: a name of"),
        (
            {"accounts": [{**ACCOUNT, "limits": {"max_position": 1.5}}]},
            "accounts.0.limits.max_position: amounts are text, such as \"0.10\", was '1.5'",
        ),
        (
            {"accounts": [{**ACCOUNT, "limits": {"max_position": "0"}}]},
            "accounts.0.limits.max_position: an amount above 0, was '0'",
        ),
        (
            {"accounts": [{**ACCOUNT, "dead_man": {"timeout_s": 0.5}}]},
            "accounts.0.dead_man.timeout_s: a number from 1 to 86400, was '0.5'",
        ),
        (
            {"accounts": [{**ACCOUNT, "quality": {"lost_share": 1.5}}]},
            "accounts.0.quality.lost_share: a number from 0 to 1, was '1.5'",
        ),
        (
            {"accounts": [{**ACCOUNT, "quality": {"at_least": 51}}]},
            "accounts.0.quality.at_least: a number from 1 to 50, was '51'",
        ),
    ],
)
def test_what_cannot_be_right_is_named(changes: dict[str, Any], message: str) -> None:
    assert message in refused(**{**WHOLE, **changes})


def test_real_money_is_synced_and_paper_is_not_unless_told() -> None:
    [paper] = read(**WHOLE).accounts
    assert paper.durable is Durability.PROCESS
    [told] = read(**{**WHOLE, "accounts": [{**ACCOUNT, "durability": "sync"}]}).accounts
    assert told.durable is Durability.SYNC
    assert msgspec.structs.replace(paper, venue="kraken").durable is Durability.SYNC


def test_nobody_has_a_dead_mans_switch_unasked() -> None:
    [plain] = read(**WHOLE).accounts
    assert plain.dead_man is None
    [kept] = read(**{**WHOLE, "accounts": [{**ACCOUNT, "dead_man": {"timeout_s": 30}}]}).accounts
    assert kept.dead_man == DeadManSettings(timeout_s=30.0, call_off_at_exit=False)
