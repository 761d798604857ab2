"""The Python client's operations: a function and two methods for each that the API describes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from scripts.client_models import HEADER, Models, Schema, docstring, identifier

# Of what HTTP does not call repeatable: that these may be is promised by their descriptions.
REPEATABLE: Final = {
    "cancel_orders": "what was cancelled stays cancelled",
    "place_orders": "each order has a key of its own",
    "stop_accounts": "a stop under way is not begun anew",
}
_REPEATABLE_METHODS: Final = {"get", "put", "delete"}
_LONGEST_SUMMARY: Final = 89  # of a method
_KEY: Final = "Idempotency-Key"

_BUILDERS: Final = '''\
{header}
"""One function for each operation: the request it makes, to be sent by a client.

Parameters that are left out, or None, are not sent: the platform's default holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from algotradehub.client.request import Request, segment

if TYPE_CHECKING:
    from algotradehub.client.bodies import {bodies}
    from algotradehub.client.models import {models}
'''
_METHODS: Final = '''\
{header}
"""One method for each operation, for the client that waits and for the one that is awaited.

Parameters that are left out, or None, are not sent: the platform's default holds. All of them
raise what ``send`` raises.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from algotradehub.client import operations

if TYPE_CHECKING:
    from algotradehub.client.bodies import {bodies}
    from algotradehub.client.models import {models}
    from algotradehub.client.request import Answer, Request
'''
_CLASS: Final = '''
class {name}(ABC):
    @abstractmethod
    {keyword}def send(self, request: Request[Answer]) -> Answer:
        """Make one request; see ``{client}``."""

'''


class Parameter(NamedTuple):
    name: str
    place: str  # path, query, header or body
    annotation: str
    required: bool
    told: str


class Operation(NamedTuple):
    name: str
    method: str
    path: str
    parameters: list[Parameter]
    answer: str  # empty: text
    told: str
    repeatable: bool

    @property
    def positional(self) -> list[Parameter]:
        return [each for each in self.parameters if each.place in {"path", "body"}]

    @property
    def named(self) -> list[Parameter]:
        return [each for each in self.parameters if each.place in {"query", "header"}]

    @property
    def signature(self) -> str:
        parts = [f"{identifier(each.name)}: {each.annotation}" for each in self.positional]
        if self.named:
            parts.append("*")
        for each in self.named:
            default = "" if each.required else " = None"
            parts.append(f"{_argument(each)}: {each.annotation}{default}")
        return ", ".join(parts)

    @property
    def docstring(self) -> list[str]:
        told = [(_argument(each), each.told) for each in self.parameters if each.told]
        arguments = [f"    {name}: {text}" for name, text in told]
        more = ["", "Args:", *arguments] if told else []
        return docstring(self.told, *more, longest=_LONGEST_SUMMARY)


def builders(models: Models) -> str:
    functions = [_BUILDERS.format(header=HEADER, **models.names)]
    for each in _operations(models):
        lines = [f"def {each.name}({each.signature}) -> Request[{each.answer or 'str'}]:"]
        functions.append("\n".join([*lines, *each.docstring, f"    return {_request(each)}"]))
    return "\n\n".join(functions)


def methods(models: Models) -> str:
    found = list(_operations(models))
    classes = []
    for name, client, keyword, wait in (
        ("BlockingMethods", "Client", "", ""),
        ("AsyncMethods", "AsyncClient", "async ", "await "),
    ):
        head = _CLASS.format(name=name, client=client, keyword=keyword)
        classes.append(head + "\n\n".join(_method(each, keyword, wait) for each in found))
    return "\n\n".join([_METHODS.format(header=HEADER, **models.names), *classes])


def _request(each: Operation) -> str:
    path = each.path
    for one in each.positional:
        path = path.replace(f"{{{one.name}}}", f"{{segment({identifier(one.name)})}}")
    query = [f'"{one.name}": {_argument(one)}' for one in each.named if one.place == "query"]
    places = {one.place for one in each.parameters}
    given = [
        f'method="{each.method.upper()}"',
        f'path=f"{path}"' if "path" in places else f'path="{path}"',
        f'answer="{each.answer}"',
        f"query={{{', '.join(query)}}}" if query else "",
        "idempotency_key=idempotency_key" if "header" in places else "",
        "body=body" if "body" in places else "",
        f"repeatable={each.repeatable}",
    ]
    return f"Request({', '.join(filter(None, given))})"


def _method(each: Operation, keyword: str, wait: str) -> str:
    signature = f"self, {each.signature}" if each.signature else "self"
    given = [identifier(one.name) for one in each.positional]
    given += [f"{_argument(one)}={_argument(one)}" for one in each.named]
    lines = [
        f"{keyword}def {each.name}({signature}) -> {each.answer or 'str'}:",
        *each.docstring,
        f"    return {wait}self.send(operations.{each.name}({', '.join(given)}))",
    ]
    return "\n".join(f"    {line}" if line else "" for line in "\n".join(lines).split("\n"))


def _operations(models: Models) -> Iterator[Operation]:
    for path, of_path in models.document["paths"].items():
        for method, described in of_path.items():
            yield _operation(models, path, method, described)


def _operation(models: Models, path: str, method: str, described: Schema) -> Operation:
    name = described["operationId"]
    parameters = [_parameter(models, each) for each in described.get("parameters", ())]
    if "requestBody" in described:
        body = models.annotation(_schema_of(described["requestBody"]), name, asked=True)
        parameters.append(Parameter("body", "body", body, required=True, told=""))
    good = next(told for status, told in described["responses"].items() if status[0] == "2")
    answer = _schema_of(good)
    keyed = any(each.name == _KEY for each in parameters)
    return Operation(
        name=name,
        method=method,
        path=path,
        parameters=parameters,
        answer="" if answer == {"type": "string"} else models.annotation(answer, name, asked=False),
        told=described["description"],
        repeatable=method in _REPEATABLE_METHODS or keyed or name in REPEATABLE,
    )


def _parameter(models: Models, described: Schema) -> Parameter:
    name, required = described["name"], described["required"]
    annotation = models.annotation(described["schema"], name, asked=True)
    if not required and not annotation.endswith("| None"):
        annotation += " | None"
    if described["in"] == "header" and name != _KEY:
        raise ValueError(f"{name}: a header that the client does not know")
    told = " ".join(described.get("description", "").split())
    default = described["schema"].get("default")
    if default:
        told = f"{told} {default} if left out.".strip()
    return Parameter(name, described["in"], annotation, required=required, told=told)


def _schema_of(described: Mapping[str, Any]) -> Schema:
    (content,) = described["content"].values()
    schema: Schema = content["schema"]
    return schema


def _argument(parameter: Parameter) -> str:
    name = parameter.name
    return "idempotency_key" if name == _KEY else identifier(name)
