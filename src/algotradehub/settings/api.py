"""Settings of the HTTP API."""

from pathlib import Path
from typing import Annotated

import msgspec

from algotradehub.settings.fields import Name, from_to


class PersonSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with a token of their own: what they do is written under their name."""

    name: Name
    token_file: Path  # made at the first start, readable by its owner alone


class ApiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the HTTP API listens, and whether it asks for the token."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Annotated[int, from_to(0, 65_535)] = 8080  # 0: any that is free
    authentication: bool = True  # off is possible on a loopback address only
    token_file: Path | None = None  # None: ``token`` in the data directory
    people: tuple[PersonSettings, ...] = ()  # beside whoever holds the token above: "api"
    tenant: Name = "local"  # who the token stands for
    allowed_hosts: tuple[str, ...] = ()  # names beside the loopback ones it may be called by
