"""The OpenAPI description: routes from FastAPI, values from the very structs that are sent."""

import inspect
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from algotradehub.api import examples, problems
from algotradehub.api.answers import answer
from algotradehub.api.bridge import described, plain
from algotradehub.api.described_paths import DescribedPaths
from algotradehub.api.guard import OPEN_PATHS
from algotradehub.api.requests import (
    BatchOrder,
    BatchOrders,
    CancelOrders,
    ChangeOrder,
    CloseAll,
    DecideOrder,
    HaltAccount,
    PauseVenue,
    PlaceOrder,
    StopAccounts,
)
from algotradehub.api.views.accounts import Accounts
from algotradehub.api.views.audit import Actions, AuditHead, AuditStats, Operations
from algotradehub.api.views.health import Health, Readiness
from algotradehub.api.views.holdings import AggregatedPositions, Balances, FillPage, Positions
from algotradehub.api.views.interventions import Intervention, Interventions, StuckView
from algotradehub.api.views.limits import AccountLimits
from algotradehub.api.views.markets import Book, Candles, InstrumentPage, Quotes, Trades
from algotradehub.api.views.orders import OrderPage, OrderView, Timeline
from algotradehub.api.views.outcomes import OrderDone, OrderFailed, OrderOutcomes
from algotradehub.api.views.reconciliations import Reconciliations
from algotradehub.api.views.risk import OrderExplanation, RiskUses, Venues
from algotradehub.api.views.stops import CloseReports, StopReport, Stops
from algotradehub.api.views.tickers import TickerPage
from algotradehub.ports.store import Halt, Pause
from algotradehub.trading.reports import Reconciliation

PATH = "/api/v1/openapi.json"
_REF = "#/components/schemas/{}"
_GUARDED = (401, 421, 500)  # whatever a guarded route does
_ALWAYS = (*_GUARDED, 422, 503)  # the same, where it has parameters and asks the desk
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

ANSWERED = (
    OrderView,
    OrderPage,
    Timeline,
    OrderOutcomes,
    OrderDone,
    OrderFailed,
    FillPage,
    Positions,
    AggregatedPositions,
    Balances,
    Accounts,
    AccountLimits,
    RiskUses,
    OrderExplanation,
    Venues,
    Pause,
    Halt,
    Stops,
    StopReport,
    CloseReports,
    Reconciliation,
    Reconciliations,
    Interventions,
    Intervention,
    StuckView,
    Operations,
    AuditStats,
    Actions,
    AuditHead,
    InstrumentPage,
    Quotes,
    TickerPage,
    Book,
    Trades,
    Candles,
    Health,
    Readiness,
)
_ASKED = (
    PlaceOrder,
    BatchOrder,
    BatchOrders,
    ChangeOrder,
    CancelOrders,
    HaltAccount,
    StopAccounts,
    CloseAll,
    DecideOrder,
    PauseVenue,
)
_EXAMPLES = {kind.__name__: plain(value) for kind, value in examples.ANSWERS.items()}
_PROBLEMS = {str(status): msgspec.to_builtins(told) for status, told in examples.PROBLEMS.items()}
_DESCRIPTION = """\
Places, changes and watches orders over every account of this installation.

**Amounts are text**, both ways and in plain digits: `"0.10"`, never `0.1` or `1E-8`.
**Instants** are shown twice: `created_at` in ISO 8601, UTC, with nine decimals, and `created_ns` as
the digits of nanoseconds since 1970; requests take ISO 8601. `null` is "not known" or "not given".

**Every error is a problem** (RFC 9457) that names the field, the rule, the value and the nearest
valid value in `errors`, and says in `suggested_action` what to do next.

**Placing is safe to repeat**: the same `Idempotency-Key` with the same body is the same order."""
_TAGS = [
    {"name": "orders", "description": "Instructions, and what became of them."},
    {"name": "holdings", "description": "Fills, positions and balances."},
    {"name": "markets", "description": "What can be traded, and at what price."},
    {"name": "interventions", "description": "Orders that are stuck, for people to end."},
    {"name": "accounts", "description": "Where orders go."},
    {"name": "venues", "description": "Where accounts are."},
    {"name": "audit", "description": "What was asked, answered and decided, and the proof of it."},
    {
        "name": "health",
        "description": "For whoever watches over the process. Probes are open to all.",
    },
]


