"""The figures of a period, as the register stood on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from tutela.events.catalogue import authority as said
from tutela.statistics.authority.collection import completeness, judged
from tutela.statistics.authority.counted import Counted
from tutela.statistics.authority.register import Register, Report
from tutela.statistics.authority.repeats import Rule, groups
from tutela.statistics.authority.statement import Statement
from tutela.statistics.authority.tally import By, literal_values, tallied
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension
from tutela.statistics.union.period import Period

KINDS: tuple[said.Kept, ...] = ("reports", "investigations", "victims", "convictions")


@dataclass(frozen=True)
class Extraction:
    """All figures of a period, from the register as it stood at the end of a day of UTC.

    Without `rules` nothing is said of what cases would be by other rules, which takes twice as long as by the one.
    """

    register: Register
    period: Period
    rules: bool = True

    @property
    def as_of(self) -> date:
        """The day by whose end what it tells was recorded."""
        return self.register.as_of

    @cached_property
    def figures(self) -> tuple[Counted, ...]:
        """The figures, by kind; each as far as the register holds what it counts."""
        held = {kind: completeness(self.register, kind, self.period) for kind in KINDS}
        every = (*self._reports(), *self._investigations(), *self._victims(), *self._convictions())
        return tuple(judged(one, held[one.kind]) for one in every)

    @cached_property
    def by_id(self) -> Mapping[str, Counted]:
        """The figures by their ids."""
        return {one.id: one for one in self.figures}

    @cached_property
    def received(self) -> tuple[Report, ...]:
        """The reports that came in the period, in their order."""
        found = [r for r in self.register.reports.values() if self._within(r.on)]
        return tuple(sorted(found, key=lambda r: r.place))

    @cached_property
    def cases(self) -> Mapping[str, tuple[str, ...]]:
        """The reports of one case, by each of them, of all that came until the period's end."""
        return self._groups(Rule.CASES)

    def rests_on(self, unit: str) -> tuple[str, ...]:
        """Return the subjects that a unit rests on which is not counted: the reports of its case, or itself."""
        return self.cases.get(unit, (unit,))

    def _groups(self, rule: Rule) -> Mapping[str, tuple[str, ...]]:
        # What came after the period changes nothing of it: else its figures would never be at rest.
        _, last = self._ends
        return groups([r for r in self.register.reports.values() if r.on <= last], rule)

    @cached_property
    def _ends(self) -> tuple[date, date]:
        return self.period.first, self.period.last

    def _within(self, day: date) -> bool:
        first, last = self._ends
        return first <= day <= last

    def _first(self, cases: Mapping[str, tuple[str, ...]]) -> list[str]:
        return [r.id for r in self.received if cases[r.id][0] == r.id]

    def _reports(self) -> Iterator[Counted]:
        reports, cases = self.register.reports, self.cases
        by_type = By(
            "provider_type",
            Dimension.SERVICE,
            literal_values(said.ProviderType),
            lambda r: reports[r].said.provider_type,
        )
        bys = (
            By("source", Dimension.ORIGIN, literal_values(said.ReportSource), lambda r: reports[r].said.source),
            By("object", Dimension.KIND, literal_values(said.ReportedObject), lambda r: reports[r].said.object),
            By("grade", Dimension.GRADE, literal_values(said.Grade), lambda r: reports[r].said.grade),
            by_type,
        )
        every = {r.id: (r.id,) for r in self.received}
        yield from tallied("reports", "reports", Measure.REPORTS_RECEIVED, Unit.REPORTS, every, *bys)
        first = {one: cases[one] for one in self._first(cases)}
        fewest, most = (
            len(self._first(self._groups(rule))) if self.rules else None for rule in (Rule.ANYTHING, Rule.NUMBERS)
        )
        for one in tallied("cases", "reports", Measure.CASES_REPORTED, Unit.CASES, first, by_type):
            yield one if one.breakdown else replace(one, fewest=fewest, most=most)
        repeats = {r.id: cases[r.id] for r in self.received if r.id not in first}
        yield from tallied("repeats", "reports", Measure.REPORTS_REPEATED, Unit.REPORTS, repeats)
        # A case is named by its first report, which may have come before the period.
        several = {cases[r.id][0]: cases[r.id] for r in self.received if len(cases[r.id]) > 1}
        yield from tallied("cases_repeated", "reports", Measure.CASES_REPEATED, Unit.CASES, several)
        joined = {r.id: (r.id, *containing) for r in self.received if (containing := self._containing(r.id))}
        yield from tallied("reports_investigated", "investigations", Measure.REPORTS_INVESTIGATED, Unit.REPORTS, joined)

    def _containing(self, report: str) -> tuple[str, ...]:
        return self.register.containing.get(report, ())

    def _investigations(self) -> Iterator[Counted]:
        every = self.register.investigations.values()
        opened = {i.id: (i.id,) for i in every if self._within(i.opened)}
        with_reports = {i.id: (i.id, *sorted(i.reports)) for i in every if i.id in opened and i.reports}
        merged = {i.id: (i.id, i.merged.into) for i in every if i.merged and self._within(i.merged.on)}
        closed = {i.id: i.closed.reason for i in every if i.closed and self._within(i.closed.on)}
        kind: said.Kept = "investigations"
        yield from tallied("investigations", kind, Measure.INVESTIGATIONS_OPENED, Unit.INVESTIGATIONS, opened)
        yield from tallied(
            "investigations_of_reports", kind, Measure.INVESTIGATIONS_OF_REPORTS, Unit.INVESTIGATIONS, with_reports
        )
        yield from tallied("investigations_merged", kind, Measure.INVESTIGATIONS_MERGED, Unit.INVESTIGATIONS, merged)
        yield from tallied(
            "investigations_closed",
            kind,
            Measure.INVESTIGATIONS_CLOSED,
            Unit.INVESTIGATIONS,
            {i: (i,) for i in closed},
            By("reason", Dimension.KIND, literal_values(said.ClosingReason), closed.__getitem__),
        )

    def _victims(self) -> Iterator[Counted]:
        every = self.register.victims
        yield from tallied(
            "victims",
            "victims",
            Measure.CHILDREN_IDENTIFIED,
            Unit.PERSONS,
            {v: (v,) for v, one in every.items() if self._within(one.on)},
            By("gender", Dimension.GENDER, literal_values(said.Gender), lambda v: every[v].gender),
            By("age", Dimension.AGE, literal_values(said.AgeBand), lambda v: every[v].age),
            By("self_generated", Dimension.KIND, literal_values(said.SelfGenerated), lambda v: every[v].self_generated),
            By("path", Dimension.CHANNEL, literal_values(said.Path), lambda v: every[v].path),
            By("setting", Dimension.SETTING, literal_values(said.Setting), lambda v: every[v].setting),
        )

    def _convictions(self) -> Iterator[Counted]:
        every = self.register.convictions
        chosen = [c for c in every.values() if c.quashed is None and self._within(c.said.on)]
        yield from tallied(
            "convictions",
            "convictions",
            Measure.CONVICTIONS,
            Unit.CONVICTIONS,
            {c.id: (c.id,) for c in chosen},
            By("setting", Dimension.SETTING, literal_values(said.Setting), lambda c: every[c].said.setting),
            By("referral", Dimension.CHANNEL, literal_values(said.Referral), lambda c: every[c].said.referral),
            By("finality", Dimension.FINALITY, literal_values(said.Finality), lambda c: every[c].finality),
        )
        quashed = {c.id: (c.id,) for c in every.values() if c.quashed and self._within(c.quashed)}
        persons: dict[str, tuple[str, ...]] = {}
        for one in chosen:
            if one.said.person is not None:
                persons[one.said.person] = (*persons.get(one.said.person, ()), one.id)
        unknown = {c.id: (c.id,) for c in chosen if c.said.person is None}
        yield Counted(
            "persons", "convictions", Measure.PERSONS_CONVICTED, Unit.PERSONS, persons, unknown
        )  # fmt: skip
        yield from tallied("convictions_quashed", "convictions", Measure.CONVICTIONS_QUASHED, Unit.CONVICTIONS, quashed)


def extract(statements: Iterable[Statement], period: Period, as_of: date, *, rules: bool = True) -> Extraction:
    """Return the figures of a period as the register stood at the end of a day."""
    return Extraction(Register(statements, as_of), period, rules)
