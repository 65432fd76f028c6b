"""The register for those who look at it in the console: at once while it is small, else made beside the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tutela.events.envelope import Clock
from tutela.statistics.authority.differences import Difference, differences
from tutela.statistics.authority.submission import Submission, drawn
from tutela.statistics.union.period import Period
from tutela.storage.authority.desk import AuthorityRegister
from tutela.storage.statistics.return_shelf import Shelf, Shown

MOST = 6
"""Views that are kept; one of 100 000 reports holds about 150 MB, beside the statements that all share."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A period as the register stood at the end of a day, held against an earlier day or none."""

    period: Period
    day: date
    since: date | None = None


@dataclass(frozen=True, slots=True)
class RegisterView:
    """The figures that were asked for, and what differs."""

    made: Submission
    differing: tuple[Difference, ...]


class RegisterViews:
    """Makes views, and keeps the newest few of them until something is stated."""

    def __init__(self, register: AuthorityRegister, clock: Clock) -> None:
        self._register = register
        self._clock = clock
        self._shelf: Shelf[Asked, RegisterView] = Shelf(self._make, register.last_sequence, most=MOST)

    def take(self, asked: Asked) -> Shown[RegisterView]:
        """Return a view as the register is now, or the newest one while another is made."""
        return self._shelf.take(asked)

    def wait(self) -> None:
        """Wait until what is being made is made."""
        self._shelf.wait()

    def _make(self, asked: Asked) -> RegisterView:
        statements = self._register.statements()
        made = drawn(statements, "", asked.period, asked.day, self._clock())
        # Made here and not when they are looked at: the cases of 100 000 reports take seconds.
        _ = made.extraction.cases
        differing = differences(statements, asked.period, asked.since, asked.day) if asked.since else ()
        return RegisterView(made, differing)
