"""The register as it stood on a day: what had been recorded by its end, without what had been corrected by then.

What was corrected or withdrawn never comes back by itself; it is stated anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from tutela.events.catalogue import authority as said
from tutela.events.catalogue.authority import Finality
from tutela.events.catalogue.base import Payload
from tutela.statistics.authority.statement import Statement

P = TypeVar("P", bound=Payload)


@dataclass(frozen=True, slots=True)
class Report:
    """A report that stands. `place` orders reports: by the day they came, then as they were first recorded."""

    id: str
    said: said.ReportReceived
    place: tuple[date, int]

    @property
    def on(self) -> date:
        """The day on which it came."""
        return self.said.on


@dataclass(frozen=True, slots=True)
class Investigation:
    """An investigation that stands, with the reports that it has of its own."""

    id: str
    opened: date
    reports: frozenset[str]
    merged: said.InvestigationMerged | None
    closed: said.InvestigationClosed | None


@dataclass(frozen=True, slots=True)
class Conviction:
    """A conviction that stands, and what became of it last."""

    id: str
    said: said.PersonConvicted
    finality: Finality
    quashed: date | None


class Register:
    """What is known at the end of a day, `as_of`, in UTC."""

    def __init__(self, statements: Iterable[Statement], as_of: date) -> None:
        self.as_of = as_of
        self.known: Sequence[Statement] = tuple(s for s in statements if s.known_on <= as_of)
        ended = {s.ends for s in self.known}
        self.standing: Sequence[Statement] = tuple(
            s for s in self.known if s.id not in ended and not isinstance(s.said, said.StatementWithdrawn)
        )

    @cached_property
    def reports(self) -> Mapping[str, Report]:
        """The reports by their ids."""
        first: dict[str, int] = {}
        for one in self.known:
            first.setdefault(one.subject, one.sequence)
        return {
            subject: Report(subject, payload, (payload.on, first[subject]))
            for subject, payload in self._of(said.ReportReceived)
        }

    @cached_property
    def investigations(self) -> Mapping[str, Investigation]:
        """The investigations by their ids."""
        joined: dict[str, set[str]] = {}
        for subject, more in self._of(said.ReportsJoined):
            joined.setdefault(subject, set()).update(more.reports)
        merged = self._last(said.InvestigationMerged)
        closed = self._last(said.InvestigationClosed)
        return {
            subject: Investigation(
                subject,
                opened.on,
                frozenset(r for r in {*opened.reports, *joined.get(subject, ())} if r in self.reports),
                merged.get(subject),
                closed.get(subject),
            )
            for subject, opened in self._of(said.InvestigationOpened)
        }

    @cached_property
    def victims(self) -> Mapping[str, said.VictimIdentified]:
        """The children identified, by their ids."""
        return dict(self._of(said.VictimIdentified))

    @cached_property
    def convictions(self) -> Mapping[str, Conviction]:
        """The convictions by their ids, those among them that were quashed."""
        changed = self._last(said.ConvictionChanged)
        found = {}
        for subject, payload in self._of(said.PersonConvicted):
            later = changed.get(subject)
            finality, quashed = payload.finality, None
            if later is not None and later.became == "quashed":
                quashed = later.on
            elif later is not None:
                finality = "final" if later.became == "final" else "under_appeal"
            found[subject] = Conviction(subject, payload, finality, quashed)
        return found

    @cached_property
    def collected(self) -> Mapping[str, said.CollectionDeclared]:
        """What was last declared of each kind."""
        return {payload.kind: payload for _, payload in self._of(said.CollectionDeclared)}

    @cached_property
    def containing(self) -> Mapping[str, tuple[str, ...]]:
        """The investigations that have a report of their own, by the report."""
        found: dict[str, list[str]] = {}
        for one in self.investigations.values():
            for report in one.reports:
                found.setdefault(report, []).append(one.id)
        return {report: tuple(sorted(ids)) for report, ids in found.items()}

    def goes_on_in(self, investigation: str) -> str:
        """Return the investigation in which one ended up, through all mergers; itself where there was none."""
        seen = {investigation}
        while (one := self.investigations.get(investigation)) is not None and one.merged is not None:
            if one.merged.into in seen or one.merged.into not in self.investigations:
                break
            investigation = one.merged.into
            seen.add(investigation)
        return investigation

    def _of(self, kind: type[P]) -> list[tuple[str, P]]:
        return [(s.subject, s.said) for s in self.standing if isinstance(s.said, kind)]

    def _last(self, kind: type[P]) -> dict[str, P]:
        """The statement of each subject that is true last; of one day, the one recorded last."""
        found = [s for s in self.standing if isinstance(s.said, kind)]
        found.sort(key=lambda s: (s.on or date.min, s.sequence))
        return {s.subject: s.said for s in found if isinstance(s.said, kind)}
