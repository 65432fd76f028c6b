"""The interface of a way by which finished packages reach their recipient."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tutela.referral.recipient import Settled

PART = ".part"


@dataclass(frozen=True, slots=True)
class Sent:
    """A package that is ready: its id, the names of its files, and of the encrypted whole the digest and the bytes."""

    package: str
    files: tuple[str, ...]
    sha256: str
    size: int


class Delivery(Protocol):
    """One way. Every method may raise RecipientError."""

    @property
    def workshop(self) -> Path:
        """The folder in which packages are made, as `ID.part`."""
        ...

    def deliver(self, sent: Sent) -> tuple[str, ...]:
        """Hand the package over, and return the names of the files that the recipient holds; again does no harm."""
        ...

    def settle(self, package: str) -> Settled:
        """Make sure that an unfinished package is never taken; return FILED where it has been."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


def part_of(workshop: Path, package: str) -> Path:
    """Return where a package is made."""
    return workshop / f"{package}{PART}"
