"""What a report would lack is foretold without evidence, and as the report itself says it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.databases import Opening, SteppableClock
from tests.rig import REVIEWER, SENIOR, Rig, party, picture
from tutela.content.item import Provenance
from tutela.events.catalogue.retention import EvidenceRead
from tutela.referral.cybertipline.actionable import Lack, lacks
from tutela.referral.cybertipline.building import build_file_details, build_report
from tutela.referral.cybertipline.foreseeing import foreseen_lacks
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.referral.foresight import LATEST, Foresight
from tutela.storage.workplace import Workplace


def said_of_the_report(place: Workplace, case: str) -> tuple[Lack, ...]:
    (row,) = CaseReader(place.database).one(case).referrals
    material = place.report_material(row.id)
    return lacks(build_report(material), [build_file_details(1, file.item, file) for file in material.items])


def test_nothing_is_foretold_of_nothing() -> None:
    assert foreseen_lacks([]) == ()


@pytest.mark.parametrize("viewed", [True, False])
@pytest.mark.parametrize(
    "countries", [["SE"], [None], ["SE", None], [None, "SE"], []], ids=lambda value: "-".join(map(str, value))
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_says_what_the_report_says(
    opening: Opening, clock: SteppableClock, countries: Sequence[str | None], viewed: bool
) -> None:
    """Whatever is known of the sender, in whatever order, viewed or not: before the decision and after it."""
    place = opening()
    rig = Rig(place, clock)
    given = [Provenance(party("anna", country)) for country in countries] or [Provenance()]
    taken = [rig.take(str(n), picture(n), one) for n, one in enumerate(given)]
    case = taken[0].case
    assert case is not None
    foresight = Foresight(place.database)
    before = foresight.lacks(case, REVIEWER.id)
    assert before is not None
    assert Lack.NO_FILE_VIEWED in before
    for one in taken:
        assert one.item is not None
        rig.decide(case, one.item, "known", view=viewed)
    reads = events_of_reading(place)
    foretold = foresight.lacks(case)
    assert events_of_reading(place) == reads
    assert foretold == said_of_the_report(place, case)
    assert foretold == (tuple(lack for lack in before if lack is not Lack.NO_FILE_VIEWED) if viewed else before)


def events_of_reading(place: Workplace) -> int:
    with place.transactions.reading() as log:
        return len(list(log.read(types=[EvidenceRead.TYPE])))


def test_a_look_counts_for_who_took_it_and_what_is_not_such_material_for_nobody(
    opening: Opening, clock: SteppableClock
) -> None:
    place = opening()
    rig = Rig(place, clock)
    first = rig.take("1", picture(0), Provenance(party("anna", None)))
    second = rig.take("2", picture(1), Provenance(party("anna")))
    assert first.case is not None
    assert first.item is not None
    assert second.item is not None
    foresight = Foresight(place.database)
    rig.look(first.case, first.item)
    assert foresight.lacks(first.case, REVIEWER.id) == (Lack.NO_USER_DETAILS,)
    assert foresight.lacks(first.case, SENIOR.id) == (Lack.NO_USER_DETAILS, Lack.NO_FILE_VIEWED)
    rig.decide(first.case, second.item, "not", view=True)
    assert foresight.lacks(first.case, REVIEWER.id) == (Lack.NO_USER_DETAILS, Lack.NO_LOCATION)
    rig.decide(first.case, first.item, "not", view=False, remarks="a bridge")
    assert foresight.lacks(first.case, REVIEWER.id) is None
    assert foresight.lacks("no such case") is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_of_a_large_case_the_latest_items_tell_the_sender(opening: Opening, clock: SteppableClock) -> None:
    place = opening()
    rig = Rig(place, clock, known=range(LATEST + 2))
    taken = [
        rig.take(str(n), picture(n), Provenance(party("anna", None if n < 2 else "SE"))) for n in range(LATEST + 2)
    ]
    case, item = taken[0].case, taken[0].item
    assert case is not None
    assert item is not None
    foresight = Foresight(place.database)
    assert foresight.lacks(case) == (Lack.NO_USER_DETAILS, Lack.NO_FILE_VIEWED)
    rig.decide(case, item, "known")
    assert foresight.lacks(case) == (Lack.NO_USER_DETAILS,)
