"""The report says what its figures support, in each language the same, and nothing where they do not."""

from __future__ import annotations

import dataclasses

import pytest

from tests.statistics.union.builders import dataset, told
from tutela.statistics.union.content.section import Section
from tutela.statistics.union.content.sections import sections
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.registry import findings
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.words import words


def of(data: Dataset, language: str = "en") -> dict[str, Section]:
    return {s.id: s for s in sections(data, findings(data), words(language))}


@pytest.fixture(scope="module")
def english(report: Dataset) -> dict[str, Section]:
    return of(report)


def test_the_languages_have_the_same_sections_rows_and_marks(report: Dataset, english: dict[str, Section]) -> None:
    swedish = of(report, "sv")
    assert list(swedish) == list(english)
    for name, section in english.items():
        other = swedish[name]
        assert len(other.sentences) == len(section.sentences)
        assert [(len(x.rows), len(x.header)) for x in other.listings] == [
            (len(x.rows), len(x.header)) for x in section.listings
        ]
        for ours, theirs in zip(section.drawings, other.drawings, strict=True):
            assert ours.svg.count("<rect") == theirs.svg.count("<rect") > 0 or ours.svg.count("<circle") > 0
    text = " ".join(s for section in swedish.values() for s in section.sentences)
    assert "Bevisat för 2022: minst 280 fällande domar" in text.replace("\u00a0", " ")


def test_every_row_is_as_wide_as_its_header(english: dict[str, Section]) -> None:
    for section in english.values():
        for listing in section.listings:
            assert {len(row) for row in listing.rows} == {len(listing.header)} == {len(listing.widths)}


def test_who_told_nothing_is_named(english: dict[str, Section]) -> None:
    line = next(s for s in english["overview"].sentences if s.startswith("Convictions: 19 of 27"))
    assert line.endswith("None was told by Belgium, Croatia, Germany, Ireland, Malta, Portugal, Romania, Spain.")


def test_the_bounds_are_those_of_the_sums(english: dict[str, Section]) -> None:
    (bounds,) = [x for x in english["sums"].listings if x.title.startswith("Bounds")]
    rows = [[cell.replace("\u00a0", "") for cell in row] for row in bounds.rows]
    assert ["Reports sent", "2022", "-", "1503431", "1503431", "0 of 27"] in rows
    assert "2158" in [row[3] for row in rows if row[2] == "online and offline are not told apart"]


def test_conditions_are_those_that_both_texts_tell(report: Dataset, english: dict[str, Section]) -> None:
    told_by = {s.id: s.providers for s in report.statements}
    assert told_by["measure.feedback"] == ("google", "linkedin", "meta", "microsoft", "x")
    assert told_by["safeguard.programme"] == ("google", "x")
    assert told_by["assessment.impact_and_consultation"] == ()
    (listing,) = english["conditions"].listings
    assert sum(row.count("yes") for row in listing.rows) == sum(len(p) for p in told_by.values())
    assert all("." not in row[1] or " " in row[1] for row in listing.rows)


def test_the_register_has_the_technologies_of_each_kind(report: Dataset, english: dict[str, Section]) -> None:
    kinds = [t.kind for t in report.tools]
    assert [kinds.count(k) for k in ("known", "new", "solicitation")] == [7, 5, 6]
    claims = english["technologies"].listings[1]
    assert [row[2].replace("\u00a0", " ") for row in claims.rows] == ["1 in 50 billion", "0.1 %", "99 %"]


def test_what_is_not_in_the_data_is_not_said(report: Dataset) -> None:
    """Without shares of the population the drawing has none and says so; without figures there is no drawing."""
    kept = tuple(o for o in report.observations if o.measure is not Measure.SHARE_OF_POPULATION)
    bare = dataclasses.replace(
        report, observations=kept, ratios=(), sums=(), partitions=(), notes=(), errata=(), statements=(), tools=()
    )
    found = of(bare)
    assert "were not told" in found["drawings"].drawings[0].says
    assert found["conditions"].listings == ()
    assert found["technologies"].sentences == ("The data set tells nothing of it.",)
    empty = of(dataset(told("a", 5)))
    assert [bool(d.svg) for d in empty["drawings"].drawings] == [False, False, False, True]
    assert not any("times as many" in s for s in empty["overview"].sentences)
