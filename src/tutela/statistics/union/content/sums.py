"""Sums of the report: what was added, what was refused and why, what is proved, and coverage."""

from __future__ import annotations

from tutela.statistics.union import naming
from tutela.statistics.union.content.section import Listing, Section
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat
from tutela.statistics.union.period import Period, Point
from tutela.statistics.union.sums.adding import addition
from tutela.statistics.union.sums.coverage import own_coverage
from tutela.statistics.union.sums.question import Effect, Question, effect_of, longest
from tutela.statistics.union.sums.total import Total, total
from tutela.statistics.union.sums.wording import (
    bound_lines,
    coverage_headings,
    ends,
    ratio,
    sum_lines,
    whose_coverage,
)
from tutela.statistics.union.words import Words, capital

HEADS = (
    (Measure.REPORTS_SENT, Unit.REPORTS),
    (Measure.REPORTS_RECEIVED, Unit.REPORTS),
    (Measure.CHILDREN_IDENTIFIED, Unit.PERSONS),
    (Measure.CONVICTIONS, Unit.CONVICTIONS),
)
"""What is told of every Member State."""


def sums(data: Dataset, told: Words) -> Section:
    """Return the section; a measure that nobody told is left out."""
    _ = told.gettext
    rows = []
    for measure, _unit in HEADS:
        if data.of(measure, prose=False):
            lines = sum_lines(data, addition(data, measure), "state", told)
            rows += [(naming.measure(measure, told).capitalize() if not n else "", x) for n, x in enumerate(lines)]
    added = Listing(_("What was added, and what was refused"), (_("Counted"), _("Result")), tuple(rows), (1, 5))
    title = _("Sums that are allowed, and what is proved")
    return Section("sums", title, (), (added, *_listings(data, told)) if rows else ())


def periods(data: Dataset, measure: Measure) -> tuple[Period, ...]:
    """Return each year of the data set, all of them together, and the period that covers all that was told."""
    years = [Period.of_year(year) for year in data.years]
    if len(years) > 1:
        years.append(Period(Point(data.years[0]), Point(data.years[-1])))
    whole = longest(data, measure, "state")
    days = {(p.first, p.last) for p in years}
    return (*years, whole) if whole is not None and (whole.first, whole.last) not in days else tuple(years)


def counting_caveats(data: Dataset, measure: Measure) -> list[Caveat]:
    """Return the caveats on figures of a measure that change what they prove."""
    found = {c for o in data.of(measure) if o.amount is not None for c in o.caveats}
    return [c for c in Caveat if c in found and effect_of(c) is not Effect.NONE]


def _left_out(data: Dataset, measure: Measure) -> list[frozenset[Caveat]]:
    caveats = counting_caveats(data, measure)
    return [*(frozenset({c}) for c in caveats), *([frozenset(caveats)] if len(caveats) > 1 else [])]


def _listings(data: Dataset, told: Words) -> tuple[Listing, ...]:
    _ = told.gettext
    rows = []
    for measure, unit in HEADS:
        if not data.of(measure):
            continue
        for period in periods(data, measure):
            rows.append(_row(measure, told_so := total(data, Question(measure, unit, period)), told))
            for caveats in _left_out(data, measure):
                proved = total(data, Question(measure, unit, period, without=caveats))
                if (proved.low, proved.high) != (told_so.low, told_so.high):
                    rows.append(_row(measure, proved, told))
    bounds = Listing(
        _("Bounds of the Union's totals"),
        (_("Counted"), _("Period"), _("Leaving out where"), _("At least"), _("At most"), _("No upper end from")),
        tuple(rows),
        (1.5, 2, 3.2, 0.9, 0.9, 1),
        (3, 4, 5),
    )
    covered = own_coverage(data)
    if not covered:
        return (bounds,)
    head = coverage_headings(told)
    lines = [
        (whose_coverage(c, told), told.period(c.period), ends(c.received, told), ends(c.sent, told), ratio(c, told))
        for c in covered
    ]
    title = _("Reports received of a hundred sent, each Member State in the period of its own figure")
    return bounds, Listing(
        title, (_("Country"), *(capital(text) for text in head[1:])), tuple(lines), (1.2, 2.2, 1.3, 1.5, 1.5), (2, 3, 4)
    )


def _row(measure: Measure, proved: Total, told: Words) -> tuple[str, ...]:
    high = "-" if proved.high is None else told.number(proved.high)
    whom = told.gettext("%(n)s of %(all)s") % {"n": len(proved.unbounded), "all": len(proved.shares)}
    without = "; ".join(naming.caveat(c, told) for c in Caveat if c in proved.question.without)
    return (
        naming.measure(measure, told).capitalize(),
        told.period(proved.question.period),
        without or "-",
        told.number(proved.low),
        high,
        whom,
    )


def proved_lines(data: Dataset, told: Words) -> list[str]:
    """Return what is proved of the latest year of each measure, in sentences."""
    found = []
    for measure, unit in HEADS:
        if data.of(measure) and data.years:
            proved = total(data, Question(measure, unit, Period.of_year(data.years[-1])))
            found.append(f"{naming.measure(measure, told).capitalize()}: {bound_lines(proved, told)[0]}")
    return found
