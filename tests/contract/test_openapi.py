"""The API asked what nobody thought of, from its own description, and held to it."""

import asyncio
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks
from urllib3 import HTTPResponse

from algotradehub.api.schema import PATH
from algotradehub.domain.money import money_context
from tests.unit.api.gateway import Gateway, gateway

TOKEN = "contract"
URL = "http://localhost:8000"
SIGNED = {"Authorization": f"Bearer {TOKEN}"}
BATCH = "/api/v1/orders/batch"

load_all_checks()
EXCLUDED = CHECKS.get_by_names(
    [
        # What is asked for must exist and keep the rules of its instrument: no schema can say that.
        "positive_data_acceptance",
        # A cancelled order is an order, and DELETE ends a halt: what was deleted can be looked at.
        "use_after_free",
    ]
)
REFUSAL = CHECKS.get_by_names(["negative_data_rejection"])


def excluded_for(case: Case[Any]) -> list[Any]:
    # Each order of a batch is refused in its place, and the batch as a whole is not.
    needs_no_refusal = case.operation.path == BATCH or _lost_its_mistake(case)
    return EXCLUDED + (REFUSAL if needs_no_refusal else [])


def _lost_its_mistake(case: Case[Any]) -> bool:
    """Whether all that is wrong is a parameter too many, which has no value and is not sent."""
    described = {parameter.name for parameter in case.operation.query}
    unknown = [value for name, value in (case.query or {}).items() if name not in described]
    return bool(unknown) and all(value in (None, [], {}) for value in unknown)


class Host:
    """A gateway on an event loop of its own, which turns while somebody waits for an answer."""

    now: "Host"  # the one that every request ends at

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._begin()

    def begin_anew(self) -> None:
        """Serve a gateway of which nothing has been asked yet."""
        self.close()
        self._begin()

    def _begin(self) -> None:
        loop = self._runner.get_loop()
        self._stop = asyncio.Event()
        self._opened: asyncio.Future[Gateway] = loop.create_future()
        self._task = loop.create_task(self._serve())

    def send(self, request: PreparedRequest) -> Response:
        return self._runner.run(self._answer(request))

    def close(self) -> None:
        async def closed() -> None:
            self._stop.set()
            await self._task

        self._runner.run(closed())

    async def _serve(self) -> None:
        async with gateway(token=TOKEN) as api:
            api.show_market()
            self._opened.set_result(api)
            await self._stop.wait()

    async def _answer(self, request: PreparedRequest) -> Response:
        assert request.url is not None
        assert request.method is not None
        api = await self._opened
        parts = urlsplit(request.url)
        body = request.body or b""
        assert isinstance(body, str | bytes)
        with money_context():
            reply = await api.ask(
                request.method,
                parts.path + (f"?{parts.query}" if parts.query else ""),
                raw=body if isinstance(body, bytes) else body.encode(),
                headers=[(name.lower(), _text(each)) for name, each in request.headers.items()],
            )
        raw = HTTPResponse(
            io.BytesIO(reply.body),
            headers=reply.headers,
            status=reply.status,
            preload_content=False,
        )
        return HTTPAdapter().build_response(request, raw)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


async def described() -> Any:
    """The description without the token, which every request here carries."""
    async with gateway() as api:
        document: dict[str, Any] = (await api.ask("GET", PATH)).json
    del document["security"]
    return document


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Every request that anything here makes ends at the gateway."""
    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        Host.now = Host(runner)
        patch.setattr(HTTPAdapter, "send", lambda _, request, **__: Host.now.send(request))
        yield
        Host.now.close()


schema = schemathesis.openapi.from_dict(asyncio.run(described()))


ALWAYS_THE_SAME = settings(
    max_examples=30,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,  # one gateway for all that a test asks
        HealthCheck.too_slow,
    ],
)


@schema.parametrize()
@ALWAYS_THE_SAME
def test_every_answer_is_as_described(case: Case[Any]) -> None:
    case.call_and_validate(base_url=URL, headers=SIGNED, excluded_checks=excluded_for(case))


class Journey(schema.as_state_machine()):  # type: ignore[misc]
    """Follows the links of the description: what one answer names is asked for next."""

    def setup(self) -> None:
        # What one journey leaves behind must not lead the next one elsewhere when it is repeated.
        Host.now.begin_anew()

    def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
        return {"base_url": URL, "headers": SIGNED}

    def validate_response(self, response: Any, case: Case[Any], **given: Any) -> None:
        case.validate_response(
            response,
            excluded_checks=excluded_for(case),
            headers=SIGNED,
            transport_kwargs=given,
            recorder=self.recorder,
        )


TestJourney = Journey.TestCase
TestJourney.settings = ALWAYS_THE_SAME
