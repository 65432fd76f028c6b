"""What to look at before a return is published: the day, what is missing, and figures that could point at a person.

Nothing of it changes a figure: what the law asks for is published as it is, or after the authority was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.compilation import OPEN_BATCH, OPEN_BATCHES, REHEARSAL, YearlyReturn
from tutela.statistics.provider_return.technologies import NONE
from tutela.statistics.provider_return.telling import Told, _, gettext
from tutela.statistics.small_counts import SmallCounts

_OF_PEOPLE = frozenset({"accounts", "reports", "complaints"})
Severity = Literal["stop", "look", "note"]
_NO_RECORD = {
    "impact_assessment": gettext("%(names)s ran, and no impact assessment of it is on record (GDPR Art. 35)"),
    "prior_consultation": gettext("%(names)s ran, and no prior consultation on it is on record (GDPR Art. 36)"),
    "authority_advice": gettext(
        "%(names)s ran, and no written advice on it is on record: it is asked for where a technology is newer than "
        "2 August 2021, or finds solicitation"
    ),
}
"""By the kind of record: what to say of technologies without one."""


@dataclass(frozen=True, slots=True)
class PublicationCheck:
    """Something to look at. `stop`: what is published now is not the return that the law asks for."""

    id: str
    severity: Severity
    message: Told
    figures: tuple[str, ...] = ()


def due(year: int) -> date:
    """Return the last day on which the return of a year may be published: Article 3(1)(g)(vii)."""
    return date(year + 1, 1, 31)


def publication_checks(
    compiled: YearlyReturn, today: date, kept: int, rule: SmallCounts | None = None
) -> list[PublicationCheck]:
    """Return what to look at. `kept`: how many versions there are. `rule`: which counts are small."""
    return [
        *_day(compiled.year, today, kept),
        *_stand_ins(compiled),
        *_missing(compiled),
        *_undecided(compiled),
        *_privacy_reviews(compiled),
        *_small(compiled, rule or SmallCounts()),
    ]


def _day(year: int, today: date, kept: int) -> Iterator[PublicationCheck]:
    if today.year <= year:
        yield PublicationCheck("year", "stop", _("the year %(year)s is not over", year=str(year)))
    elif today > due(year) and not kept:
        days = (today - due(year)).days
        yield PublicationCheck(
            "deadline", "look", _("it was due on %(day)s, %(n)s days ago", day=str(due(year)), n=days)
        )
    elif not kept:
        days = (due(year) - today).days
        yield PublicationCheck("deadline", "note", _("it is due on %(day)s, in %(n)s days", day=str(due(year)), n=days))


def _stand_ins(compiled: YearlyReturn) -> Iterator[PublicationCheck]:
    if not compiled.services:
        yield PublicationCheck("scope", "look", _("no service is in scope of the return"))
    for caveat in compiled.caveats:
        if caveat.message in (REHEARSAL, OPEN_BATCH, OPEN_BATCHES):
            yield PublicationCheck("caveat", "stop", caveat)


def _missing(compiled: YearlyReturn) -> Iterator[PublicationCheck]:
    for status, severity, message in (
        (Status.NOT_COLLECTED, "look", _("rows that nothing answers yet; each says why")),
        (Status.UNKNOWN, "look", _("rows whose value nobody knows yet; each says why")),
    ):
        rows = tuple(f.id for f in compiled.figures if f.status is status)
        if rows:
            yield PublicationCheck(f"complete.{status.value}", severity, message, rows)  # type: ignore[arg-type]


def _undecided(compiled: YearlyReturn) -> Iterator[PublicationCheck]:
    figures = {f.id: f.value for f in compiled.figures if f.section == 6 and isinstance(f.value, int)}
    for case_class, number in (("known", 1), ("new", 2)):
        a, c = figures.get(f"6.{case_class}.A{number}", 0), figures.get(f"6.{case_class}.C{number}", 0)
        if isinstance(a, int) and isinstance(c, int) and c < a:
            message = _("%(n)s of %(a)s flagged items are not decided: B/A is too low", n=a - c, a=a)
            yield PublicationCheck(f"undecided.{case_class}", "look", message, (f"6.{case_class}.error_rate",))


def _privacy_reviews(compiled: YearlyReturn) -> Iterator[PublicationCheck]:
    for kind, message in _NO_RECORD.items():
        missing = [f for f in compiled.technologies if f.key == kind and f.value == NONE]
        if missing:
            names = ", ".join(str(f.technology) for f in missing)
            severity: Severity = "note" if kind == "authority_advice" else "look"
            yield PublicationCheck(
                f"record.{kind}", severity, Told(message, {"names": names}), tuple(f.id for f in missing)
            )


def _small(compiled: YearlyReturn, rule: SmallCounts) -> Iterator[PublicationCheck]:
    small = tuple(f.id for f in compiled.every_figure if _could_point_at_somebody(f, rule))
    if small:
        message = _(
            "figures above 0 and below %(n)s could point at a person; they are published as they are, or not split by "
            "service, after the data protection officer looked",
            n=rule.below,
        )
        yield PublicationCheck("small", "look", message, small)


def _could_point_at_somebody(figure: Figure, rule: SmallCounts) -> bool:
    return figure.unit in _OF_PEOPLE and isinstance(figure.value, int) and rule.is_small(figure.value)
