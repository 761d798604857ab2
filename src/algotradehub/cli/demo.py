"""``algotradehub demo``: three paper venues, a market maker, the API, and a table to watch it."""

import asyncio
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from algotradehub.app.demo import demo_settings
from algotradehub.app.embedded import Platform, run_embedded
from algotradehub.app.running import run
from algotradehub.cli.browser import open_page
from algotradehub.cli.live_table import Watcher, show_lines, show_table
from algotradehub.cli.printing import examples
from algotradehub.settings.tree import Settings

TABLE_EVERY_S = 0.5
LINE_EVERY_S = 2.0
_PATH = "/api/v1/orders"

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog=examples("demo", "demo --port 0 --replay ETH/USDT=prices.csv --speed 60"))
def demo(
    port: Annotated[
        int,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="Port of the API; 0 takes any that is free."
        ),
    ] = 8080,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Tell the terminal's address only; open nothing.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Data directory; left out, the demo's own."),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the API's token is kept; made if missing."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Of the made-up prices.")] = 1,
    replay: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[SYMBOL=]FILE",
            help="Play recorded data instead, of BTC/USDT if no symbol is named. Repeatable.",
        ),
    ] = None,
    speed: Annotated[
        float, typer.Option(metavar="FACTOR", help="Of the replay; 1 is real time.")
    ] = 1.0,
    for_s: Annotated[
        float | None,
        typer.Option(
            "--for", metavar="SECONDS", min=0, help="End after so long; left out, at Ctrl-C."
        ),
    ] = None,
) -> None:
    """Watch paper trading on three simulated venues. No account, no key, no money.

    Prices are made up, or played from files. It prints how to open the terminal in a browser and
    how to trade. Ctrl-C stops it; started again, it goes on where it was.
    """
    settings = demo_settings(
        data_dir=data,
        port=port,
        token_file=token_file,
        seed=seed,
        replay=tuple(replay or ()),
        speed=speed,
    )
    run(lambda stop: _demo(settings, stop, for_s=for_s, may_open=not no_browser))


async def _demo(
    settings: Settings, stop: asyncio.Event, *, for_s: float | None, may_open: bool
) -> None:
    async with run_embedded(settings) as platform:
        for line in _introduction(platform, may_open=may_open):
            _print(line)
        if for_s is not None:
            platform.clock.after(for_s, stop.set)
        watcher = Watcher(platform)
        if sys.stdout.isatty():
            await show_table(watcher, stop, every_s=TABLE_EVERY_S)
        else:
            await show_lines(watcher, stop, every_s=LINE_EVERY_S, write=_print)
        _print("Stopping.")
    _print(f"Stopped. Everything is kept in {settings.data_dir}; start again to go on from here.")


def _introduction(platform: Platform, *, may_open: bool) -> list[str]:
    account = platform.settings.accounts[0]
    symbol = platform.settings.paper_venues[0].listings[0].symbol
    data = shlex.quote(str(platform.settings.data_dir))
    token = shlex.quote(str(platform.token_file))
    # The epoch makes the key new at every start; pasted twice, it still places one order.
    order = (
        f'{{"account": "{account.id}", "symbol": "{symbol}", "side": "BUY", '
        '"type": "MARKET", "quantity": "0.01"}'
    )
    curl = (
        f'curl -s {platform.url}{_PATH} -H "Authorization: Bearer $(cat {token})" '
        f"-H 'Idempotency-Key: demo-{platform.directory.epoch}' "
        f"-H 'Content-Type: application/json' -d '{order}'"
    )
    return [
        f"API: {platform.url}{_PATH}   token: {platform.token_file}   data: {data}",
        *_terminal(platform, may_open=may_open),
        "Place an order:",
        f"  {curl}",
        "List orders:",
        f"  ./run order list --data {data}",
        "Stop with Ctrl-C; nothing is lost.",
    ]


def _terminal(platform: Platform, *, may_open: bool) -> list[str]:
    """Open the terminal if there are its pages and somebody to see them; say how to."""
    # Loaded already: the server needs it. A client of it should not wait for it.
    from algotradehub.api import pages  # noqa: PLC0415 - see above

    if not pages.are_built():
        return [
            "The pages of the terminal were not built: the API and the commands work without.",
            "To have them, install Node 20.19 or newer with npm, and start again with ./run demo.",
        ]
    token = platform.token_file
    secret = "" if token is None else f"#token={token.read_text().strip()}"
    if may_open and open_page(f"{platform.url}/{secret}"):
        head = "The terminal opens in your browser. If it does not:"
    else:
        head = "Open the terminal in a browser:"
    shown = "" if token is None else f"#token=$(cat {shlex.quote(str(token))})"
    return [head, f'  python3 -m webbrowser "{platform.url}/{shown}"']


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
