"""What a figure is of is told in words of every language, and never by a code of ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest

from tests.statistics.authority.registers import Scribe, day
from tutela.events.catalogue import authority as said
from tutela.statistics.authority.submission import dataset, submission
from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.union import parts
from tutela.statistics.union.dataset_file import packaged
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.observation import Dimension, Observation, Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.submissions.rows import Row
from tutela.statistics.union.submissions.standard_form import filled_in
from tutela.statistics.union.sums.adding import addition
from tutela.statistics.union.sums.wording import sum_lines
from tutela.statistics.union.words import languages, words

MADE = datetime(2022, 3, 1, tzinfo=UTC)
SAME_IN_ENGLISH = {
    "actionable", "content", "female", "final", "hosting", "informational", "male", "offline", "online", "solicitation",
    "trafficking", "images", "videos",
}  # fmt: skip


def observations() -> list[Observation]:
    """All that Tutela itself can write: the seed, a submission with every part, the rows of the standard form."""
    register = submission(Scribe().statements, "SE", Period.of_year(2021), day("2022-02-28"), MADE)
    rows = [
        Row(r.id, {"section": str(r.section), "class": r.case_class, "key": r.key, "value": "7"}) for r in form_rows()
    ]
    form = filled_in(rows, "form.csv", Reporter("provider", "acme"), Period.of_year(2021), "en")
    return [*packaged("com-2023-797").observations, *dataset(register).observations, *form.observations]


@pytest.mark.parametrize("language", languages())
def test_every_part_has_a_name(language: str) -> None:
    names = words(language)
    pairs = {(o.measure, pair) for o in observations() for pair in o.breakdown}
    assert len(pairs) > 150
    for measure, pair in pairs:
        name = parts.part(pair, names, measure)
        assert "_" not in name
        assert name != pair[1] or (language == "en" and name in SAME_IN_ENGLISH), pair
    assert {value for _, (by, value) in pairs if by is Dimension.AGE} == set(get_args(said.AgeBand))


def test_languages_have_names_of_their_own() -> None:
    assert parts.part((Dimension.GENDER, "female"), words("sv")) == "flickor"
    assert parts.part((Dimension.STATE, "DE"), words("sv")) == "Tyskland"
    assert parts.part((Dimension.KIND, "known-other-files"), words("en")) == "known material: other files"
    closed = parts.part((Dimension.KIND, "other"), words("en"), Measure.INVESTIGATIONS_CLOSED)
    assert closed == "closed for another reason"


def test_what_a_reporter_named_stands_as_it_was_told() -> None:
    for dimension in Dimension:
        assert parts.part((dimension, "lantern-chat"), words("sv")) == "lantern-chat"


@pytest.mark.parametrize("language", languages())
def test_a_refusal_names_parts_in_words(language: str) -> None:
    data = packaged("com-2023-797")
    lines = " ".join(
        line
        for measure in Measure
        for whose in ("state", "provider")
        for line in sum_lines(data, addition(data, measure, whose=whose), whose, words(language))
    )
    assert not any(f"{dimension.value}=" in lines for dimension in Dimension)
