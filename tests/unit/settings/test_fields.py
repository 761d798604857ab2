"""The kinds of values: text, numbers, names."""

from typing import Any

import pytest

from algotradehub.domain.errors import InvalidRequest
from algotradehub.settings.fields import refused as refusal
from algotradehub.settings.fields import require_known, require_unique


def test_a_refusal_names_key_rule_and_value() -> None:
    assert str(refusal("api.port", "a number", "x")) == "api.port: a number, was 'x'"


def test_a_name_stands_once() -> None:
    require_unique("accounts", "id", ["a", "b"])
    with pytest.raises(InvalidRequest, match="a name that no other one has"):
        require_unique("accounts", "id", ["a", "a"])


@pytest.mark.parametrize(("known", "names"), [({"a", "b"}, "a"), ((), "none is defined")])
def test_what_is_not_known_is_told_with_what_is(known: Any, names: str) -> None:
    with pytest.raises(InvalidRequest, match=names):
        require_known("strategies.0.account", "c", "an account", known)
