"""How people and platforms get in: what an operator decides about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from tutela.access.roles import Role

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key pair. Never `none`, and never a secret that both sides know."""
LONGEST_SKEW = 300
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def require_private(url: str) -> None:
    """Raise ValueError for an address that secrets must not go to: plain HTTP off this machine, a user in it."""
    parts = urlsplit(url)
    if parts.username is not None or not parts.hostname:
        raise ValueError(f"{url!r} is no address of a server")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(f"{url!r} is not https, and not on this machine")


@dataclass(frozen=True, slots=True)
class Rates:
    """How often, as `30/minute`: sign-ins of one name, sign-ins from one address, calls of one API key, what is
    sent through one public link, and wrong links that one address tries."""

    sign_in_name: str = "10/minute"
    sign_in_address: str = "60/minute"
    key: str = "60000/minute"
    link: str = "10/hour"
    link_address: str = "30/minute"


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """A provider of OpenID Connect. `roles` maps values of the claim to roles; what is not in it gives none.

    Raises ValueError for an issuer that would be asked in plain, and for an algorithm that anybody could sign with.
    """

    issuer: str
    client_id: str
    client_secret_file: Path
    name_claim: str = "preferred_username"
    roles_claim: str = "groups"
    roles: tuple[tuple[str, tuple[Role, ...]], ...] = ()
    algorithm: str = "RS256"
    skew_seconds: int = 60
    label: str = "OpenID Connect"

    def __post_init__(self) -> None:
        require_private(self.issuer)
        if self.algorithm not in ALGORITHMS:
            raise ValueError(f"algorithm is one of {', '.join(ALGORITHMS)}")
        if not 0 <= self.skew_seconds <= LONGEST_SKEW:
            raise ValueError(f"skew_seconds is 0 to {LONGEST_SKEW}")

    def roles_of(self, values: frozenset[str]) -> frozenset[Role]:
        """Return the roles that the values of the claim give."""
        return frozenset(role for value, roles in self.roles if value in values for role in roles)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Who must bring what. `second_factor_roles`: the roles that need one, all if it is None.

    `break_glass` is the one local account that still opens where `local_accounts` are switched off.
    """

    second_factor: Literal["required", "optional"] = "required"
    second_factor_roles: frozenset[Role] | None = None
    local_accounts: bool = True
    break_glass: str | None = None
    idle: timedelta = timedelta(minutes=60)
    longest: timedelta = timedelta(hours=10)
    tries: int = 5
    locked: timedelta = timedelta(minutes=15)
    rates: Rates = Rates()
    openid: OpenIdSettings | None = None
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    address_header: str = "X-Forwarded-For"

    def __post_init__(self) -> None:
        if not self.local_accounts and (self.openid is None or self.break_glass is None):
            raise ValueError(
                "local_accounts = false needs [oidc], and break_glass: the one local account that still opens when "
                "the provider does not answer"
            )
        if self.tries < 1 or min(self.idle, self.longest, self.locked) <= timedelta(0):
            raise ValueError("tries and times are more than 0")

    def needs_second_factor(self, roles: frozenset[Role]) -> bool:
        """Return whether somebody with these roles must have a second factor."""
        if self.second_factor == "optional":
            return False
        return self.second_factor_roles is None or bool(roles & self.second_factor_roles)

    def may_use_password(self, person_id: str) -> bool:
        """Return whether this person's local account opens."""
        return self.local_accounts or person_id == self.break_glass
