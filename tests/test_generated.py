"""What is made from the description of the API is what it would be made now."""

import pytest

from scripts import client_models, client_operations, schema


def test_nothing_generated_is_old() -> None:
    assert not schema.old(), "run ./run schema"


def test_what_the_generator_does_not_know_is_an_error() -> None:
    document = {
        "components": {"schemas": {"Odd": {"properties": {"a": {"type": "file"}}}}},
        "paths": {},
    }
    with pytest.raises(ValueError, match="no type is provided for"):
        client_models.Models(document).answers()


def test_a_new_operation_that_acts_is_not_repeated_unless_somebody_says_so() -> None:
    answer = {"content": {"application/json": {"schema": {"type": "string"}}}}
    acts = {"operationId": "sell_everything", "description": "Sell.", "responses": {"200": answer}}
    document = {"components": {"schemas": {}}, "paths": {"/sell": {"post": acts}}}
    made = client_operations.builders(client_models.Models(document))
    assert "repeatable=False" in made


def test_words_of_python_are_no_parameters() -> None:
    assert client_models.identifier("from") == "from_"
    assert client_models.identifier("symbol") == "symbol"
    odd = {"Odd": {"properties": {"from": {"type": "string"}}}}
    with pytest.raises(ValueError, match="cannot be called from"):
        client_models.Models({"components": {"schemas": odd}, "paths": {}}).answers()
