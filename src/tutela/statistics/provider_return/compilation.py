"""The return as a whole: every row of the form, each with a value or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tutela.events.envelope import Event
from tutela.regimes.regime import Regime, RegimeTable
from tutela.regimes.services import Service
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import Cell
from tutela.statistics.provider_return.complaints import complaints
from tutela.statistics.provider_return.errors import errors
from tutela.statistics.provider_return.facts import gather
from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.provider_return.identified import identified
from tutela.statistics.provider_return.quoted import Texts, quoted
from tutela.statistics.provider_return.volumes import volumes

_SECTIONS = (volumes, identified, complaints, errors)


@dataclass(frozen=True, slots=True)
class YearlyReturn:
    """A return, from the events up to `up_to`. Figures stand in the order of the form: total, then each service."""

    year: int
    regimes: tuple[Regime, ...]
    services: tuple[Service, ...]
    up_to: int
    caveats: tuple[str, ...]
    figures: tuple[Figure, ...]

    def figure(self, figure_id: str) -> Figure:
        """Return one figure; raises KeyError."""
        for figure in self.figures:
            if figure.id == figure_id:
                return figure
        raise KeyError(figure_id)


def compile_return(
    events: Iterable[Event],
    year: int,
    services: Iterable[Service],
    regimes: RegimeTable,
    *,
    open_batches: int = 0,
    texts: Texts | None = None,
) -> YearlyReturn:
    """Compile the return of a calendar year from all events, in the order of their sequence.

    `texts` are title and text of the operator's records by their digest.
    """
    facts = gather(events)
    in_scope = tuple(s for s in services if s.in_scope_of_return)
    names = {s.id: s.name for s in in_scope}
    scopes: list[str | None] = [None, *(names if len(names) > 1 else ())]
    found: dict[str, list[Figure]] = {}
    for scope in scopes:
        for section in _SECTIONS:
            for figure in section(facts, year, names, scope):
                row_id = figure.id.partition("@")[0].partition("~")[0]
                found.setdefault(row_id, []).append(figure)
    of_errors = [figure for figures in found.values() for figure in figures if figure.section == 6]
    for figure in quoted(facts, year, texts or {}, of_errors):
        found.setdefault(figure.id, []).append(figure)
    figures: list[Figure] = []
    for row in form_rows():
        figures += found.get(row.id) or [
            Cell(row).without(Status.NOT_COLLECTED, "this version of Tutela does not collect it yet")
        ]
    in_force = tuple(regimes.within(date(year, 1, 1), date(year, 12, 31)))
    caveats = []
    if not in_scope:
        caveats.append("No number-independent messaging service is registered: nothing is in scope of the return.")
    if len(in_force) != 1 or not (in_force[0].first <= date(year, 1, 1) and in_force[0].last >= date(year, 12, 31)):
        spans = "; ".join(f"{r.title} from {r.first} to {r.last}" for r in in_force) or "none"
        caveats.append(f"Not one regime covered the whole year: {spans}.")
    if open_batches:
        open_ones = "1 batch is" if open_batches == 1 else f"{open_batches} batches are"
        caveats.append(f"{open_ones} still open: items are not in section 1 until their batch is closed.")
    elsewhere = [r for r in facts.reports if r.at.year == year and r.target != "production"]
    if elsewhere:
        targets = ", ".join(sorted({r.target for r in elsewhere}))
        caveats.append(
            f"{len(elsewhere)} of the reports in section 4 went to a stand-in ({targets}) and to no authority: "
            "this return is a rehearsal."
        )
    return YearlyReturn(year, in_force, in_scope, facts.last_sequence, tuple(caveats), tuple(figures))
