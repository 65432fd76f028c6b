"""Figures of a period, as they stood on any day, and why two extractions differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.statistics.authority.registers import DAY, Scribe, day, registers
from tutela.events.catalogue import authority as said
from tutela.statistics.authority.differences import differences, how
from tutela.statistics.authority.figures import Extraction, extract
from tutela.statistics.authority.period import days
from tutela.statistics.authority.register import Register, Report
from tutela.statistics.authority.repeats import Rule, groups
from tutela.statistics.authority.statement import Statement
from tutela.statistics.figure import Status
from tutela.statistics.union.amount import at_least, between, exact
from tutela.statistics.union.observation import Missing
from tutela.statistics.union.period import Period

YEAR = Period.of_year(2021)
LATER = day("2030-01-01")


def told(scribe: Scribe, period: Period = YEAR, as_of: date = LATER) -> dict[str, object]:
    return {one.id: one.value for one in extract(scribe.statements, period, as_of).figures}


def test_absolute_cases_stand_apart_from_repeated_reports() -> None:
    scribe = Scribe()
    scribe.kept()
    scribe.report("a", "2021-02-01", number="71", accounts=("anna",), files=(("f1",),))
    scribe.report("b", "2021-03-01", number="71", accounts=("anna",))  # the same number
    scribe.report("c", "2021-04-01", number="72", accounts=("anna",), files=(("f1",), ("f2",)))  # account and file
    scribe.report("d", "2021-05-01", number="73", accounts=("bo",), files=(("f1",),))  # passed around
    scribe.report("e", "2021-06-01", number="74", accounts=("anna",))  # the account alone
    scribe.report("f", "2021-07-01", source="hotline", page="p", accounts=())
    scribe.report("g", "2021-08-01", source="hotline", page="p", number="71", accounts=())  # another sender's 71
    found = extract(scribe.statements, YEAR, LATER).by_id
    assert found["reports"].value == exact(7)
    assert set(found["cases"].units) == {"report:a", "report:d", "report:e", "report:f"}
    assert (found["cases"].fewest, found["cases"].most) == (2, 6)
    assert found["repeats"].value == exact(3)
    assert set(found["cases_repeated"].units) == {"report:a", "report:f"}


def test_a_report_of_a_case_of_the_year_before_is_a_repeat() -> None:
    scribe = Scribe()
    scribe.kept()
    scribe.report("a", "2021-12-31", number="71")
    scribe.report("b", "2022-01-01", earlier=("71",))
    after = told(scribe, Period.of_year(2022))
    assert (after["reports"], after["cases"], after["repeats"], after["cases_repeated"]) == (
        exact(1), exact(0), exact(1), exact(1),
    )  # fmt: skip
    assert told(scribe)["cases_repeated"] == exact(0)  # what came later changes no figure of the year before


def test_zero_unknown_and_not_collected_are_three_things() -> None:
    scribe = Scribe()
    scribe.kept("reports")
    scribe.kept("victims", since=None)
    scribe.kept("convictions", since="2021-07-01")
    found = extract(scribe.statements, YEAR, LATER)
    assert found.by_id["reports"].value == exact(0)
    assert found.by_id["victims"].value == Missing(Status.NOT_COLLECTED)
    assert found.by_id["convictions"].value == Missing(Status.UNKNOWN)
    assert found.by_id["investigations"].value == Missing(Status.UNKNOWN)
    assert [found.by_id[i].why for i in ("investigations", "victims", "convictions", "reports")] == [
        "undeclared", "not_kept", "since", None,
    ]  # fmt: skip
    scribe.convicted("p", "2021-08-01")
    assert told(scribe)["convictions"] == at_least(1)
    assert told(scribe, Period.of_year(2022))["convictions"] == exact(0)


def test_a_period_that_is_not_over_is_told_as_a_lower_end() -> None:
    scribe = Scribe()
    scribe.kept()
    scribe.report("a", "2021-02-01")
    one = extract(scribe.statements, YEAR, day("2021-06-30")).by_id["reports"]
    assert one.value == at_least(1)
    assert (one.why, one.day) == ("not_over", day("2021-06-30"))


def test_persons_and_convictions_stand_apart() -> None:
    scribe = Scribe()
    scribe.kept()
    for name, person in (("a", "p1"), ("b", "p1"), ("c", "p2"), ("d", None)):
        scribe.convicted(name, "2021-05-01", person=person)
    found = told(scribe)
    assert (found["convictions"], found["persons"]) == (exact(4), between(2, 3))
    scribe("conviction:c", said.ConvictionChanged(on=day("2021-09-01"), became="quashed"))
    found = told(scribe)
    assert (found["convictions"], found["persons"], found["convictions_quashed"]) == (
        exact(3), between(1, 2), exact(1),
    )  # fmt: skip
    assert told(scribe, as_of=day("2021-08-31"))["convictions"] == at_least(4)


def test_finality_is_what_was_true_last() -> None:
    scribe = Scribe()
    scribe.kept()
    scribe.convicted("a", "2021-05-01", finality="under_appeal")
    scribe("conviction:a", said.ConvictionChanged(on=day("2022-02-01"), became="final"))
    assert told(scribe, as_of=day("2022-01-31"))["convictions.finality.under_appeal"] == exact(1)
    assert told(scribe, as_of=day("2022-02-01"))["convictions.finality.final"] == exact(1)


def test_a_correction_counts_from_the_day_on_which_it_was_recorded() -> None:
    scribe = Scribe()
    scribe.kept()
    wrong = scribe.victim("v", "2021-03-01", gender="male")
    scribe.victim("v", "2021-03-01", gender="female", known="2022-02-01", corrects=wrong)
    before, after = (extract(scribe.statements, YEAR, day(d)).by_id for d in ("2022-01-31", "2022-02-01"))
    assert (before["victims.gender.male"].low, before["victims.gender.female"].low) == (1, 0)
    assert (after["victims.gender.male"].low, after["victims.gender.female"].low) == (0, 1)
    found = {d.id: d for d in differences(scribe.statements, YEAR, day("2022-01-31"), day("2022-02-01"))}
    assert set(found) == {"victims.gender.male", "victims.gender.female"}
    (change,) = found["victims.gender.female"].came
    assert [how(c) for c in change.causes] == ["corrected"]


def test_the_second_extraction_is_not_before_the_first() -> None:
    with pytest.raises(ValueError, match="before the first"):
        differences((), YEAR, day("2022-01-02"), day("2022-01-01"))


@given(registers(), DAY, DAY, st.integers(0, 500))
@settings(max_examples=25)
def test_parts_add_up_and_bounds_hold(register: Sequence[Statement], one: date, other: date, more: int) -> None:
    period = days(min(one, other), max(one, other))
    found = extract(register, period, period.last + timedelta(days=more)).by_id
    for breakdown, prefixes in (
        ("reports", ("source", "object", "grade", "provider_type")),
        ("cases", ("provider_type",)),
        ("investigations_closed", ("reason",)),
        ("victims", ("gender", "age", "self_generated", "path", "setting")),
        ("convictions", ("setting", "referral", "finality")),
    ):
        for prefix in prefixes:
            parts = [f for i, f in found.items() if i.startswith(f"{breakdown}.{prefix}.")]
            assert sum(len(p.units) for p in parts) == len(found[breakdown].units)
    cases, repeats, reports = found["cases"], found["repeats"], found["reports"]
    assert len(cases.units) + len(repeats.units) == len(reports.units)
    assert cases.fewest is not None
    assert cases.most is not None
    assert cases.fewest <= len(cases.units) <= cases.most <= len(reports.units)
    persons, convictions = found["persons"], found["convictions"]
    assert persons.low <= persons.high <= len(convictions.units)


@given(registers(), st.integers(2021, 2023))
@settings(max_examples=25)
def test_halves_of_a_year_add_up_to_it_and_cases_to_no_less(register: Sequence[Statement], year: int) -> None:
    def of(first: str, last: str) -> Extraction:
        return extract(register, days(day(f"{year}-{first}"), day(f"{year}-{last}")), LATER)

    whole, halves = of("01-01", "12-31"), (of("01-01", "06-30"), of("07-01", "12-31"))
    for name in ("reports", "investigations", "victims", "convictions"):
        assert len(whole.by_id[name].units) == sum(len(h.by_id[name].units) for h in halves)
    assert len(whole.by_id["cases"].units) <= sum(len(h.by_id["cases"].units) for h in halves)


def test_a_withdrawal_explains_the_cases_that_it_parts() -> None:
    """The first report of a case goes: its case goes, and another report is the first of one."""
    scribe = Scribe()
    scribe.kept()
    gone = scribe.report("a", "2021-02-01", number="71")
    scribe.report("b", "2021-03-01", number="71")
    scribe("report:a", said.StatementWithdrawn(statement=gone, reason="entered_by_mistake"), "2022-02-01")
    found = {d.id: d for d in differences(scribe.statements, YEAR, day("2022-01-31"), day("2022-02-01"))}
    cases = found["cases"]
    assert ([c.unit for c in cases.came], [c.unit for c in cases.went]) == (["report:b"], ["report:a"])
    for change in (*cases.came, *cases.went, *found["repeats"].went):
        assert [(how(c), c.subject) for c in change.causes] == [("withdrawn", "report:a")]


@given(registers(), st.integers(2021, 2023), st.data())
@settings(max_examples=40)
def test_every_difference_is_explained(register: Sequence[Statement], year: int, data: st.DataObject) -> None:
    """What came less what went is the whole of it, and each has a statement recorded in between that did it."""
    period = Period.of_year(year)
    days_known = sorted({s.known_on for s in register}) or [date(2021, 1, 1)]
    second = data.draw(st.sampled_from(days_known))
    first = second - timedelta(days=data.draw(st.sampled_from([0, 1, 1, 30, 400])))
    before, after = extract(register, period, first), extract(register, period, second)
    explained = {d.id: d for d in differences(register, period, first, second)}
    for one in after.figures:
        then = before.by_id[one.id]
        if one.id not in explained:
            assert (then.units.keys(), then.value) == (one.units.keys(), one.value)
            continue
        difference = explained[one.id]
        assert one.high - then.high == len(difference.came) - len(difference.went)
        for change in (*difference.came, *difference.went):
            assert change.causes, (one.id, change)
            assert all(first < cause.known_on <= second for cause in change.causes)
    if first == second:
        assert not explained


@given(registers(), DAY, st.integers(1, 400))
@settings(max_examples=25)
def test_what_is_recorded_later_changes_nothing_of_an_earlier_day(
    register: Sequence[Statement], as_of: date, more: int
) -> None:
    known = [s for s in register if s.known_on <= as_of]
    for year in (2021, 2022):
        period = Period.of_year(year)
        now, then = extract(register, period, as_of), extract(known, period, as_of + timedelta(days=0))
        assert [(f.id, f.value, f.units) for f in now.figures] == [(f.id, f.value, f.units) for f in then.figures]
    assert len(Register(register, as_of + timedelta(days=more)).known) >= len(known)


def _groups_by_hand(reports: Sequence[Report]) -> set[frozenset[str]]:
    """The rule once more, pair by pair."""

    def together(a: said.ReportReceived, b: said.ReportReceived) -> bool:
        numbers = [{(p.source, n) for n in (p.number, *p.earlier) if n is not None} for p in (a, b)]
        digests = [{d for f in p.files for d in f} for p in (a, b)]
        places = all(not p.accounts and p.page is None and p.files for p in (a, b))
        return bool(
            numbers[0] & numbers[1]
            or (set(a.accounts) & set(b.accounts) and digests[0] & digests[1])
            or (a.page is not None and a.page == b.page)
            or (places and set(a.files) == set(b.files))
        )

    found = [{r.id} for r in reports]
    changed = True
    by_id = {r.id: r.said for r in reports}
    while changed:
        changed = False
        for one in found:
            for other in found:
                if one is not other and any(together(by_id[a], by_id[b]) for a in one for b in other):
                    one.update(other)
                    found.remove(other)
                    changed = True
                    break
            if changed:
                break
    return {frozenset(group) for group in found}


@given(registers(most=15))
@settings(max_examples=25)
def test_the_groups_are_those_of_the_rule_pair_by_pair(register: Sequence[Statement]) -> None:
    reports = sorted(Register(register, LATER).reports.values(), key=lambda r: r.place)
    found = groups(reports)
    assert {frozenset(members) for members in found.values()} == _groups_by_hand(reports)
    for members in found.values():
        assert list(members) == sorted(members, key=[r.id for r in reports].index)
    sizes = {rule: len(set(groups(reports, rule).values())) for rule in Rule}
    assert sizes[Rule.ANYTHING] <= sizes[Rule.CASES] <= sizes[Rule.NUMBERS] <= len(reports)


def test_the_same_figures_from_plain_counting() -> None:
    scribe = Scribe()
    scribe.kept()
    for n in range(40):
        scribe.report(f"r{n}", f"2021-{1 + n % 12:02}-10", source=("ncmec", "hotline", "provider")[n % 3])
    found = extract(scribe.statements, YEAR, LATER).by_id
    plain = Counter(s.said.source for s in scribe.statements if isinstance(s.said, said.ReportReceived))
    assert {s: found[f"reports.source.{s}"].low for s in plain} == plain


def test_a_case_of_many_reports_is_held_once() -> None:
    """Its reports share one tuple: one for each would take the square of their number."""
    scribe = Scribe()
    for n in range(300):
        scribe.report(f"r{n}", "2021-02-01", accounts=("anna",), files=(("f",),))
    found = groups(list(Register(scribe.statements, LATER).reports.values()))
    assert len({id(members) for members in found.values()}) == 1
    assert len(found["report:r7"]) == 300
