"""The operator's records and settings at the end of a year, from the events that wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tutela.statistics.provider_return.light import LightEvent, year_of


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record, with the sequence of the event that wrote it. `effective_from` is an ISO date.

    `technologies`: what it is about, by name and version (`pdq-1`) or by name alone.
    """

    sequence: int
    version: int
    digest: str
    effective_from: str
    answers: tuple[str, ...]
    kind: str = "policy"
    technologies: tuple[str, ...] = ()


@dataclass(slots=True)
class Record:
    """A record of the operator, with its versions in their order."""

    versions: list[Version] = field(default_factory=list)
    retired_in: int | None = None

    def version_at(self, day: str) -> Version | None:
        """Return the last version that applied on a day."""
        return next((v for v in reversed(self.versions) if v.effective_from <= day), None)

    def lives_in(self, year: int) -> bool:
        """Return whether it was not retired before a year began."""
        return self.retired_in is None or self.retired_in >= year


@dataclass(frozen=True, slots=True)
class Setup:
    """What applied at the end of a year: versions of records, the retention policy, how services are registered.

    The last two are the events that say so.
    """

    versions: tuple[Version, ...] = ()
    retention: LightEvent | None = None
    services: tuple[tuple[str, LightEvent], ...] = ()

    @property
    def sequences(self) -> list[int]:
        """The numbers of the events that say it."""
        events = [event for _, event in self.services] + ([self.retention] if self.retention else [])
        return [*(version.sequence for version in self.versions), *(event.sequence for event in events)]


def setup_of(events: Iterable[tuple[str, LightEvent]], year: int) -> Setup:
    """Return what applied at the end of a year, from events with their subjects, in the order of their sequence."""
    found = list(events)
    last = f"{year:04d}-12-31"
    versions = [v for r in records_of(found) if r.lives_in(year) and (v := r.version_at(last))]
    before = [(subject, event) for subject, event in found if event.at[:10] <= last]
    policies = [event for _, event in before if event.type == "retention.policy_set"]
    services = {subject: event for subject, event in before if event.type == "service.registered"}
    return Setup(tuple(versions), policies[-1] if policies else None, tuple(sorted(services.items())))


def records_of(events: Iterable[tuple[str, LightEvent]]) -> list[Record]:
    """Return the records, from their events with the subject of each, in the order of their sequence."""
    found: dict[str, Record] = {}
    for subject, event in events:
        if event.type == "governance.written":
            data = event.data
            found.setdefault(subject, Record()).versions.append(
                Version(
                    event.sequence,
                    data["version"],
                    data["digest"],
                    data["effective_from"],
                    tuple(data["answers"]),
                    data["kind"],
                    tuple(data.get("technologies", ())),
                )
            )
        elif event.type == "governance.retired":
            found[subject].retired_in = year_of(event.at)
    return list(found.values())
