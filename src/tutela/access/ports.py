"""What the doors of the system ask of storage about people and keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tutela.access.entrance import OpenIdSettings
from tutela.access.id_tokens import Identity
from tutela.access.roles import Permission, Person
from tutela.events.obstacles import Obstacle


class Step(StrEnum):
    """What a sign-in still wants before the session opens anything."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    ENROL = "enrol"


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. `csrf` goes into every form and comes back with it.

    `step`: what is still wanted of them; until then no page opens but the one that asks for it. `id` names the
    session in lists; it opens nothing.
    """

    person: Person
    csrf: str
    id: str = ""
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One open session in a list."""

    id: str
    began_at: datetime
    used_at: datetime
    address: str
    method: str


@dataclass(frozen=True, slots=True)
class Account:
    """A person as those who manage access see them. `provider`: they come in by OpenID Connect."""

    person: Person
    has_password: bool
    must_change: bool
    has_second_factor: bool
    recovery_codes: int
    locked_until: datetime | None
    provider: bool


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key by which a platform calls. `id` is its name in the record."""

    id: str
    permissions: frozenset[Permission]

    @property
    def actor(self) -> str:
        """The name under which it stands in the record; no person's name has a colon."""
        return f"key:{self.id}"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key in a list. `last_used_at` is exact to a minute; None: never."""

    id: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Return whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class SignInRefused(Obstacle, PermissionError):
    """Name and password do not fit, or there were too many tries; the message does not say which name exists."""


class WrongCode(Obstacle, PermissionError):
    """The code of the second factor is not right, or was used before."""


class ProviderFailed(RuntimeError):
    """The provider does not answer, or not as it should; the message says what it was asked for."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the browser takes along (`state`, and `browser` in a cookie), and what comes back with the token (`nonce`).

    `verifier` proves to the provider that the one who asks for the token is the one who began (PKCE, RFC 7636).
    """

    state: str
    browser: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """A provider of OpenID Connect, as the pages use it."""

    @property
    def settings(self) -> OpenIdSettings:
        """How it is configured."""
        ...

    def address(self, attempt: Attempt, back: str) -> str:
        """Return where to send the browser; `back` is the address to which it returns. Raises ProviderFailed."""
        ...

    def identity(self, code: str, attempt: Attempt, back: str) -> Identity:
        """Return who came back with a code. Raises ProviderFailed, BadIdToken."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...
