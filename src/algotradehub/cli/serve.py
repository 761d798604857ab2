"""``algotradehub serve``: the platform as the settings describe it, until it is told to stop."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from algotradehub.app.embedded import run_embedded
from algotradehub.app.event_log import EventLog
from algotradehub.app.running import run
from algotradehub.cli.printing import examples
from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.settings.loading import load
from algotradehub.settings.tree import Settings

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    epilog=examples(
        "serve --settings settings.toml", "serve --settings settings.toml --data ./data --port 0"
    )
)
def serve(
    settings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings in TOML, or JSON if named .json."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Data directory, in place of the settings' own."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="Port of the API; 0 takes any that is free."
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the API's token is kept; made if missing."),
    ] = None,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log JSON objects instead of key=value.")
    ] = False,
) -> None:
    """Trade as the settings say.

    Every setting can also come from the environment: ALGOTRADEHUB__API__PORT is port in [api].
    Logs go to stdout. Ctrl-C stops it in order; the next start goes on where this one was, also
    after kill -9. Exit codes: 4 a setting is wrong; 5 the port or the directory is in use, or the
    disk is full; 6 stored data is damaged.
    """
    api = _given({"port": port, "token_file": token_file})
    loaded = load(settings, overrides=_given({"data_dir": data, "api": api}))
    if not loaded.accounts:
        rule = "at least one account; name a file with --settings, or try the demo"
        raise InvalidRequest(Refusal(field="accounts", rule=rule, value="none"))
    log = EventLog(as_json=log_json)
    run(lambda stop: _serve(loaded, log, stop))


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


async def _serve(settings: Settings, log: EventLog, stop: asyncio.Event) -> None:
    log.write("starting", {"data": str(settings.data_dir)})
    async with run_embedded(settings) as platform:
        log.follow(platform.core.bus)
        log.write(
            "started",
            {
                "url": platform.url,
                "token_file": platform.token_file and str(platform.token_file),
                "epoch": platform.directory.epoch,
                "journal_seq": platform.core.journal.seq,
                "accounts": ",".join(account.id for account in settings.accounts),
            },
        )
        await stop.wait()
        log.write("stopping", {"journal_seq": platform.core.journal.seq})
    log.write("stopped", {})
