"""Both clients have a method for each operation, and each makes that operation's request."""

import asyncio
import inspect
from typing import Any

import pytest

from algotradehub.client import AsyncClient, Client, Request, operations
from algotradehub.client.methods import AsyncMethods, BlockingMethods
from tests.unit.client.test_operations import OPERATIONS, sample


class Blocking(BlockingMethods):
    def send(self, request: Request[Any]) -> Any:
        return request


class Awaited(AsyncMethods):
    async def send(self, request: Request[Any]) -> Any:
        return request


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_method_makes_the_request_of_its_operation(name: str) -> None:
    build = getattr(operations, name)
    parameters = inspect.signature(build).parameters
    given = {each: f"{sample(told.annotation)}-{each}" for each, told in parameters.items()}
    request = build(**given)
    assert getattr(Blocking(), name)(**given) == request
    assert asyncio.run(getattr(Awaited(), name)(**given)) == request
    # All that was given goes out.
    outgoing = f"{request.path} {request.query} {request.body} {request.idempotency_key}"
    assert all(str(value) in outgoing for value in given.values())


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_both_clients_take_and_promise_the_same(client: type, name: str) -> None:
    build, method = getattr(operations, name), getattr(client, name)
    built, called = inspect.signature(build), inspect.signature(method)
    assert list(called.parameters.values())[1:] == list(built.parameters.values())
    assert built.return_annotation == f"Request[{called.return_annotation}]"
    assert method.__doc__
    assert inspect.cleandoc(method.__doc__) == inspect.cleandoc(build.__doc__)
