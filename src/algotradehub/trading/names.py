"""Names that nobody knows, answered with the likeliest that somebody does."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from algotradehub.domain.errors import Refusal

_SHOWN: Final = 64
_COMPARED: Final = 500


def unknown(field: str, rule: str, value: str, known: Iterable[str]) -> Refusal:
    """Name the likeliest of ``known``; of very many, those that begin alike."""
    names = [name for name in known if name[:1] == value[:1]] or list(known)
    near = get_close_matches(value[:_SHOWN], names[:_COMPARED], n=1, cutoff=0)
    return Refusal(field=field, rule=rule, value=value[:_SHOWN], nearest=near[0] if near else None)
