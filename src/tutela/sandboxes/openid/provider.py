"""The rules of the provider: who may ask for a code, what a code is worth, and what a token says."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tutela.sandboxes.clock import Clock
from tutela.sandboxes.openid.faults import Fault

CODE_LASTS = timedelta(seconds=60)
TOKEN_LASTS = timedelta(minutes=5)
ALGORITHM = "RS256"


class Refused(ValueError):
    """The request breaks a rule; `code` is the error of OAuth 2.0 (RFC 6749, sections 4.1.2.1 and 5.2)."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass(frozen=True, slots=True)
class User:
    """Somebody whom the provider knows, and the groups it puts them in."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asked for when it sent a browser here."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str


@dataclass
class _Code:
    asked: Asked
    user: User
    at: datetime
    spent: bool = False


@dataclass
class Provider:
    """One provider with one client. `issuer` is set once the port is known."""

    client_id: str
    client_secret: str
    users: Mapping[str, User]
    clock: Clock
    redirect_path: str
    issuer: str = ""
    orders: list[Fault] = field(default_factory=list)
    _codes: dict[str, _Code] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._key = _new_key()
        self._foreign = _new_key()

    def rotate(self) -> None:
        """Sign with a fresh key from now on, and forget the old one."""
        self._key = _new_key()

    def keys(self) -> dict[str, Any]:
        """Return the public keys (RFC 7517)."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def document(self) -> dict[str, Any]:
        """Return what OpenID Connect Discovery 1.0 asks for."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }

    def asked(self, given: Mapping[str, str]) -> Asked:
        """Return what was asked for; raises Refused."""
        if given.get("client_id") != self.client_id:
            raise Refused("unauthorized_client", "no such client")
        back = given.get("redirect_uri", "")
        if not back.startswith(("http://127.0.0.1:", "http://127.0.0.1/")) or not back.endswith(self.redirect_path):
            raise Refused("invalid_request", "this redirect_uri is not registered")
        if given.get("response_type") != "code":
            raise Refused("unsupported_response_type", "response_type is code")
        if "openid" not in given.get("scope", "").split():
            raise Refused("invalid_scope", "scope holds openid")
        if given.get("code_challenge_method") != "S256" or len(given.get("code_challenge", "")) != 43:
            raise Refused("invalid_request", "PKCE with S256 is required")
        if min(len(given.get(name, "")) for name in ("state", "nonce")) < 22:
            raise Refused("invalid_request", "state and nonce have 128 random bits or more")
        return Asked(back, given["state"], given["nonce"], given["code_challenge"])

    def code(self, asked: Asked, user: str) -> str:
        """Return a code for somebody who signed in; raises Refused."""
        if user not in self.users:
            raise Refused("access_denied", "nobody is called so")
        fresh = secrets.token_urlsafe(32)
        self._codes[fresh] = _Code(asked, self.users[user], self.clock())
        return fresh

    def authenticate(self, header: str) -> None:
        """Check the client's own name and secret (HTTP Basic); raises Refused."""
        kind, _, encoded = header.partition(" ")
        try:
            # Both parts are encoded as a form first (RFC 6749, section 2.3.1).
            name, secret = map(unquote_plus, base64.b64decode(encoded, validate=True).decode().split(":"))
        except ValueError:
            name, secret = "", ""
        fits = hmac.compare_digest(secret.encode(), self.client_secret.encode())
        if kind.lower() != "basic" or name != self.client_id or not fits:
            raise Refused("invalid_client", "client_id or secret is wrong")

    def redeem(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return the tokens for a code, once; raises Refused."""
        if given.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type", "grant_type is authorization_code")
        code = self._codes.get(given.get("code", ""))
        if code is None or code.spent or self.clock() - code.at > CODE_LASTS:
            raise Refused("invalid_grant", "the code is unknown, used or too old")
        code.spent = True
        if given.get("redirect_uri") != code.asked.redirect_uri:
            raise Refused("invalid_grant", "redirect_uri is not the one that was asked with")
        verifier = given.get("code_verifier", "")
        hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not 43 <= len(verifier) <= 128 or hashed != code.asked.challenge:
            raise Refused("invalid_grant", "code_verifier does not fit")
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300}
        fault = self.orders.pop(0) if self.orders else None
        return answer if fault is Fault.NO_TOKEN else {**answer, "id_token": self._token(code, fault)}

    def _token(self, code: _Code, fault: Fault | None) -> str:
        if fault is Fault.ROTATED:
            self.rotate()
        claims = self._claims(code, fault)
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "JWT"}
        if fault is Fault.ALG_NONE:
            return _raw({"alg": "none", "typ": "JWT"}, claims, lambda _: b"")
        if fault is Fault.ALG_SECRET:
            public = self._key.as_pem(private=False)
            return _raw({**header, "alg": "HS256"}, claims, lambda text: hmac.digest(public, text, "sha256"))
        if fault is Fault.UNKNOWN_KEY:
            header["kid"] = "no-such-key"
        signed = jwt.encode(header, claims, self._foreign if fault is Fault.FOREIGN_KEY else self._key)
        if fault is Fault.TAMPERED:
            head, _, tail = signed.split(".")
            changed = json.dumps({**claims, "groups": ["everything"]}).encode()
            return f"{head}.{_encoded(changed)}.{tail}"
        return signed

    def _claims(self, code: _Code, fault: Fault | None) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        issued = {Fault.FROM_THE_FUTURE: now + 3600, Fault.OLD: now - 86_400}.get(fault, now) if fault else now
        expires = now - 3600 if fault is Fault.EXPIRED else max(now, issued) + int(TOKEN_LASTS.total_seconds())
        other = f"{self.client_id}-other"
        audience: str | list[str] = other if fault is Fault.WRONG_AUDIENCE else self.client_id
        claims: dict[str, Any] = {
            "iss": f"{self.issuer}.example" if fault is Fault.WRONG_ISSUER else self.issuer,
            "sub": hashlib.sha256(code.user.name.encode()).hexdigest()[:24],
            "aud": [self.client_id, other] if fault is Fault.MORE_AUDIENCES else audience,
            "exp": expires,
            "iat": issued,
            "nonce": code.asked.nonce[::-1] if fault is Fault.WRONG_NONCE else code.asked.nonce,
            "preferred_username": code.user.name,
            "groups": list(code.user.groups),
        }
        gone = {Fault.NO_NONCE: "nonce", Fault.NO_EXPIRY: "exp", Fault.NO_SUBJECT: "sub"}
        if fault in gone:
            del claims[gone[fault]]
        return claims


def _new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig", "alg": ALGORITHM})


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _raw(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    text = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"
    return f"{text}.{_encoded(sign(text.encode()))}"
