"""Versions of a return: kept as they were, corrected by the next one, made again from their events."""

from __future__ import annotations

from datetime import date

import pytest

from tests.databases import SteppableClock
from tests.rig import DPO, REVIEWER, Rig, party, picture
from tutela.access.roles import NotAllowed
from tutela.casework.case import NotPossible
from tutela.content.item import Provenance
from tutela.statistics.provider_return.checking import due
from tutela.statistics.provider_return.versions import digest_of, kept_figures
from tutela.statistics.small_counts import SmallCounts
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

YEAR = 2025


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    clock.set("2025-06-02T12:00:00Z")
    made = Rig(place, clock)
    for n in range(3):
        one = made.take(str(n), picture(n), Provenance(party(f"a{n}", "SE")))
        if n:
            made.decide(str(one.case), str(one.item), "known")
    made.close()
    clock.set("2026-01-20T12:00:00Z")
    return made


def test_a_version_is_kept_and_a_correction_says_what_changed(place: Workplace, rig: Rig) -> None:
    first, nothing = place.return_versions.keep(DPO, YEAR)
    assert (first.version, first.cause, first.by, nothing) == (1, "first", DPO.id, [])
    with pytest.raises(NotPossible, match="nothing differs"):
        place.return_versions.keep(DPO, YEAR, "mistake")
    rig.decide(*_awaiting(place), "not")
    with pytest.raises(NotPossible, match="--cause"):
        place.return_versions.keep(DPO, YEAR)
    second, changed = place.return_versions.keep(DPO, YEAR, "later_events")
    assert second.version == 2
    told = {change.id: str(change) for change in changed}
    assert told["6.known.C1"] == "6.known.C1: 2 -> 3"
    assert told["6.known.B1"] == "6.known.B1: 0 -> 1"
    assert "4.known.images" not in told
    assert [one.version for one in place.return_versions.all(YEAR)] == [1, 2]
    assert place.return_versions.all(YEAR)[0] == first


def test_a_version_is_made_again_from_its_events(place: Workplace, rig: Rig) -> None:
    place.return_versions.keep(DPO, YEAR)
    before = place.yearly_return(YEAR)
    rig.decide(*_awaiting(place), "known")
    assert place.yearly_return(YEAR) != before
    again = place.return_versions.again(YEAR, 1)
    assert again == before
    assert digest_of(kept_figures(again)) == place.return_versions.all(YEAR)[0].digest
    with pytest.raises(LookupError):
        place.return_versions.again(YEAR, 2)


def test_who_may_keep_and_when(place: Workplace, rig: Rig, clock: SteppableClock) -> None:
    with pytest.raises(NotAllowed):
        place.return_versions.keep(REVIEWER, YEAR)
    with pytest.raises(NotPossible, match="is not over"):
        place.return_versions.keep(DPO, 2026)
    with pytest.raises(NotPossible, match="corrects nothing"):
        place.return_versions.keep(DPO, YEAR, "mistake")
    assert not place.return_versions.all(YEAR)


def test_what_to_look_at_before_it_is_published(place: Workplace, rig: Rig, clock: SteppableClock) -> None:
    def found() -> dict[str, str]:
        return {one.id: one.message for one in place.publication_checks(place.yearly_return(YEAR))}

    assert due(YEAR) == date(2026, 1, 31)
    on_time = found()
    assert on_time["deadline"] == "it is due on 2026-01-31, in 11 days"
    assert "1 of 3 flagged items" in on_time["undecided.known"]
    assert "no impact assessment" in on_time["record.impact_assessment"]
    assert "complete.not_collected" in on_time
    clock.set("2026-02-10T12:00:00Z")
    assert found()["deadline"] == "it was due on 2026-01-31, 10 days ago"
    place.return_versions.keep(DPO, YEAR)
    assert "deadline" not in found()
    rig.decide(*_awaiting(place), "known")
    assert "undecided.known" not in found()


def test_small_numbers_of_people_are_pointed_out_and_never_changed(place: Workplace, rig: Rig) -> None:
    for n in range(3):
        for action in rig.actions(_case(place, n)):
            rig.confirm(action)
    # What the platform confirmed in 2026 is none of 2025's.
    assert not [one for one in place.publication_checks(place.yearly_return(YEAR)) if one.id == "small"]
    later = place.yearly_return(2026)
    (check,) = [one for one in place.publication_checks(later) if one.id == "small"]
    assert "5.known.accounts_actioned" in check.figures
    for name in check.figures:
        value = later.figure(name).value
        assert isinstance(value, int)
        assert 0 < value < SmallCounts().below


def _awaiting(place: Workplace) -> tuple[str, str]:
    reader = CaseReader(place.database)
    (row,) = reader.awaiting()
    (item,) = reader.one(row.id).items
    return row.id, item.id


def _case(place: Workplace, number: int) -> str:
    return sorted(row.id for row in CaseReader(place.database).all())[number]
