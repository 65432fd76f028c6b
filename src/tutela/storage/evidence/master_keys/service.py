"""The master key in a key service that speaks the HTTP API of HashiCorp Vault's transit engine.

The service never gives its key out: it encrypts, decrypts and rewraps the keys of cases, one call each. Wrapped keys
read `vault:v1:...`, with the version in the middle. The key there must be of the type aes256-gcm96, made by whoever
runs the service; its deletion is that service's to allow. Paths and fields are those of the transit engine's
published API: encrypt, decrypt, rewrap, keys/NAME, keys/NAME/rotate, /config and /trim.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from tutela.storage.access.off_loopback import require_tls
from tutela.storage.evidence.master_keys.port import BrokenKey

_TIMEOUT = 10.0
_WRAPPED = re.compile(rb"vault:v([1-9][0-9]{0,8}):[A-Za-z0-9+/=]+")


@dataclass(frozen=True, slots=True)
class KeyServiceSettings:
    """Where the key service is. `token_file` holds the token alone and is read anew for each call.

    `mount` is the path of the transit engine. Raises ValueError for plain HTTP to another machine.
    """

    url: str
    key: str
    token_file: Path
    mount: str = "transit"

    def __post_init__(self) -> None:
        require_tls(self.url, "keys.url")
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.key):
            raise ValueError(f"keys.key: {self.key!r} is no name of a key: letters, digits, - and _")


class KeyService:
    """Implements master_keys.port.MasterKey over HTTP."""

    def __init__(self, settings: KeyServiceSettings) -> None:
        self._settings = settings
        self._httpx: ModuleType | None = None
        self._client: Any = None

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Let the service encrypt the key."""
        body = {"plaintext": _text(key), "associated_data": _text(bound)}
        return str(self._call("POST", "encrypt", body)["ciphertext"]).encode("ascii")

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Let the service decrypt it."""
        self.version_of(wrapped)
        body = {"ciphertext": wrapped.decode("ascii"), "associated_data": _text(bound)}
        try:
            return base64.b64decode(str(self._call("POST", "decrypt", body)["plaintext"]), validate=True)
        except ValueError as error:
            raise BrokenKey("the key service answered with something that is no key") from error

    def rewrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Let the service wrap it anew; the key does not leave it."""
        body = {"ciphertext": wrapped.decode("ascii"), "associated_data": _text(bound)}
        return str(self._call("POST", "rewrap", body)["ciphertext"]).encode("ascii")

    def version_of(self, wrapped: bytes) -> int:
        """Read it in the text."""
        match = _WRAPPED.fullmatch(wrapped)
        if match is None:
            raise BrokenKey("it is no key that the key service wrapped")
        return int(match[1])

    def newest(self) -> int:
        """Ask the service."""
        return int(self._call("GET", "keys")["latest_version"])

    def rotate_to(self, version: int) -> None:
        """Let the service make a version."""
        newest = self.newest()
        if newest == version:
            return
        if newest != version - 1:
            raise BrokenKey(f"the key service is at version {newest} already: somebody else rotated the key")
        self._call("POST", "keys", {}, "rotate")
        if (made := self.newest()) != version:
            raise BrokenKey(f"the key service made version {made}, not {version}")

    def destroy_before(self, version: int) -> None:
        """Let the service refuse older versions, and trim them away."""
        limits = {"min_decryption_version": version, "min_encryption_version": version}
        self._call("POST", "keys", limits, "config")
        self._call("POST", "keys", {"min_available_version": version}, "trim")

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()

    def _call(
        self, method: str, action: str, body: Mapping[str, object] | None = None, then: str = ""
    ) -> dict[str, Any]:
        if self._httpx is None:
            import httpx

            # Never through a proxy that the environment names, and never on to another address.
            self._httpx, self._client = httpx, httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False)
        set_ = self._settings
        path = "/".join(part for part in (quote(set_.mount), action, set_.key, then) if part)
        try:
            answer = self._client.request(
                method, f"{set_.url.rstrip('/')}/v1/{path}", json=body, headers={"X-Vault-Token": self._token()}
            )
        except self._httpx.HTTPError as error:
            raise BrokenKey(f"the key service at {set_.url} does not answer: {type(error).__name__}") from error
        if answer.is_success:
            try:
                return dict(answer.json().get("data") or {}) if answer.content else {}
            except ValueError as error:
                raise BrokenKey(f"the key service at {set_.url} answered with something else than JSON") from error
        raise BrokenKey(f"the key service refused {action}{'/' + then if then else ''}: {_reason(answer)}")

    def _token(self) -> str:
        try:
            return self._settings.token_file.read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise BrokenKey(f"the token of the key service cannot be read from {self._settings.token_file}") from error


def _reason(answer: Any) -> str:
    try:
        errors = "; ".join(str(e) for e in answer.json()["errors"])
    except (ValueError, KeyError, TypeError):
        errors = ""
    return f"{answer.status_code} {errors}".strip()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
