"""The return as a whole: every row of the form, each with a value or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tutela.regimes.regime import Regime, RegimeTable
from tutela.regimes.services import Service
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import Cell
from tutela.statistics.provider_return.complaints import complaints
from tutela.statistics.provider_return.counting import Counted
from tutela.statistics.provider_return.errors import errors
from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.provider_return.identified import identified
from tutela.statistics.provider_return.ledger import Ledger, Services
from tutela.statistics.provider_return.marks import ReportMark
from tutela.statistics.provider_return.quoted import Texts, quoted
from tutela.statistics.provider_return.records import Setup
from tutela.statistics.provider_return.safeguards import RedressPeriods, safeguards
from tutela.statistics.provider_return.solicitation import solicitation
from tutela.statistics.provider_return.spans import Span, spans_of
from tutela.statistics.provider_return.technologies import technologies
from tutela.statistics.provider_return.telling import Told, _, gettext, joined
from tutela.statistics.provider_return.volumes import volumes

OPEN_BATCH = gettext("1 batch is still open: items are not in section 1 until their batch is closed.")
OPEN_BATCHES = gettext("%(n)s batches are still open: items are not in section 1 until their batch is closed.")
REHEARSAL = gettext(
    "%(n)s of the reports in section 4 went to a stand-in (%(targets)s) and to no authority: "
    "this return is a rehearsal."
)
_SECTIONS = (volumes, identified, complaints, errors, solicitation)


@dataclass(frozen=True, slots=True)
class ReturnPart:
    """What happened in a part of the year that had a law of its own, or none: the figures that count something.

    The id of each figure has the id of its part before it, as in `p1-4.known.images`.
    """

    id: str
    span: Span
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class YearlyReturn:
    """A return, from the events up to `up_to`. Figures stand in the order of the form: total, then each service.

    `parts` are there where no one regime covered the year. `technologies` say what is on record of each that was in
    use; they are no rows of the form.
    """

    year: int
    regimes: tuple[Regime, ...]
    services: tuple[Service, ...]
    up_to: int
    caveats: tuple[Told, ...]
    figures: tuple[Figure, ...]
    parts: tuple[ReturnPart, ...] = ()
    technologies: tuple[Figure, ...] = ()

    @property
    def every_figure(self) -> Iterator[Figure]:
        """The figures of the year, then what is on record of each technology, then the figures of the year's parts."""
        yield from self.figures
        yield from self.technologies
        for part in self.parts:
            yield from part.figures

    def figure(self, figure_id: str) -> Figure:
        """Return one figure; raises KeyError."""
        for figure in self.every_figure:
            if figure.id == figure_id:
                return figure
        raise KeyError(figure_id)


def compile_return(
    year: int,
    counted: Sequence[Counted],
    setup: Setup,
    services: Iterable[Service],
    regimes: RegimeTable,
    *,
    up_to: int,
    open_batches: int = 0,
    texts: Texts | None = None,
    redress: RedressPeriods | None = None,
) -> YearlyReturn:
    """Compile the return of a calendar year from what was counted of the events up to `up_to`.

    `counted` is the year, then each of its parts as `spans_of` gives them if there are several. `setup` is what
    applied at the end of the year, `texts` title and text of the operator's records by their digest, `redress` the
    periods that are configured.
    """
    ledger = Ledger(counted[0])
    in_scope = tuple(s for s in services if s.in_scope_of_return)
    names = {s.id: s.name for s in in_scope}
    found = _found(ledger, names)
    of_errors = [figure for figures in found.values() for figure in figures if figure.section == 6]
    otherwise = safeguards(ledger, setup, names, redress)
    for figure in quoted(ledger, setup.versions, year, texts or {}, of_errors, otherwise):
        found.setdefault(figure.id, []).append(figure)
    figures: list[Figure] = []
    for row in form_rows():
        figures += found.get(row.id) or [
            Cell(row).without(Status.NOT_COLLECTED, _("this version of Tutela does not collect it yet"))
        ]
    spans = tuple(regimes.within(date(year, 1, 1), date(year, 12, 31)))
    caveats = _caveats(year, in_scope, spans, open_batches, ledger)
    parts = tuple(
        _part(f"p{number}", span, part, names)
        for number, (span, part) in enumerate(zip(spans_of(year, regimes), counted[1:], strict=False), start=1)
    )
    of_technologies = technologies(ledger, setup.versions, texts or {})
    return YearlyReturn(year, spans, in_scope, up_to, tuple(caveats), tuple(figures), parts, of_technologies)


def _found(ledger: Ledger, names: Services) -> dict[str, list[Figure]]:
    """Return the figures that count something, by the row of each: the total, then each service."""
    found: dict[str, list[Figure]] = {}
    scopes: list[str | None] = [None, *(names if len(names) > 1 else ())]
    for scope in scopes:
        for section in _SECTIONS:
            for figure in section(ledger, names, scope):
                row_id = figure.id.partition("@")[0].partition("~")[0]
                found.setdefault(row_id, []).append(figure)
    return found


def _part(part_id: str, span: Span, counted: Counted, names: Services) -> ReturnPart:
    found = _found(Ledger(counted), names)
    figures = (figure for row in form_rows() for figure in found.get(row.id, ()))
    return ReturnPart(part_id, span, tuple(replace(figure, id=f"{part_id}-{figure.id}") for figure in figures))


def _caveats(
    year: int, in_scope: Sequence[Service], in_force: Sequence[Regime], open_batches: int, ledger: Ledger
) -> list[Told]:
    caveats = []
    if not in_scope:
        caveats.append(_("No number-independent messaging service is registered: nothing is in scope of the return."))
    if len(in_force) != 1 or not (in_force[0].first <= date(year, 1, 1) and in_force[0].last >= date(year, 12, 31)):
        spans = joined(
            *(
                _("%(title)s from %(first)s to %(last)s", title=r.title, first=str(r.first), last=str(r.last))
                for r in in_force
            )
        )
        caveats.append(_("Not one regime covered the whole year: %(spans)s.", spans=spans or _("none")))
    if open_batches == 1:
        caveats.append(Told(OPEN_BATCH))
    elif open_batches:
        caveats.append(Told(OPEN_BATCHES, {"n": open_batches}))
    elsewhere = ledger.choose(ReportMark, lambda mark: mark.target != "production")
    if elsewhere.count:
        targets = ", ".join(sorted({m.target for m, _count in ledger.marks(ReportMark)} - {"production"}))
        caveats.append(Told(REHEARSAL, {"n": elsewhere.count, "targets": targets}))
    return caveats
