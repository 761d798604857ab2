"""Settings from a file, the environment and overrides."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from algotradehub.domain.errors import InvalidRequest, Refusal
from algotradehub.domain.reading import MAX_QUOTED, Spoken, read
from algotradehub.settings.tree import Settings

ENV_PREFIX: Final = "ALGOTRADEHUB__"


def load(
    file: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Read the settings: overrides win over the environment, and that over the file.

    Args:
        file: TOML, or JSON if its name ends so.
        environment: ``ALGOTRADEHUB__SECTION__KEY`` variables, lists and tables as JSON; None takes
            those of this process. Numbers, true and false are read from their text; elsewhere
            text is no number.
        overrides: Values by key. Of all three, tables are merged and everything else replaces.

    Raises:
        InvalidRequest: The file is missing or unreadable, or a value is not allowed; each refusal
            names the key and what is allowed.
    """
    values: dict[str, Any] = {}
    if file is not None:
        _merge(values, _contents(file))
    _merge(values, _variables(os.environ if environment is None else environment))
    _merge(values, overrides or {})
    return read(Settings, values)


def _contents(file: Path) -> dict[str, Any]:
    is_json = file.suffix == ".json"
    try:
        text = file.read_text(encoding="utf-8")
        values = json.loads(text) if is_json else tomllib.loads(text)
    except (OSError, ValueError) as error:  # of the file, its encoding, its syntax
        rule = f"a file of {'JSON' if is_json else 'TOML'} ({error})"
        raise InvalidRequest(Refusal(field="settings", rule=rule, value=str(file))) from error
    if not isinstance(values, dict):
        raise InvalidRequest(Refusal(field="settings", rule="a JSON object", value=str(file)))
    return values


def _variables(environment: Mapping[str, str]) -> dict[str, Any]:
    """``ALGOTRADEHUB__API__PORT=0`` as ``{"api": {"port": "0"}}``."""
    values: dict[str, Any] = {}
    for name in sorted(environment):
        if name.startswith(ENV_PREFIX):
            *sections, key = name.removeprefix(ENV_PREFIX).lower().split("__")
            value: Any = _value(name, environment[name])
            for section in (key, *reversed(sections)):
                value = {section: value}
            _merge(values, value)
    return values


def _value(name: str, text: str) -> Any:
    if not text.startswith(("[", "{")):
        return Spoken(text)
    try:
        return json.loads(text)
    except ValueError as error:
        rule = f"JSON, as it begins like a list or a table ({error})"
        raise InvalidRequest(Refusal(field=name, rule=rule, value=text[:MAX_QUOTED])) from error


def _merge(values: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        held = values.get(key)
        if isinstance(held, dict) and isinstance(value, Mapping):
            _merge(held, value)
        else:
            values[key] = dict(value) if isinstance(value, Mapping) else value
