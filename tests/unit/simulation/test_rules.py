"""Rules are drawn from the seed, and a healed venue does nothing wrong any more."""

from random import Random

import msgspec

from algotradehub.domain.capabilities import AbsenceProof
from algotradehub.simulation.rules import draw_rules
from tests.unit.simulation.stage import HONEST, RATES

DRAWN = [draw_rules(Random(seed)) for seed in range(200)]


def test_the_same_seed_draws_the_same_rules() -> None:
    assert draw_rules(Random(7)) == draw_rules(Random(7))


def test_every_rule_is_drawn_in_more_than_one_way() -> None:
    """A rate that were never drawn above 0, or a style never drawn, would test nothing."""
    for name in HONEST.__struct_fields__:
        assert len({getattr(rules, name) for rules in DRAWN}) > 1, name


def test_healing_takes_away_all_that_loses_or_refuses_and_nothing_else() -> None:
    # Doubled and reordered messages are no trouble of a bad day: the healed venue keeps them.
    stays = {"duplicate", "reorder"}
    for rules in DRAWN:
        healed = rules.healed()
        assert not any(getattr(healed, name) for name in RATES if name not in stays)
        kept = {name: getattr(rules, name) for name in RATES if name not in stays}
        assert msgspec.structs.replace(healed, **kept) == rules


def test_a_venue_under_load_is_late_everywhere() -> None:
    assert all(rules.queues == rules.backlog == rules.slow for rules in DRAWN)


def test_the_absence_rule_is_what_the_venue_keeps() -> None:
    capabilities = HONEST.capabilities()
    assert capabilities.absence.proof is AbsenceProof.LOOKUPS
    assert capabilities.absence.expiry_s == HONEST.expiry_s
    assert capabilities.absence.settle_s == HONEST.settle_s
    assert capabilities.absence.backend_timeout_s == HONEST.backend_timeout_s
    assert capabilities.request_timeout_s == HONEST.request_timeout_s
