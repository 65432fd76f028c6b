"""An encrypted archive: a ZIP under a passphrase, in a form that other programs can open.

```
TUTELA-ARCHIVE-1\\n
{"cipher":"AES-256-GCM","kdf":"argon2id","lanes":4,"memory_kib":65536,"nonce":"...","passes":3,"salt":"..."}\\n
ciphertext and tag
```
The key is argon2id (RFC 9106) of the passphrase in UTF-8; the first two lines, with their ends, are bound to the
ciphertext as additional data.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tutela.events.obstacles import Obstacle

MAGIC = b"TUTELA-ARCHIVE-1\n"
MINIMUM_PASSPHRASE = 12
_SALT, _NONCE, _KEY = 16, 12, 32
_COST = {"kdf": "argon2id", "passes": 3, "memory_kib": 65536, "lanes": 4}
_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)


class WeakPassphrase(Obstacle, ValueError):
    """The passphrase is too short, or no text."""


class CannotBeOpened(ValueError):
    """It is no archive, it was changed, or the passphrase is another; the message says which is possible."""


def seal(files: Mapping[str, bytes], passphrase: str, randomness: Callable[[int], bytes]) -> bytes:
    """Return the archive of these files. Raises WeakPassphrase below 12 characters."""
    if len(passphrase) < MINIMUM_PASSPHRASE:
        raise WeakPassphrase("a passphrase has at least %(n)s characters", n=MINIMUM_PASSPHRASE)
    salt, nonce = randomness(_SALT), randomness(_NONCE)
    header = {**_COST, "cipher": "AES-256-GCM", "salt": salt.hex(), "nonce": nonce.hex()}
    lines = MAGIC + json.dumps(header, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _WRITTEN_AT), files[name], zipfile.ZIP_DEFLATED)
    return lines + AESGCM(_key(passphrase, header)).encrypt(nonce, packed.getvalue(), lines)


def unseal(sealed: bytes, passphrase: str) -> dict[str, bytes]:
    """Return the files of an archive; raises CannotBeOpened."""
    end = sealed.find(b"\n", len(MAGIC)) + 1
    if not sealed.startswith(MAGIC) or not end:
        raise CannotBeOpened("this is no archive of Tutela")
    try:
        header = json.loads(sealed[len(MAGIC) : end])
        # The cost is what this version writes, so that a forged header cannot make it take all memory.
        if {name: header.get(name) for name in _COST} != _COST or header.get("cipher") != "AES-256-GCM":
            raise CannotBeOpened("it was made in a form that this version does not read")
        key = _key(passphrase, header)
        plain = AESGCM(key).decrypt(bytes.fromhex(header["nonce"]), sealed[end:], sealed[:end])
    except (ValueError, KeyError, AttributeError, TypeError, InvalidTag) as error:
        if isinstance(error, CannotBeOpened):
            raise
        raise CannotBeOpened("the passphrase is another, or the archive was changed") from error
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _key(passphrase: str, header: Mapping[str, Any]) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    try:
        secret = passphrase.encode("utf-8")
    except UnicodeEncodeError as error:
        raise WeakPassphrase("a passphrase is made of characters that UTF-8 can write") from error
    return hash_secret_raw(
        secret,
        bytes.fromhex(header["salt"]),
        time_cost=_COST["passes"],  # type: ignore[arg-type]
        memory_cost=_COST["memory_kib"],  # type: ignore[arg-type]
        parallelism=_COST["lanes"],  # type: ignore[arg-type]
        hash_len=_KEY,
        type=Type.ID,
    )
