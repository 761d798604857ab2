"""The answers' values: every example of the API's description decodes, and encodes to the same."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from algotradehub.client import bodies, models
from algotradehub.client.values import encode, read_special
from scripts.openapi import KEPT

DOCUMENT: dict[str, Any] = json.loads(KEPT.read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]


def examples() -> Iterator[tuple[str, Any]]:
    """Value and example of every answer that is described."""
    for operations in DOCUMENT["paths"].values():
        for operation in operations.values():
            for told in operation["responses"].values():
                (content,) = told["content"].values()
                if "$ref" in content["schema"] and "example" in content:
                    name = content["schema"]["$ref"].rpartition("/")[2]
                    yield name, content["example"]


EXAMPLES = list(examples())


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 100


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_is_the_same_afterwards(name: str, example: Any) -> None:
    value = msgspec.convert(example, getattr(models, name), dec_hook=read_special)
    assert json.loads(encode(value)) == example


def test_every_schema_has_its_value() -> None:
    assert [n for n in SCHEMAS if not hasattr(models, n) and not hasattr(bodies, n)] == []
    assert [n for n in SCHEMAS if hasattr(models, n) and hasattr(bodies, n)] == []


def test_every_description_is_a_docstring() -> None:
    silent = [
        name
        for name, schema in SCHEMAS.items()
        if "description" in schema and not getattr(models, name, models.OrderView).__doc__
    ]
    assert not silent
