"""What may be stated: by whom, of which day, about what, and in place of what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar

from tutela.access.roles import Permission, Person
from tutela.events.catalogue import authority as said
from tutela.events.catalogue.base import Payload
from tutela.events.envelope import NewEvent, new_id
from tutela.statistics.authority.statement import EVENTS, Dated, Statement

FIRST_DAY = date(1990, 1, 1)
LONGEST_NUMBER = 64
OLDEST_CHILD = 18
_NUMBER = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9./_:-]*", re.ASCII)
_SUBJECTS: dict[type[Payload], str] = {
    said.ReportReceived: "report",
    said.InvestigationOpened: "investigation",
    said.ReportsJoined: "investigation",
    said.InvestigationMerged: "investigation",
    said.InvestigationClosed: "investigation",
    said.VictimIdentified: "victim",
    said.PersonConvicted: "conviction",
    said.ConvictionChanged: "conviction",
    said.CollectionDeclared: "collection",
}
_FIRST = (said.ReportReceived, said.InvestigationOpened, said.VictimIdentified, said.PersonConvicted)
P = TypeVar("P", bound=Payload)


class BadStatement(ValueError):
    """It cannot be stated as it is; the message says what to change."""


class Known(Protocol):
    """The port to what stands in the register now."""

    def standing(self, subject: str) -> Sequence[Statement]:
        """Return the statements about something that were neither corrected nor withdrawn, in their order."""
        ...


def number(text: str, what: str = "a number") -> str:
    """Return a number of a report, an investigation or a person; raises BadStatement.

    It stays in the record for good, so nothing that could name a person fits: it has a digit and no spaces.
    """
    if len(text) > LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise BadStatement(
            f"{text[:LONGEST_NUMBER]!r} is not {what}: write at most {LONGEST_NUMBER} letters, digits and ./_:-, "
            "with a digit among them"
        )
    return text


def investigation(reference: str) -> str:
    """Return the subject of an investigation, by its number with or without `investigation:` before it."""
    return f"investigation:{number(reference.removeprefix('investigation:'), 'the number of an investigation')}"


def new_subject(kind: str, now: datetime) -> str:
    """Return the subject of something that has no number of its own: a report, a child, a conviction."""
    return f"{kind}:{new_id(now)}"


def state(person: Person, known: Known, subject: str, payload: Payload, now: datetime) -> NewEvent:
    """Return what is recorded when a person states something. Raises NotAllowed, BadStatement."""
    person.require(Permission.KEEP_REGISTER)
    if not isinstance(payload, EVENTS):
        raise BadStatement(f"{payload.TYPE} is no statement of the register")
    about = known.standing(subject)
    if isinstance(payload, said.StatementWithdrawn):
        _withdrawn(about, payload)
    elif isinstance(payload, said.CollectionDeclared):
        if payload.age_limit is not None and payload.age_limit > OLDEST_CHILD:
            raise BadStatement(f"a child is under {OLDEST_CHILD}: an age limit of {payload.age_limit} is none")
    elif isinstance(payload, Dated):
        kind = _SUBJECTS[type(payload)]
        if not subject.startswith(f"{kind}:"):
            raise BadStatement(f"{subject} is no {kind}: name one that is")
        if not FIRST_DAY <= payload.on <= now.astimezone(UTC).date():
            raise BadStatement(f"{payload.on} is not a day between {FIRST_DAY} and today")
        others = [s for s in about if s.id != payload.corrects]
        if payload.corrects is not None:
            _corrected(about, payload)
        _fits(known, subject, payload, others)
    return NewEvent(payload, subject, now, person.id)


def _fits(known: Known, subject: str, payload: Payload, others: Sequence[Statement]) -> None:
    if isinstance(payload, _FIRST) and any(isinstance(s.said, type(payload)) for s in others):
        raise BadStatement(f"{subject} is in the register already: correct the statement that stands")
    match payload:
        case said.ReportReceived():
            for one in (payload.number, *payload.earlier):
                if one is not None:
                    number(one, "the number of a report")
        case said.InvestigationOpened(reports=reports):
            number(subject.partition(":")[2], "the number of an investigation")
            _reports(known, reports)
        case said.ReportsJoined(reports=reports):
            _since(said.InvestigationOpened, subject, payload.on, others)
            if not reports:
                raise BadStatement("name the reports that become part of it")
            _reports(known, reports)
        case said.InvestigationMerged(into=into):
            _since(said.InvestigationOpened, subject, payload.on, others)
            _not_over(subject, others)
            _is_there(known, said.InvestigationOpened, into)
            if _end_of(known, into) == subject:
                raise BadStatement(f"{into} goes on within {subject}: it cannot be the other way round as well")
        case said.InvestigationClosed():
            _since(said.InvestigationOpened, subject, payload.on, others)
            _not_over(subject, others)
        case said.VictimIdentified(investigation=of) | said.PersonConvicted(investigation=of):
            if of is not None:
                _is_there(known, said.InvestigationOpened, of)
        case said.ConvictionChanged():
            _since(said.PersonConvicted, subject, payload.on, others)
            if any(isinstance(s.said, said.ConvictionChanged) and s.said.became == "quashed" for s in others):
                raise BadStatement(f"{subject} was quashed: nothing becomes of it any more")


def _corrected(about: Sequence[Statement], payload: Dated) -> None:
    found = next((s for s in about if s.id == payload.corrects), None)
    if found is None:
        raise BadStatement(
            f"no statement {payload.corrects} stands about it: `tutela authority show` lists those that do"
        )
    if type(found.said) is not type(payload):
        raise BadStatement(f"{found.id} states something else ({found.said.TYPE}): withdraw it, and state this anew")


def _withdrawn(about: Sequence[Statement], payload: said.StatementWithdrawn) -> None:
    found = next((s for s in about if s.id == payload.statement), None)
    if found is None:
        raise BadStatement(
            f"no statement {payload.statement} stands about it: `tutela authority show` lists those that do"
        )
    rest = [s for s in about if s.id != found.id]
    if isinstance(found.said, _FIRST) and rest:
        raise BadStatement(f"{len(rest)} statements rest on it, such as {rest[-1].id}: withdraw those first")


def _reports(known: Known, reports: Sequence[str]) -> None:
    for one in reports:
        _is_there(known, said.ReportReceived, one)


def _is_there(known: Known, kind: type[P], subject: str) -> P:
    for one in known.standing(subject):
        if isinstance(one.said, kind):
            return one.said
    raise BadStatement(f"{subject} is not in the register")


def _since(kind: type[P], subject: str, on: date, others: Sequence[Statement]) -> None:
    first = next((s for s in others if isinstance(s.said, kind)), None)
    if first is None:
        raise BadStatement(f"{subject} is not in the register")
    if first.on is not None and on < first.on:
        raise BadStatement(f"{on} is before {first.on}, when {subject} began")


def _not_over(subject: str, others: Sequence[Statement]) -> None:
    over = next((s for s in others if isinstance(s.said, said.InvestigationMerged | said.InvestigationClosed)), None)
    if over is not None:
        raise BadStatement(f"{subject} ended on {over.on}: correct or withdraw {over.id} first")


def _end_of(known: Known, subject: str) -> str:
    seen = {subject}
    while True:
        merged = next((s.said for s in known.standing(subject) if isinstance(s.said, said.InvestigationMerged)), None)
        if merged is None or merged.into in seen:
            return subject
        subject = merged.into
        seen.add(subject)
