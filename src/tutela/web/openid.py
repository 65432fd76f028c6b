"""A provider of OpenID Connect: where to send people, and who they are when they come back.

Authorization code with PKCE (OpenID Connect Core 1.0; RFC 7636). Whatever the provider's document names must be https,
or on this machine; redirects are not followed, proxies of the environment are not used.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tutela.access.entrance import OpenIdSettings, require_private
from tutela.access.id_tokens import BadIdToken, Identity, UnknownSigningKey, identity_of
from tutela.access.ports import Attempt, ProviderFailed
from tutela.events.envelope import Clock
from tutela.storage.settings import BadSettings

LONGEST_ANSWER = 256 * 1024
KNOWN_FOR = timedelta(hours=1)
KEYS_ASKED_AGAIN = timedelta(minutes=1)
"""How soon an unknown key may make us ask for the keys again: tokens of strangers must not make us ask without end."""


class Provider:
    """One provider, asked over one connection. Share it among threads; close it at the end."""

    def __init__(self, settings: OpenIdSettings, clock: Clock, transport: httpx.BaseTransport | None = None) -> None:
        self.settings = settings
        self._clock = clock
        self._http = httpx.Client(
            timeout=httpx.Timeout(10.0), transport=transport, follow_redirects=False, trust_env=False
        )
        self._lock = threading.Lock()
        self._document: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, Mapping[str, Any]] | None = None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def address(self, attempt: Attempt, back: str) -> str:
        """Return where to send the browser; `back` is the address to which it returns. Raises ProviderFailed."""
        target = self._named("authorization_endpoint")
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": "openid profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return f"{target}{'&' if urlsplit(target).query else '?'}{urlencode(asked)}"

    def identity(self, code: str, attempt: Attempt, back: str) -> Identity:
        """Return who came back with a code. Raises ProviderFailed, BadIdToken, BadSettings."""
        answer = self._token(code, attempt, back)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise BadIdToken("the provider sent none")
        now = self._clock()
        try:
            return identity_of(token, self._known_keys(), self.settings, attempt.nonce, now)
        except UnknownSigningKey:
            # The provider may have rotated its keys since we asked for them.
            return identity_of(token, self._known_keys(again=True), self.settings, attempt.nonce, now)

    def _token(self, code: str, attempt: Attempt, back: str) -> Mapping[str, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": attempt.verifier,
        }
        client, secret = self.settings.client_id, self._secret()
        ways = self._discovered().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in ways:
            # Each part is encoded as a form first (RFC 6749, section 2.3.1).
            auth = httpx.BasicAuth(quote_plus(client), quote_plus(secret))
            return self._ask("POST", self._named("token_endpoint"), data=fields, auth=auth)
        posted = {**fields, "client_id": client, "client_secret": secret}
        return self._ask("POST", self._named("token_endpoint"), data=posted)

    def _secret(self) -> str:
        path = self.settings.client_secret_file
        try:
            if path.stat().st_mode & 0o077:
                raise BadSettings(f"[oidc] client_secret_file can be read by others: chmod 600 {path}")
            return path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettings(f"[oidc] client_secret_file: {path} cannot be read") from error

    def _discovered(self) -> Mapping[str, Any]:
        with self._lock:
            now = self._clock()
            if self._document is None or now - self._document[0] > KNOWN_FOR:
                address = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
                document = self._ask("GET", address)
                if document.get("issuer") != self.settings.issuer:
                    raise ProviderFailed("its document names another issuer than [oidc] issuer")
                self._document = (now, document)
            return self._document[1]

    def _named(self, what: str) -> str:
        address = self._discovered().get(what)
        if not isinstance(address, str):
            raise ProviderFailed(f"its document has no {what}")
        try:
            require_private(address)
        except ValueError as error:
            raise ProviderFailed(f"its {what} is not https") from error
        return address

    def _known_keys(self, *, again: bool = False) -> Mapping[str, Any]:
        address = self._named("jwks_uri")
        with self._lock:
            now = self._clock()
            age = None if self._keys is None else now - self._keys[0]
            if self._keys is None or age is None or age > (KEYS_ASKED_AGAIN if again else KNOWN_FOR):
                self._keys = (now, self._ask("GET", address))
            return self._keys[1]

    def _ask(self, method: str, address: str, **options: Any) -> Mapping[str, Any]:
        try:
            with self._http.stream(method, address, headers={"Accept": "application/json"}, **options) as answer:
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > LONGEST_ANSWER:
                        raise ProviderFailed("its answer is too long")
                status = answer.status_code
            document = httpx.Response(status, content=body).json() if body else {}
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderFailed(f"{urlsplit(address).path} gave no readable answer") from error
        if status != httpx.codes.OK or not isinstance(document, dict):
            raise ProviderFailed(f"{urlsplit(address).path} answered {status}")
        return document
