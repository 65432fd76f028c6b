"""Versions of the yearly return in the record."""

from __future__ import annotations

from collections.abc import Callable

from tutela.access.roles import Permission, Person
from tutela.casework.case import NotPossible
from tutela.events.catalogue.returns import ReturnCause, ReturnKept
from tutela.events.envelope import Clock, Event, NewEvent
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.versions import Change, KeptReturn, changes, digest_of, kept_figures
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.recording import RecordingStore

Compile = Callable[[int, int | None], YearlyReturn]
"""Makes the return of a year, from the events up to a number if one is given."""


class ReturnVersions:
    """Keeps returns as they are published."""

    def __init__(self, database: Database, clock: Clock, compile_: Compile) -> None:
        self._database = database
        self._clock = clock
        self._compile = compile_

    def all(self, year: int) -> list[KeptReturn]:
        """Return the versions of a year, the first one first."""
        with self._database.read() as connection:
            return _versions(EventLog(connection, self._clock), year)

    def keep(self, person: Person, year: int, cause: ReturnCause | None = None) -> tuple[KeptReturn, list[Change]]:
        """Keep the return as it is now as the next version; return it with what differs from the one before.

        Raises NotAllowed, and NotPossible where the year is not over, nothing differs, or `cause` does not fit.
        """
        person.require(Permission.MANAGE_GOVERNANCE)
        now = self._clock()
        if now.year <= year:
            raise NotPossible("the year %(year)s is not over", year=str(year))
        compiled = self._compile(year, None)
        figures = kept_figures(compiled)
        with self._database.write() as connection:
            log = EventLog(connection, self._clock)
            RecordingStore(connection, log).lock(f"return {year}")
            before = _versions(log, year)
            differing = changes(before[-1].figures, figures) if before else []
            if before and not differing:
                raise NotPossible("nothing differs from version %(version)s: it stands", version=before[-1].version)
            if before and cause in (None, "first"):
                raise NotPossible("a correction says why: --cause")
            if not before and cause not in (None, "first"):
                raise NotPossible("the first version corrects nothing")
            payload = ReturnKept(
                year=year,
                version=len(before) + 1,
                cause=cause or "first",
                up_to=compiled.up_to,
                digest=digest_of(figures),
                figures=figures,
            )
            (event,) = log.append([NewEvent(payload, _subject(year), now, person.id)])
        return _kept(event, payload), differing

    def again(self, year: int, version: int) -> YearlyReturn:
        """Make a version again from the events that it was made from.

        Raises LookupError for one that there is not, NotPossible where this version of Tutela, or what is configured
        now, gives other figures.
        """
        found = next((one for one in self.all(year) if one.version == version), None)
        if found is None:
            raise LookupError(f"the return of {year} has no version {version}")
        compiled = self._compile(year, found.up_to)
        if digest_of(kept_figures(compiled)) != found.digest:
            differing = changes(found.figures, kept_figures(compiled))
            shown = "; ".join(str(change) for change in differing[:5])
            raise NotPossible(
                "version %(version)s cannot be made again: by what is configured now %(figures)s figures differ "
                "(%(shown)s); its figures stand in event %(event)s",
                version=version,
                figures=len(differing),
                shown=shown,
                event=str(found.sequence),
            )
        return compiled


def _versions(log: EventLog, year: int) -> list[KeptReturn]:
    found = log.read(types=[ReturnKept.TYPE], subject=_subject(year))
    return [_kept(event, event.payload) for event in found if isinstance(event.payload, ReturnKept)]


def _kept(event: Event, payload: ReturnKept) -> KeptReturn:
    return KeptReturn(
        event.sequence, payload.year, payload.version, payload.cause, event.occurred_at, event.actor, payload.up_to,
        payload.digest, payload.figures,
    )  # fmt: skip


def _subject(year: int) -> str:
    return f"return:{year}"
