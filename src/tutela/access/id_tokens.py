"""What an ID token must be before anybody comes in by it (OpenID Connect Core 1.0, section 3.1.3.7)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tutela.access.entrance import OpenIdSettings

LONGEST_AGE = 600
"""Seconds since a token was issued: one that is older was not made for this sign-in."""
LONGEST_CLAIM = 255


class BadIdToken(ValueError):
    """The token proves nothing to us; the message says which check failed and holds nothing of the token."""


class UnknownSigningKey(BadIdToken):
    """No key of the set has the id that the token names: the provider may have rotated its keys."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is. `subject` is a hash of issuer and `sub`, which together never mean another."""

    subject: str
    name: str
    values: frozenset[str]


def identity_of(token: str, keys: Mapping[str, Any], settings: OpenIdSettings, nonce: str, now: datetime) -> Identity:
    """Return who the token is about; raises BadIdToken.

    `keys` is the provider's JSON Web Key Set. The algorithm is the configured one, whatever the token's header says.
    """
    claims = _verified(token, keys, settings)
    moment, skew = now.timestamp(), settings.skew_seconds
    if claims.get("iss") != settings.issuer:
        raise BadIdToken("another issuer made it")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or settings.client_id not in audiences:
        raise BadIdToken("it is for another client")
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != settings.client_id:
        raise BadIdToken("another client asked for it")
    if _seconds(claims, "exp") + skew <= moment:
        raise BadIdToken("it has expired")
    issued = _seconds(claims, "iat")
    if not moment - LONGEST_AGE - skew <= issued <= moment + skew:
        raise BadIdToken("it was not issued just now: compare the clocks of both machines")
    if "nbf" in claims and _seconds(claims, "nbf") > moment + skew:
        raise BadIdToken("it is not valid yet")
    if claims.get("nonce") != nonce:
        raise BadIdToken("it was made for another sign-in")
    subject = _text(claims, "sub")
    return Identity(
        hashlib.sha256(f"{settings.issuer}\0{subject}".encode()).hexdigest(),
        _text(claims, settings.name_claim),
        _values(claims, settings.roles_claim),
    )


def _verified(token: str, keys: Mapping[str, Any], settings: OpenIdSettings) -> dict[str, Any]:
    from joserfc import jws, jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        known = KeySet.import_key_set(dict(keys))  # type: ignore[arg-type]
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadIdToken("the token or the provider's keys cannot be read") from error
    if header.get("alg") != settings.algorithm:
        raise BadIdToken(f"it is not signed with {settings.algorithm}")
    if "kid" in header and header["kid"] not in {key.kid for key in known.keys}:
        raise UnknownSigningKey("no key of the provider has made it")
    try:
        claims = jwt.decode(token, known, algorithms=[settings.algorithm]).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadIdToken("its signature is not the provider's") from error
    if not isinstance(claims, dict):
        raise BadIdToken("it holds no claims")
    return claims


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadIdToken(f"its {name} is no time")
    return value


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_CLAIM:
        raise BadIdToken(f"its {name} is missing")
    return value


def _values(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    # Providers nest roles: `realm_access.roles`. A claim whose name has dots goes first.
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, str):
        return frozenset({found})
    return frozenset(v for v in found if isinstance(v, str)) if isinstance(found, list) else frozenset()