def answers(status: int, value: type[msgspec.Struct], told: str, *errors: int) -> dict[Any, Any]:
    """Describe what a guarded route answers: ``value`` with ``status``, or a problem."""
    return open_answers(status, value, told, *errors, *_ALWAYS)


def open_answers(
    status: int, value: type[msgspec.Struct], told: str, *errors: int
) -> dict[Any, Any]:
    """The same for a route that is open to all and has no parameters."""
    content = _content("application/json", value)
    problem = _content(problems.MEDIA_TYPE, problems.Problem)
    known = {status: {"description": told, "content": content}}
    return known | {
        code: {"description": _title(code), "content": problem} for code in sorted(set(errors))
    }


def order_links(status: int, described: dict[Any, Any]) -> dict[Any, Any]:
    """Say that what is answered with ``status`` names an order, and what can be done with it."""
    parameters = {"order_id": "$response.body#/order_id"}
    operations = ("get_order", "get_order_timeline", "change_order", "cancel_order")
    links = {name: {"operationId": name, "parameters": parameters} for name in operations}
    return described | {status: described[status] | {"links": links}}


def text_answers(told: str, example: str) -> dict[Any, Any]:
    """Describe what a guarded route without parameters answers: ``example`` or its like."""
    content = {"schema": {"type": "string"}, "example": example}
    problem = _content(problems.MEDIA_TYPE, problems.Problem)
    known: dict[Any, Any] = {200: {"description": told, "content": {"text/plain": content}}}
    return known | {code: {"description": _title(code), "content": problem} for code in _GUARDED}


def install(app: FastAPI) -> DescribedPaths:
    """Serve the description, made once, of all routes that ``app`` has by now.

    Returns:
        Its paths, for those who must know what it says of them.
    """
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=_DESCRIPTION,
        routes=app.routes,
        tags=_TAGS,
    )
    components = document.setdefault("components", {})
    components["schemas"] = _schemas()
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for path, item in document["paths"].items():
        for operation in item.values():
            _add_examples(operation)
            if path in OPEN_PATHS:
                operation["security"] = []

    async def openapi() -> Response:
        return answer(document)

    app.add_api_route(PATH, openapi, include_in_schema=False)
    return DescribedPaths(document["paths"])


def _schemas() -> dict[str, Any]:
    _, shown = msgspec.json.schema_components(
        (*ANSWERED, problems.Problem), ref_template=_REF.format("{name}")
    )
    problem = {name: shown.pop(name) for name in ("Problem", "Refusal", "ErrorCategory")}
    modes: Any = [(model, "validation") for model in _ASKED]
    _, asked = models_json_schema(modes, ref_template=_REF.format("{model}"))
    schemas: dict[str, Any] = {name: described(schema) for name, schema in shown.items()} | problem
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    return {**schemas, **asked["$defs"]}


def _content(media_type: str, value: type[msgspec.Struct]) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": _REF.format(value.__name__)}}}


def _add_examples(operation: dict[str, Any]) -> None:
    """Show what each answer looks like. FastAPI would take the nulls out of them."""
    for status, response in operation["responses"].items():
        for content in response["content"].values():
            name = content["schema"].get("$ref", "").rpartition("/")[2]
            if name == problems.Problem.__name__:
                content["example"] = _PROBLEMS[status]
            elif name:
                content["example"] = _EXAMPLES[name]


def _title(status: int) -> str:
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:  # several errors of the table share it
        return "A field breaks a rule, a limit refuses, or the venue does not offer it"
    return problems.title_of(status)
