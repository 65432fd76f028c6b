"""HTTP Basic credentials."""

import base64
import binascii
import hmac
from collections.abc import Mapping


class Accounts:
    """The users and passwords that may talk to the sandbox.

    Raises ValueError for no accounts at all, an empty password, or a user name with a colon, which HTTP
    Basic cannot carry.
    """

    def __init__(self, passwords: Mapping[str, str]) -> None:
        if not passwords:
            raise ValueError("Give the sandbox at least one user and password")
        for user, password in passwords.items():
            if not user or not password or ":" in user:
                raise ValueError("A sandbox user needs a name without a colon, and a password")
        self._expected = {user: f"{user}:{password}".encode() for user, password in passwords.items()}

    def identify(self, authorization: str | None) -> str | None:
        """Return the user of an ``Authorization`` header, or None where it proves none.

        Every account is compared in full, so that the time taken tells nothing about names or passwords.
        """
        given = _credentials(authorization)
        found = None
        for user, expected in self._expected.items():
            if hmac.compare_digest(given, expected):
                found = user
        return found


def _credentials(authorization: str | None) -> bytes:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
