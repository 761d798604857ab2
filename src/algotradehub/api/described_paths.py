"""What the description says of a path: its methods, and which parameters may come repeatedly."""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from fastapi import Request

from algotradehub.api.refusals import cut
from algotradehub.domain.errors import InvalidRequest, Refusal

_VARIABLE = re.compile(r"\{\w+\}")
_Item: TypeAlias = Mapping[str, Any]  # of OpenAPI: operations by method


class DescribedPaths:
    """The paths of the description.

    The router cannot be asked: of a path it knows the first route it tried, of a repeated
    parameter the last value.
    """

    def __init__(self, paths: Mapping[str, _Item]) -> None:
        self._items = [
            (re.compile("[^/]+".join(map(re.escape, _VARIABLE.split(path)))), path, item)
            for path, item in paths.items()
        ]

    def methods_at(self, path: str) -> list[str]:
        """The methods in upper case; none if the path is not in the description."""
        return sorted(method.upper() for method in self._item_at(path))

    def lists_at(self, path: str, method: str) -> set[str]:
        """Names of the parameters that are lists."""
        parameters = self._item_at(path).get(method.lower(), {}).get("parameters", ())
        return {each["name"] for each in parameters if each["schema"].get("type") == "array"}

    def _item_at(self, path: str) -> _Item:
        """A path of its own, like ``/orders/batch``, is not what the variable of another means."""
        found = {name: item for pattern, name, item in self._items if pattern.fullmatch(path)}
        return found.get(path) or next(iter(found.values()), {})


async def require_given_once(request: Request) -> None:
    """Refuse a parameter that comes twice and means one thing: a reader would take either.

    Raises:
        InvalidRequest: There is one.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    if len(names) == len(set(names)):
        return
    described: DescribedPaths = request.app.state.described
    lists = described.lists_at(request.url.path, request.method)
    twice = sorted({name for name in names if names.count(name) > 1} - lists)
    if twice:
        refusals = (Refusal(field=cut(name), rule="given once", value="twice") for name in twice)
        raise InvalidRequest(*refusals)
