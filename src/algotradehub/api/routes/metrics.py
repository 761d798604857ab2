"""The platform in numbers, for Prometheus. Outside /api, but guarded as everything else is."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from algotradehub.api.answers import HEADERS
from algotradehub.api.parts import Parts
from algotradehub.api.schema import METRICS_TYPE, text_answers

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses=text_answers("Every metric", 'algotradehub_open_orders{account="paper-main"} 1.0\n'),
)
async def metrics(parts: Parts) -> Response:
    """Render every metric in Prometheus' text format.

    Let Prometheus send the token: `authorization: {credentials_file: ...}` in its scrape settings.
    """
    return Response(parts.metrics(), headers=HEADERS, media_type=METRICS_TYPE)
