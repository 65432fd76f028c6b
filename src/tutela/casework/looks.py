"""Looks at evidence: asked for, then shown. What the desk asks of storage about them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from tutela.casework.ports import CaseUnit


@dataclass(frozen=True, slots=True)
class Look:
    """A recorded request of a person to see an item. `shown`: the picture went out."""

    id: str
    case: str
    item: str
    person: str
    shown: bool


class NoSuchView(LookupError):
    """There is no look with this id."""


class DeskUnit(CaseUnit, Protocol):
    """One transaction of the desk."""

    def look(self, view_id: str, *, lock: bool = False) -> Look:
        """Return a look, locked until the end if asked; raises NoSuchView."""
        ...


class DeskTransactions(Protocol):
    """Begins the desk's transactions; leaving the block commits, an exception rolls back."""

    def casework(self) -> AbstractContextManager[DeskUnit]:
        """Begin a transaction of the casework."""
        ...
