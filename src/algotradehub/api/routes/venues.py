"""Venues over HTTP, and pausing one: no new orders of any account there, until it is resumed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from algotradehub.api.answers import answer
from algotradehub.api.bodies import body_of, described_body
from algotradehub.api.callers import Caller
from algotradehub.api.fields import Name
from algotradehub.api.parts import ApiParts, Parts
from algotradehub.api.requests import PauseVenue
from algotradehub.api.schema import answers
from algotradehub.api.views.risk import Venues, VenueView
from algotradehub.domain.errors import NotFound
from algotradehub.domain.ids import AccountId, VenueId
from algotradehub.ports.store import Pause

router = APIRouter(prefix="/venues", tags=["venues"])

_PATH = "/{venue}/pause"
VenueName = Annotated[Name, Path(examples=["paper:binance"])]


@router.get("", responses=answers(200, Venues, "Every venue with accounts"))
async def list_venues(parts: Parts) -> Response:
    """List the venues where accounts trade, and which of them are paused."""
    venues = [
        VenueView(venue=venue, accounts=accounts, pause=parts.state.standing.pauses.get(venue))
        for venue, accounts in _venues(parts).items()
    ]
    return answer(Venues(venues=venues))


@router.get(_PATH, responses=answers(200, Pause, "Whether it is paused", 404))
async def get_pause(parts: Parts, venue: VenueName) -> Response:
    """Look at the pause of a venue; `at` is null while trading goes on."""
    return answer(_pause(parts, _named(parts, venue)))


@router.put(
    _PATH,
    responses=answers(200, Pause, "It is paused", 400, 404, 413, 415),
    openapi_extra=described_body(PauseVenue),
)
async def pause_venue(
    parts: Parts,
    venue: VenueName,
    body: Annotated[PauseVenue, Depends(body_of(PauseVenue))],
    caller: Caller,
) -> Response:
    """Stop new orders and changes of every account at a venue; cancels go on.

    What rests at the venue stays there. A pause is remembered over restarts.
    """
    name = _named(parts, venue)
    before = parts.state.standing.pauses.get(name)
    if before is None or (before.reason, before.by) != (body.reason, caller):
        parts.orders.pause(name, paused=True, reason=body.reason, by=caller)
    return answer(_pause(parts, name))


@router.delete(_PATH, responses=answers(200, Pause, "It is not paused", 404))
async def resume_venue(parts: Parts, venue: VenueName, caller: Caller) -> Response:
    """Let accounts at a venue take new orders again."""
    name = _named(parts, venue)
    if name in parts.state.standing.pauses:
        parts.orders.pause(name, paused=False, reason="", by=caller)
    return answer(_pause(parts, name))


def _venues(parts: ApiParts) -> dict[VenueId, list[AccountId]]:
    venues: dict[VenueId, list[AccountId]] = {}
    for desk in parts.desks:
        venues.setdefault(desk.account.venue, []).append(desk.account_id)
    return venues


def _named(parts: ApiParts, venue: str) -> VenueId:
    name = VenueId(venue)
    if name not in _venues(parts):
        raise NotFound(f"there is no venue {venue} with an account of yours")
    return name


def _pause(parts: ApiParts, venue: VenueId) -> Pause:
    never = Pause(venue=venue, paused=False, reason="", by="", at_ns=0)
    return parts.state.standing.pauses.get(venue, never)
