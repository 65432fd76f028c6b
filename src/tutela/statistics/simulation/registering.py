"""What an authority states of what happened to it, accepted by the rules of the real register, one after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from tutela.access.roles import Person, Role
from tutela.events.catalogue import authority as said
from tutela.events.catalogue.base import Payload
from tutela.statistics.authority.marks import Marks
from tutela.statistics.authority.rules import state
from tutela.statistics.authority.statement import Statement
from tutela.statistics.simulation.practice import TOLD, Practice
from tutela.statistics.simulation.world import Arrival, Child, Inquiry, Sentence, State

_CLERK = Person("clerk", "Clerk", frozenset({Role.REGISTRAR}))
_MARKS = Marks(bytes(32))
_AGES: tuple[tuple[int, said.AgeBand], ...] = ((2, "0-2"), (6, "3-6"), (12, "7-12"), (15, "13-15"), (17, "16-17"))
_OPENING = datetime(2022, 1, 1, tzinfo=UTC)
Told = tuple[date, str, Payload]
"""The day on which it was so, what it is about, and the statement."""


class Book:
    """A register: what was stated so far, and what of it stands."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self._standing: dict[str, list[Statement]] = {}

    def standing(self, subject: str) -> Sequence[Statement]:
        """Return the statements about something, in their order; nothing here is ever corrected."""
        return self._standing.get(subject, ())

    def state(self, subject: str, payload: Payload, at: datetime) -> None:
        """Record a statement. Raises BadStatement as the real register does."""
        accepted = state(_CLERK, self, subject, payload, at)
        number = len(self.statements) + 1
        one = Statement(f"s{number}", number, subject, accepted.payload, at, accepted.actor)
        self.statements.append(one)
        self._standing.setdefault(subject, []).append(one)


def registered(happened: State, practice: Practice) -> tuple[Statement, ...]:
    """Return the statements of a register that is kept as a practice says."""
    book = Book()
    for kind in TOLD:
        since = None if kind in practice.untold else practice.since
        limit = practice.age_limit if kind == "victims" else None
        declared = said.CollectionDeclared(kind=kind, since=since, age_limit=limit)
        book.state(f"collection:{kind}", declared, _OPENING)
    for on, subject, payload in sorted(_told(happened, practice), key=lambda one: one[0]):
        book.state(subject, payload, datetime.combine(on + timedelta(days=practice.late), time(12), UTC))
    return tuple(book.statements)


def _told(happened: State, practice: Practice) -> Iterator[Told]:
    kept = {arrival.number for arrival in happened.arrivals if _keeps(practice, "reports", arrival.on)}
    for arrival in happened.arrivals:
        if arrival.number in kept:
            yield arrival.on, f"report:{arrival.number}", _received(arrival, practice)
    for inquiry in happened.inquiries:
        yield from _investigated(inquiry, kept)
    for number, child in enumerate(happened.children):
        counts = practice.age_limit is None or child.age < practice.age_limit
        if counts and _keeps(practice, "victims", child.on):
            yield child.on, f"victim:v{number}", _identified(child, practice)
    for number, sentence in enumerate(happened.sentences):
        if _keeps(practice, "convictions", sentence.on):
            yield sentence.on, f"conviction:s{number}", _convicted(sentence, practice)
            if sentence.quashed is not None:
                yield sentence.quashed, f"conviction:s{number}", said.ConvictionChanged(
                    on=sentence.quashed, became="quashed"
                )  # fmt: skip


def _keeps(practice: Practice, kind: said.Kept, on: date) -> bool:
    """Before its first whole day a register holds some things and not others; of what it does not keep, nothing."""
    return kind not in practice.untold and (on >= practice.since or on.day % 2 == 0)


def _received(one: Arrival, practice: Practice) -> said.ReportReceived:
    provider_type: said.ProviderType = "not_stated"
    if practice.services:
        provider_type = "interpersonal_communications" if one.of_scope else "hosting"
    return said.ReportReceived(
        on=one.on,
        source=one.source,
        number=one.number,
        object="account",
        provider_type=provider_type,
        grade="actionable" if one.actionable else "informational",
        files=((_MARKS.file("sha256", one.case),),),
        accounts=(_MARKS.account("service", one.case),),
        earlier=one.earlier,
    )


def _investigated(one: Inquiry, kept: set[str]) -> Iterator[Told]:
    subject = f"investigation:{one.number}"
    first = tuple(f"report:{n}" for n in one.reports if n in kept)
    yield one.on, subject, said.InvestigationOpened(on=one.on, reports=first)
    if one.joined is not None and one.joined[1] in kept:
        yield (
            one.joined[0],
            subject,
            said.ReportsJoined(on=one.joined[0], reports=(f"report:{one.joined[1]}",)),
        )
    if one.merged is not None:
        into = f"investigation:{one.merged[1]}"
        yield one.merged[0], subject, said.InvestigationMerged(on=one.merged[0], into=into)
    if one.closed is not None:
        yield one.closed[0], subject, said.InvestigationClosed(on=one.closed[0], reason=one.closed[1])


def _setting(online: bool, practice: Practice) -> said.Setting:
    if practice.settings:
        return "online" if online else "offline"
    return "mixed" if practice.mixed else "not_stated"


def _identified(one: Child, practice: Practice) -> said.VictimIdentified:
    return said.VictimIdentified(
        on=one.on,
        investigation=f"investigation:{one.inquiry}" if one.inquiry else None,
        gender=one.gender if practice.genders else "not_stated",
        age=next(band for last, band in _AGES if one.age <= last),
        self_generated=("yes" if one.self_made else "no") if practice.paths else "not_stated",
        path=("report" if one.by_report else "seized_material") if practice.paths else "not_stated",
        setting=_setting(one.online, practice),
    )


def _convicted(one: Sentence, practice: Practice) -> said.PersonConvicted:
    return said.PersonConvicted(
        on=one.on,
        person=_MARKS.person(one.person),
        investigation=f"investigation:{one.inquiry}" if one.inquiry else None,
        setting=_setting(one.online, practice),
        referral=("report" if one.by_report else "other_investigation") if practice.origins else "not_recorded",
        finality="final" if one.final else "under_appeal",
    )
