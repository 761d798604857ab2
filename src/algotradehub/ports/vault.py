"""Secrets of accounts. Only signers ask; strategies and the API cannot reach it."""

from typing import Protocol

import msgspec

from algotradehub.domain.ids import AccountId


class Secret(msgspec.Struct, frozen=True, gc=False):
    """Named secret values of one credential. It never shows them."""

    values: dict[str, str]

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


class Vault(Protocol):
    def secret(self, account: AccountId, credential: str) -> Secret:
        """Return the secret.

        Raises:
            NotFound: No such credential.
            AuthenticationFailed: The vault is locked.
        """
        ...
