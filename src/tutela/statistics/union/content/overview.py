"""The first section: what the figures support, in sentences; a sentence without its figures is not made."""

from __future__ import annotations

from tutela.statistics.union import naming
from tutela.statistics.union.content.section import Section
from tutela.statistics.union.content.sums import HEADS, proved_lines
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.adding import addition
from tutela.statistics.union.sums.wording import ends
from tutela.statistics.union.words import Words


def overview(data: Dataset, findings: tuple[Finding, ...], told: Words) -> Section:
    """Return the section."""
    _ = told.gettext
    sentences = [*_who_told(data, told), *proved_lines(data, told), *_growth(data, told), *_units(data, told)]
    counts = {severity: sum(f.severity is severity for f in findings) for severity in Severity}
    sentences.append(
        _("%(contradictions)s contradictions, %(doubts)s doubts and %(notes)s notes were found; they stand at the end.")
        % {
            "contradictions": counts[Severity.CONTRADICTION],
            "doubts": counts[Severity.DOUBT],
            "notes": counts[Severity.NOTE],
        }
    )
    return Section("overview", _("What the figures support"), tuple(sentences))


def _who_told(data: Dataset, told: Words) -> list[str]:
    _ = told.gettext
    found = []
    for measure, _unit in HEADS[1:]:
        cells = data.of(measure, prose=False)
        with_value = {o.reporter.code for o in cells if o.amount is not None and o.reporter.kind == "state"}
        if not with_value:
            continue
        silent = [told.country(code) for code in MEMBERS if code not in with_value]
        names = {"what": naming.measure(measure, told).capitalize(), "n": len(with_value), "all": len(MEMBERS)}
        line = _("%(what)s: %(n)s of %(all)s Member States told a number.") % names
        if silent:
            line += " " + _("None was told by %(names)s.") % {"names": ", ".join(silent)}
        found.append(line)
    return found


def _growth(data: Dataset, told: Words) -> list[str]:
    if len(data.years) < 2:
        return []
    before, after = (
        addition(data, Measure.REPORTS_SENT, period=Period.of_year(year)).amount for year in data.years[-2:]
    )
    if before is None or after is None or not before.low or before.low != before.high or after.low != after.high:
        return []
    names = {"before": data.years[-2], "after": data.years[-1], "then": ends(before, told), "now": ends(after, told)}
    times = told.number(after.low / before.low, 1)
    sentence = _sentence(told) % (names | {"times": times})
    return [sentence]


def _sentence(told: Words) -> str:
    return told.gettext("Reports sent: %(then)s in %(before)s and %(now)s in %(after)s, %(times)s times as many.")


def _units(data: Dataset, told: Words) -> list[str]:
    _ = told.gettext
    found = []
    for year in data.years:
        cells = [o for o in data.of(Measure.CASES_IDENTIFIED, year=year, prose=False) if o.amount is not None]
        units = sorted({naming.unit(o.unit, told) for o in cells})
        if len(units) > 1:
            names = {"year": year, "n": len({o.reporter for o in cells}), "units": ", ".join(units)}
            found.append(
                _("Cases identified in %(year)s: %(n)s providers counted in %(units)s; there is no common total.")
                % names
            )
    return found
