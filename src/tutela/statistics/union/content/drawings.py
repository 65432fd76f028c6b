"""The drawings of the report; one whose figures were not told is left out, with a sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tutela.statistics.publishing.charts import Axis, Mark, Row, chart
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.observation import Dimension
from tutela.statistics.union.sums.coverage import own_coverage
from tutela.statistics.union.words import Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing as SVG with its title, and in `says` what it shows, for who does not see it; no SVG, no figures."""

    title: str
    svg: str
    says: str


def drawings(data: Dataset, told: Words) -> tuple[Drawing, ...]:
    """Return the drawings of a data set: shares, change between years, coverage, periods."""
    return (_shares(data, told), _change(data, told), _coverage(data, told), _periods(data, told))


def _sent(data: Dataset, year: int) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in data.of(Measure.REPORTS_SENT, year=year, prose=False):
        code = one.by(Dimension.STATE)
        if code is not None and one.amount is not None and one.amount.stated is not None:
            found.setdefault(code, one.amount.stated)
    return found


def _years(data: Dataset) -> list[int]:
    return [year for year in data.years if len(_sent(data, year)) > 1]


def _shares(data: Dataset, told: Words) -> Drawing:
    _ = told.gettext
    title = _("Share of the reports sent, and share of the Union's population")
    years = _years(data)[-2:]
    population = {}
    for one in data.of(Measure.SHARE_OF_POPULATION):
        code = one.by(Dimension.STATE)
        if code is not None and one.amount is not None and one.amount.stated is not None:
            population[code] = float(one.amount.stated)
    if not years:
        return Drawing(title, "", _("No reports by Member State were told."))
    shares = {year: _percentages(_sent(data, year)) for year in years}
    rows = [
        Row(
            told.country(code),
            [
                [Mark("dot", shares[year][code], series=n) for n, year in enumerate(years) if code in shares[year]]
                + ([Mark("tick", population[code], series=len(years))] if code in population else [])
            ],
        )
        for code in MEMBERS
    ]
    legend: list[tuple[str, str]] = [("dot", _("reports %(year)s") % {"year": year}) for year in years]
    if population:
        legend.append(("tick", _("population")))
    top = max([v for year in years for v in shares[year].values()] + [*population.values()])
    says = (
        _("Per Member State: its share of the reports that were sent in each year, and its share of the population.")
        if population
        else _("Per Member State: its share of the reports that were sent. Shares of the population were not told.")
    )
    return Drawing(title, chart(rows, _percent_axis(top, told), legend), says)  # type: ignore[arg-type]


def _percentages(counts: dict[str, Decimal]) -> dict[str, float]:
    whole = sum(counts.values())
    return {code: float(100 * n / whole) for code, n in counts.items()} if whole else {}


def _percent_axis(top: float, told: Words) -> Axis:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if top / s <= 6 or s == 500)
    end = step * (int(top / step) + 1)
    return Axis(0, end, [(v, told.percent(Decimal(v), 0)) for v in range(0, end + 1, step)])


def _change(data: Dataset, told: Words) -> Drawing:
    _ = told.gettext
    years = _years(data)
    if len(years) < 2:
        return Drawing(_("Change of the reports sent between years"), "", _("Fewer than two years were told."))
    before, after = (_sent(data, year) for year in years[-2:])
    ratios = {c: float(after[c] / before[c]) for c in MEMBERS if before.get(c) and after.get(c)}
    names = {"before": years[-2], "after": years[-1]}
    title = _("Reports sent in %(after)s for each one sent in %(before)s") % names
    if not ratios:
        return Drawing(title, "", _("Fewer than two years were told."))
    rows = [
        Row(
            told.country(c),
            [[Mark("bar", min(1.0, ratios[c]), max(1.0, ratios[c]), series=0 if ratios[c] >= 1 else 1)]],
        )
        if c in ratios
        else Row(told.country(c), [[]])
        for c in MEMBERS
    ]
    ends = [0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0]
    low = min(0.5, *ratios.values())
    high = next((e for e in ends if e >= max(ratios.values())), max(ratios.values()))
    ticks = [(e, told.number(Decimal(str(e)), 1 if e < 1 else 0)) for e in ends if low <= e <= high]
    axis = Axis(low, high, ticks, guide=1.0, logarithmic=True)
    legend = [("bar", _("more")), ("bar", _("fewer"))]
    says = _("Per Member State: how many times as many reports as the year before; the scale is logarithmic.")
    return Drawing(title, chart(rows, axis, legend), says)  # type: ignore[arg-type]


def _coverage(data: Dataset, told: Words) -> Drawing:
    _ = told.gettext
    title = _("Reports received of a hundred sent, with bounds")
    found = {c.code: c for c in own_coverage(data) if c.low or c.high is not None}
    if not found:
        return Drawing(title, "", _("No reports that were received can be held against reports that were sent."))
    rows = []
    for code in MEMBERS:
        lane = []
        if code in found:
            low = float(found[code].low or 0)
            high = found[code].high
            lane = (
                [Mark("dot", low)]
                if found[code].low == high
                else [Mark("bar", low, None if high is None else float(high))]
            )
        rows.append(Row(told.country(code), [lane]))
    ticks = [(v, told.percent(Decimal(v), 0)) for v in (0, 50, 100, 150, 200, 250)]
    legend = [("bar", _("where the number lies; a dot where it is known, an arrow where nothing bounds it"))]
    says = _("Per Member State, in the period of its own figure: reports that it received of a hundred sent to it.")
    return Drawing(title, chart(rows, Axis(0, 250, ticks, guide=100.0), legend), says)  # type: ignore[arg-type]


def _periods(data: Dataset, told: Words) -> Drawing:
    _ = told.gettext
    title = _("Of which days the figures are")
    heads = (
        (Measure.REPORTS_RECEIVED, _("reports received")),
        (Measure.CHILDREN_IDENTIFIED, _("children identified")),
        (Measure.CONVICTIONS, _("convictions")),
    )
    rows, ends = [], []
    for code in MEMBERS:
        lanes = []
        for series, (measure, _name) in enumerate(heads):
            lane = []
            for one in data.of(measure, prose=False):
                if one.reporter.kind == "state" and one.reporter.code == code and one.period and one.amount:
                    first, last = one.period.first.toordinal(), one.period.last.toordinal() + 1
                    ends += [first, last]
                    if (mark := Mark("bar", first, last, series)) not in lane:
                        lane.append(mark)
            lanes.append(lane)
        rows.append(Row(told.country(code), lanes))
    if not ends:
        return Drawing(title, "", _("No period was told."))
    years = range(date.fromordinal(min(ends)).year, date.fromordinal(max(ends) - 1).year + 2)
    ticks = [(float(date(year, 1, 1).toordinal()), str(year)) for year in years]
    axis = Axis(ticks[0][0], ticks[-1][0], ticks)
    says = _("Per Member State: of which days its reports received, children identified and convictions are.")
    return Drawing(title, chart(rows, axis, [("bar", name) for _measure, name in heads]), says)
