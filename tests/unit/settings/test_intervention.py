"""Settings of the intervention desk: two people are two names with tokens of their own."""

from typing import Any

import pytest

from tests.unit.settings.whole import ACCOUNT, WHOLE, read, refused

PEOPLE = [{"name": "ann", "token_file": "ann.token"}, {"name": "bob", "token_file": "bob.token"}]
TWO = {"second_approver": True}


def test_one_person_decides_unless_it_is_chosen_otherwise() -> None:
    settings = read()
    assert (settings.intervention.second_approver, settings.api.people) == (False, ())
    assert read(intervention=TWO, api={"people": PEOPLE}).intervention.second_approver


@pytest.mark.parametrize(
    "api",
    [{}, {"people": PEOPLE[:1]}, {"people": PEOPLE, "authentication": False}],
)
def test_two_approvers_are_known_by_their_tokens(api: dict[str, Any]) -> None:
    message = refused(intervention=TWO, api=api)
    assert "intervention.second_approver: off, or api.authentication on and two names" in message


def test_nobody_shares_a_name_or_a_token() -> None:
    twice = [PEOPLE[0], {**PEOPLE[1], "name": "ann"}]
    assert "api.people.1.name" in refused(api={"people": twice})
    shared = [PEOPLE[0], {**PEOPLE[1], "token_file": "ann.token"}]
    assert "api.people.1.token_file" in refused(api={"people": shared})
    main = [{**PEOPLE[0], "name": "api"}]
    assert "api.people: a name that does not stand" in refused(api={"people": main})


def test_how_old_a_question_is_when_it_is_a_persons_is_chosen_per_account() -> None:
    assert read(**WHOLE).accounts[0].stuck_after_s == 60
    quick = {**WHOLE, "accounts": [{**ACCOUNT, "stuck_after_s": 5}]}
    assert read(**quick).accounts[0].stuck_after_s == 5
    never = {**WHOLE, "accounts": [{**ACCOUNT, "stuck_after_s": 0}]}
    assert "accounts.0.stuck_after_s" in refused(**never)
