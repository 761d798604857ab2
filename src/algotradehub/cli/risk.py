"""``algotradehub risk``: how much of every limit is used."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from algotradehub.cli.listing import print_page
from algotradehub.cli.printing import Column, Json
from algotradehub.cli.servers import ServedData, ServerUrl, TokenFile, connect
from algotradehub.client import operations


def _share(use: Mapping[str, Any]) -> str | None:
    return None if use["share"] is None else f"{Decimal(use['share']) * 100:.1f} %"


def _why(use: Mapping[str, Any]) -> str | None:
    if use["since_at"] is not None:
        return f"hit at {use['since_at'][:19]}; only reducing orders pass until midnight UTC"
    return use["note"] or None


USES: Final = (
    Column("SCOPE", "scope"),
    Column("NAME", "name"),
    Column("SYMBOL", "symbol"),
    Column("RULE", "rule"),
    Column("USED", "used", number=True),
    Column("LIMIT", "limit", number=True),
    Column("SHARE", _share, number=True),
    Column("UNIT", "unit"),
    Column("NOTE", _why),
)


def risk(
    server: ServerUrl = None,
    token_file: TokenFile = None,
    data: ServedData = None,
    as_json: Json = False,
) -> None:
    """How much of every limit is used.

    The widest scope comes first. What is not known is left empty, and the note says why.
    """
    page = connect(server, token_file, data).ask(operations.get_risk())
    print_page(page, "uses", USES, as_json=as_json, empty="No limits.")
