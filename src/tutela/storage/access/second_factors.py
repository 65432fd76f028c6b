"""Second factors in the database: secrets encrypted under a key that lies outside it, recovery codes as digests."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, func, insert, select

from tutela.access.second_factor import digest_of_recovery_code, new_recovery_codes
from tutela.storage.evidence.keys import BrokenKey
from tutela.storage.evidence.master_keys.file import NONCE_BYTES
from tutela.storage.schema.access import recovery_codes


class SealedSecrets:
    """Encrypts the secret of an app for one person (AES-256-GCM, the person's name bound to it)."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def seal(self, person: str, secret: str) -> bytes:
        """Return what the database keeps."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._key()).encrypt(nonce, secret.encode(), person.encode())

    def open(self, person: str, sealed: bytes) -> str:
        """Return the secret; raises BrokenKey."""
        try:
            plain = AESGCM(self._key()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], person.encode())
        except (InvalidTag, ValueError) as error:
            raise BrokenKey(
                f"second-factors.key does not fit the second factor of {person}: restore the keys, or "
                f"`tutela person reset-second-factor {person}`"
            ) from error
        return plain.decode()


def replace_recovery_codes(connection: Connection, person: str) -> list[str]:
    """Return ten new codes, shown this once; the old ones open nothing any more."""
    codes = new_recovery_codes()
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person == person))
    rows = [{"person": person, "digest": digest_of_recovery_code(code)} for code in codes]
    connection.execute(insert(recovery_codes), rows)
    return codes


def spend_recovery_code(connection: Connection, person: str, code: str) -> bool:
    """Return whether this was an unused code of the person, which it is no more."""
    digest = digest_of_recovery_code(code)
    if digest is None:
        return False
    spent = connection.execute(
        delete(recovery_codes).where(recovery_codes.c.person == person, recovery_codes.c.digest == digest)
    )
    return spent.rowcount == 1


def recovery_codes_left(connection: Connection, person: str) -> int:
    """Return how many codes a person has left."""
    query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.person == person)
    return connection.execute(query).scalar_one()


def forget_recovery_codes(connection: Connection, person: str) -> None:
    """Take a person's recovery codes."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person == person))
