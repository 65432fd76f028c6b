"""What the doors of the system ask of storage about people and keys."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.access.roles import Permission, Person


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. `csrf` goes into every form and comes back with it."""

    person: Person
    csrf: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key by which a platform calls. `id` is its name in the record."""

    id: str
    permissions: frozenset[Permission]

    @property
    def actor(self) -> str:
        """The name under which it stands in the record; no person's name has a colon."""
        return f"key:{self.id}"


class SignInRefused(PermissionError):
    """Name and password do not fit, or there were too many tries; the message does not say which name exists."""
