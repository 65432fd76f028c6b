"""Figures of redress: the same as the return's for a year, rates of parts of a whole, and nothing of nothing."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.databases import SteppableClock
from tests.rig import CHAT, MAIL, OFFICER, Rig, party, picture
from tutela.casework.reasons import Reason
from tutela.content.item import Provenance
from tutela.statistics.redress.durations import durations
from tutela.statistics.redress.rates import Reversals
from tutela.statistics.redress.selection import Period
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

YEAR = Period.of_year(2025)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
def test_the_ranks_are_of_what_was_measured(hours: list[int]) -> None:
    found = durations([timedelta(hours=h) for h in hours])
    assert found is not None
    for rank, share in ((found.median, 50), (found.p95, 95)):
        at = rank / timedelta(hours=1)
        assert at in hours
        assert sum(h <= at for h in hours) * 100 >= share * len(hours)
        assert sum(h < at for h in hours) * 100 < share * len(hours)


def test_nothing_has_no_durations_and_no_rate(place: Workplace) -> None:
    assert durations([]) is None
    figures = place.redress_figures(YEAR)
    assert [(r.per_complaint, r.per_action, r.took, r.took_courts) for r in figures.rows] == [(None,) * 4] * 2
    with pytest.raises(ValueError, match="its first day or later"):
        Period(date(2025, 2, 2), date(2025, 2, 1))


def test_the_time_of_courts_stands_apart(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    (action,) = (a for a in CaseReader(place.database).one(rig.confirmed()).actions if a.kind == "remove_content")
    rig.confirm(action.id)
    own, court = rig.complain(action.id), rig.complain(action.id, "judicial")
    clock.advance(hours=5)
    place.redress.decide(OFFICER, own, upheld=False, reason=Reason.OUT_OF_TIME)
    clock.advance(hours=995)
    place.redress.decide(OFFICER, court, upheld=False, reason=Reason.COURT_DISMISSED)
    row = next(r for r in place.redress_figures(YEAR).rows if r.unit == "item")
    assert (row.took, row.took_courts) == (durations([timedelta(hours=5)]), durations([timedelta(hours=1000)]))
    told = place.redress_figures(YEAR).as_json()["rows"][0]
    assert (told["hours_to_decide"]["p95"], told["hours_to_decide_by_courts"]["p95"]) == (5, 1000)


def happened(place: Workplace, clock: SteppableClock) -> None:
    """Let a year's end happen: items of two services and several regions, complaints with every kind of end."""
    rng = random.Random(3)
    rig, reader = Rig(place, clock), CaseReader(place.database)
    clock.set("2025-12-01T09:00:00Z")
    for number in range(12):
        country = ["SE", "US", None][number % 3]
        first = rng.choice([0, 40])
        sent = Provenance(party(f"a{number}", country))
        one = rig.take(str(number), picture(first + number % 6), sent, [CHAT, MAIL][number % 2])
        assert one.case
        assert one.item
        rig.decide(one.case, one.item, rng.choice(["known", "known", "new"]))
        for action in rig.actions(one.case):
            rig.confirm(action)
            if rng.random() < 0.7 and reader.action(action).state == "carried_out":
                complaint = rig.complain(action, rng.choice(["internal", "internal", "judicial"]))
                clock.advance(hours=rng.randrange(1, 90))
                if rng.random() < 0.7:
                    reason = rng.choice([Reason.LAWFUL_HERE, Reason.WRONG_ACCOUNT, Reason.OUT_OF_TIME])
                    rig.look(one.case, one.item, OFFICER)
                    place.redress.decide(OFFICER, complaint, reason.upholds, reason)
        clock.advance(days=rng.randrange(4))
    for action_row in reader.actions(["reversal_ordered"]):
        if rng.random() < 0.8:
            rig.confirm(action_row.id)


def test_a_year_has_the_figures_of_its_return(place: Workplace, clock: SteppableClock) -> None:
    happened(place, clock)
    for year in (2025, 2026):
        compiled = place.yearly_return(year)

        def of_return(row: str, year_return: object = compiled) -> tuple[int, int]:
            low = high = 0
            for case_class in ("known", "new"):
                figure = year_return.figure(f"5.{case_class}.{row}")  # type: ignore[attr-defined]
                low += figure.value
                high += figure.at_most if figure.at_most is not None else figure.value
            return low, high

        rows = {r.unit: r for r in place.redress_figures(Period.of_year(year), users="eu").rows}
        for unit, name in (("item", "items"), ("account", "accounts")):
            row = rows[unit]  # type: ignore[index]
            assert (row.actioned.low, row.actioned.high) == of_return(f"{name}_actioned")
            lodged = [of_return(f"{name}_{channel}_complaints") for channel in ("internal", "judicial")]
            assert (row.lodged.low, row.lodged.high) == tuple(map(sum, zip(*lodged, strict=True)))
            restored = [of_return(f"{name}_{channel}_restored") for channel in ("internal", "judicial")]
            assert (row.restored.low, row.restored.high) == tuple(map(sum, zip(*restored, strict=True)))
    assert sum(r.lodged.high for r in rows.values()) or compiled.up_to


def test_parts_rates_and_days_add_up(place: Workplace, clock: SteppableClock) -> None:
    happened(place, clock)
    whole = {r.unit: r for r in place.redress_figures(YEAR).rows}
    for row in whole.values():
        assert row.per_action is not None
        assert row.per_action.low <= row.per_action.rate <= row.per_action.high
        if row.per_complaint is not None:
            assert row.per_complaint.denominator + row.waiting == row.lodged.low

    def of(rows: tuple[Reversals, ...], unit: str) -> list[Reversals]:
        return [r for r in rows if r.unit == unit and r.part is not None]

    by_service = place.redress_figures(YEAR, by="service").rows
    by_technology = place.redress_figures(YEAR, by="technology").rows
    halves = [
        {r.unit: r for r in place.redress_figures(period).rows}
        for period in (Period(date(2025, 1, 1), date(2025, 12, 10)), Period(date(2025, 12, 11), date(2025, 12, 31)))
    ]
    for unit, row in whole.items():
        assert sum(r.lodged.low for r in of(by_service, unit)) == row.lodged.low
        assert sum(r.actioned.low for r in of(by_service, unit)) == row.actioned.low
        assert sum(half[unit].lodged.low for half in halves) == row.lodged.low
        assert max(r.lodged.low for r in of(by_technology, unit)) <= row.lodged.low
        assert row.lodged.low <= sum(r.lodged.low for r in of(by_technology, unit))
    assert {r.part for r in of(by_technology, "item")} >= {"pdq", "sha256"}
