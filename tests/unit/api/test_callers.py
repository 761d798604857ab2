"""A token stands for a name, and that name is written beside what its holder does."""

from algotradehub.api.callers import Callers
from algotradehub.domain.records import HaltSet
from tests.unit.api.gateway import ACCOUNT, gateway

PEOPLE = {"ann": "a" * 20, "bob": "b" * 20}
KNOWN = Callers("t" * 20, PEOPLE)


def test_each_token_is_somebodys() -> None:
    assert [KNOWN.by_token(letter * 20) for letter in "tabx"] == ["api", "ann", "bob", None]
    assert KNOWN.by_token(None) is None
    assert KNOWN.by_token("") is None


def test_a_header_names_its_scheme() -> None:
    assert KNOWN.by_header(f"Bearer {PEOPLE['ann']}") == "ann"
    assert KNOWN.by_header(f"bearer  {PEOPLE['ann']} ") == "ann"
    for header in (None, "", "Bearer", PEOPLE["ann"], f"Basic {PEOPLE['ann']}"):
        assert KNOWN.by_header(header) is None


def test_without_a_token_everybody_is_let_in_by_one_name() -> None:
    assert Callers(None, PEOPLE).by_header(None) == "api"
    assert Callers(None, PEOPLE).by_token(None) == "api"


async def test_a_halt_is_written_under_the_name_of_who_asked() -> None:
    async with gateway(token="t" * 20, people=PEOPLE) as api:
        path = f"/api/v1/accounts/{ACCOUNT}/halt"
        ann = [("authorization", f"Bearer {PEOPLE['ann']}")]
        halted = await api.ask("PUT", path, body={"reason": "lunch"}, headers=ann)
        assert (halted.status, halted.json["by"]) == (200, "ann")
        main = [("authorization", f"Bearer {'t' * 20}")]
        assert (await api.ask("DELETE", path, headers=main)).json["by"] == "api"
        told = [r.body.by for r in api.core.journal.read() if isinstance(r.body, HaltSet)]
        assert told == ["ann", "api"]
        wrong = [("authorization", f"Bearer {'x' * 20}")]
        assert (await api.ask("GET", path, headers=wrong)).status == 401
