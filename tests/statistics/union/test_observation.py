"""An observation that says two things at once cannot be built."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import exact, rounded
from tutela.statistics.union.dataset import Dataset, Note, Ratio
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Missing, Observation, Reporter, Source
from tutela.statistics.union.period import Period

ONE = Observation(
    id="8.SE.female",
    reporter=Reporter("state", "SE"),
    measure=Measure.CHILDREN_IDENTIFIED,
    unit=Unit.PERSONS,
    period=Period.of_year(2022),
    value=exact(0),
    sources=(Source("COM(2023) 797", "en", 8, 27, 3),),
    breakdown=((Dimension.GENDER, "female"),),
)


def test_zero_is_a_value_and_nothing_else_is() -> None:
    assert (ONE.status, ONE.amount) == (Status.VALUE, exact(0))
    for status in set(Status) - {Status.VALUE}:
        assert replace(ONE, value=Missing(status)).status is status
        assert replace(ONE, value=Missing(status)).amount is None
    with pytest.raises(ValueError, match="missing"):
        Missing(Status.VALUE)


@pytest.mark.parametrize(
    "changes",
    [
        {"sources": ()},
        {"id": "no id"},
        {"value": exact(Decimal("3.7"))},
        {"value": rounded(Decimal(101), Decimal(1)), "unit": Unit.PERCENT},
        {"breakdown": ((Dimension.STATE, "SE"), (Dimension.GENDER, "male"))},
        {"breakdown": ((Dimension.GENDER, "female"), (Dimension.GENDER, "male"))},
        {"caveats": (Caveat.AGE_LIMIT, Caveat.AGE_LIMIT)},
    ],
)
def test_an_observation_that_cannot_be_is_not_built(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        replace(ONE, **changes)  # type: ignore[arg-type]


def test_a_source_is_a_place_or_words() -> None:
    assert str(Source("D", "en", 8, 27, 3)) == "D (en), table 8, row 27, column 3"
    assert "stand in" in str(Source("D", "en", words="they stand in a sentence"))
    for place in ((8, 27, None), (8, 0, 1), (None, None, None)):
        with pytest.raises(ValueError, match="source"):
            Source("D", "en", *place)


@pytest.mark.parametrize("text", ["state", "state:", "planet:EU", "state:S E", "provider:" + "x" * 50])
def test_a_reporter_has_a_kind_and_a_code(text: str) -> None:
    with pytest.raises(ValueError, match="reporter"):
        Reporter.parse(text)
    assert str(Reporter.parse("state:SE")) == "state:SE"


def test_a_data_set_knows_its_own_ids() -> None:
    with pytest.raises(ValueError, match="share an id"):
        Dataset("d", "D", (2022,), (ONE, ONE))
    with pytest.raises(ValueError, match="names lost"):
        Dataset("d", "D", (2022,), (ONE,), ratios=(Ratio(ONE.id, ONE.id, "lost"),))
    with pytest.raises(ValueError, match="phrase or a text"):
        Note("8.SE.comments")
