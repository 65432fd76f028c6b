"""What is on record of each technology in use stands beside the return, opens to its event, and its lack is said."""

from __future__ import annotations

from datetime import date

import pytest

from tests.databases import SteppableClock
from tests.rig import DPO, Rig, party, picture
from tutela.access.governance import BadRecord, Writing
from tutela.content.item import Provenance
from tutela.events.catalogue.governance import GovernanceRetired, RecordKind
from tutela.statistics.provider_return.technologies import KINDS, NONE
from tutela.statistics.provider_return.wording import as_json
from tutela.statistics.provider_return.words import words
from tutela.statistics.provider_return.writing import return_body
from tutela.storage.workplace import Workplace

YEAR = 2025


def write(
    place: Workplace, kind: RecordKind, *technologies: str, title: str = "Review", day: str = "2025-02-01"
) -> str:
    writing = Writing(kind, title, "What we found.", date.fromisoformat(day), technologies=technologies)
    return place.governance.write(DPO, writing)


@pytest.fixture
def used(place: Workplace, clock: SteppableClock) -> Workplace:
    rig = Rig(place, clock)
    rig.take("1", picture(0), Provenance(party("a", "SE")))
    rig.take("2", picture(40), Provenance(party("b", "SE")))
    rig.close()
    return place


def on_record(place: Workplace, technology: str) -> dict[str, str]:
    figures = place.yearly_return(YEAR).technologies
    return {f.key: str(f.value) for f in figures if f.technology == technology}


def missing(place: Workplace) -> dict[str, tuple[str, ...]]:
    found = place.publication_checks(place.yearly_return(YEAR))
    return {one.id: one.figures for one in found if one.id.startswith("record.")}


def test_each_technology_in_use_is_asked_after(used: Workplace) -> None:
    compiled = used.yearly_return(YEAR)
    names = {f.technology for f in compiled.technologies}
    # What flagged something has its version; of what ran and flagged nothing the tally tells the name alone.
    assert {"pdq-1", "sha256-fips180-4", "md5"} <= names
    assert "pdq" not in names
    assert len(compiled.technologies) == len(names) * len(KINDS)
    assert all(f.value == NONE for f in compiled.technologies)
    assert "technology.impact_assessment~pdq-1" in missing(used)["record.impact_assessment"]
    assert set(missing(used)) == {f"record.{kind}" for kind in KINDS}


def test_a_record_stands_beside_the_technologies_that_it_names(used: Workplace) -> None:
    record = write(used, "impact_assessment", "pdq-1", title="Assessment of look-alikes")
    write(used, "prior_consultation", "pdq", "md5")
    write(used, "authority_advice", "pdq-2")
    assert on_record(used, "pdq-1") == {
        "impact_assessment": "Assessment of look-alikes, version 1, from 2025-02-01",
        "prior_consultation": "Review, version 1, from 2025-02-01",
        "authority_advice": NONE,
    }
    assert on_record(used, "md5")["prior_consultation"] != NONE
    assert on_record(used, "sha256-fips180-4")["impact_assessment"] == NONE
    assert "technology.impact_assessment~pdq-1" not in missing(used)["record.impact_assessment"]
    assert "technology.impact_assessment~sha256-fips180-4" in missing(used)["record.impact_assessment"]
    figure = used.yearly_return(YEAR).figure("technology.impact_assessment~pdq-1")
    with used.transactions.reading() as log:
        (event,) = log.by_sequence(figure.events)
    assert (event.type, event.subject) == ("governance.written", record)
    assert used.governance.one(record).technologies == ("pdq-1",)


def test_only_what_applied_at_the_end_of_the_year_counts(used: Workplace, clock: SteppableClock) -> None:
    write(used, "impact_assessment", "pdq-1", day="2026-01-01")
    retired = write(used, "prior_consultation", "pdq-1")
    assert on_record(used, "pdq-1")["impact_assessment"] == NONE
    assert on_record(used, "pdq-1")["prior_consultation"] != NONE
    clock.set("2026-02-01T09:00:00Z")
    used.governance.retire(DPO, retired, GovernanceRetired(reason="replaced"))
    assert on_record(used, "pdq-1")["prior_consultation"] != NONE  # it was retired in the next year


def test_a_record_that_names_no_technology_is_said(used: Workplace) -> None:
    write(used, "impact_assessment")
    figure = used.yearly_return(YEAR).figure("technology.impact_assessment~pdq-1")
    assert figure.value == NONE
    assert "1 records of this kind name no technology" in figure.note


def test_a_technology_is_a_name(used: Workplace) -> None:
    with pytest.raises(BadRecord, match="is no technology"):
        write(used, "impact_assessment", "pdq 1")


def test_every_form_has_them(used: Workplace) -> None:
    write(used, "impact_assessment", "pdq-1", title="Assessment of look-alikes")
    compiled = used.yearly_return(YEAR)
    told = {f["id"]: f["value"] for f in as_json(compiled)["technologies"]}
    assert told["technology.impact_assessment~pdq-1"].startswith("Assessment of look-alikes")
    for language, none in (("en", "none on record"), ("sv", "ingenting dokumenterat")):
        page = return_body(compiled, str, words(language))
        assert "Assessment of look-alikes" in page
        assert none in page
