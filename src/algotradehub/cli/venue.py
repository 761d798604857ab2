"""``algotradehub venue ...``: list venues, pause and resume trading there."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from algotradehub.cli import completion
from algotradehub.cli.listing import print_page
from algotradehub.cli.printing import Column, Json, examples, print_json, print_line
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect
from algotradehub.client import operations
from algotradehub.client.bodies import PauseVenue

app = typer.Typer(
    help="Venues: list, pause and resume them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="VENUE",
        autocompletion=completion.venues,
        help="Its name, as `venue list` has it.",
    ),
]


def _paused(venue: Mapping[str, Any]) -> str | None:
    pause = venue["pause"]
    return None if pause is None else f"by {pause['by']}: {pause['reason']}"


VENUES: Final = (
    Column("VENUE", "venue"),
    Column("ACCOUNTS", lambda venue: ", ".join(venue["accounts"])),
    Column("PAUSED", _paused),
)


@app.command("list", epilog=examples("venue list", "venue list --json"))
def list_venues(
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """List the venues where accounts trade, and why one is paused."""
    page = connect(server, token_file, data).ask(operations.list_venues())
    print_page(page, "venues", VENUES, as_json=as_json, empty="No venues.")


@app.command(
    epilog=examples(
        "venue pause paper:binance 'upkeep until 10:00'",
        "venue pause paper:binance 'odd prices' --json",
    )
)
def pause(
    venue: Name,
    reason: Annotated[
        str, typer.Argument(metavar="REASON", help="For people; refused orders name it.")
    ],
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Refuse new orders of every account at a venue until it is resumed.

    Cancels go on, and orders that rest at the venue stay there.
    """
    wanted = operations.pause_venue(venue, PauseVenue(reason=reason))
    _print_pause(connect(server, token_file, data).ask(wanted), as_json=as_json)


@app.command(epilog=examples("venue resume paper:binance", "venue resume paper:binance --json"))
def resume(
    venue: Name,
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """Let accounts at a venue take new orders again."""
    wanted = operations.resume_venue(venue)
    _print_pause(connect(server, token_file, data).ask(wanted), as_json=as_json)


def _print_pause(told: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    elif told["paused"]:
        print_line(f"{told['venue']} is paused by {told['by']}: {told['reason']}")
    else:
        print_line(f"{told['venue']} is not paused.")
