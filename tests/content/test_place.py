"""Places within an item."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.content.place import WHOLE, Place, Step, Within

STEPS = st.lists(
    st.builds(Step, st.sampled_from(Within), st.sampled_from(["", "a", "b"]), st.integers(0, 3)), max_size=3
)
PLACES = st.builds(Place, STEPS.map(tuple), st.sampled_from([None, (0.0, 1.0), (2.0, 2.0)]))


def test_a_place_is_told_from_the_outside_in() -> None:
    place = (
        WHOLE.into(Step(Within.FILE, "album/inner.zip"))
        .into(Step(Within.FILE, "a.pdf"))
        .into(Step(Within.PAGE, number=3))
    )
    assert place.text == "album/inner.zip > a.pdf > page 3"
    assert place.into(Step(Within.THUMBNAIL)).text == "album/inner.zip > a.pdf > page 3 > thumbnail"
    assert Place((Step(Within.ATTACHMENT, number=2),), (62.5, 3704.25)).text == "attachment 2 > 1:02.500-1:01:44.250"
    assert WHOLE.text == ""


@pytest.mark.parametrize("seconds", [(2.0, 1.0), (-1.0, 1.0)])
def test_a_stretch_of_time_ends_after_it_begins(seconds: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="from its beginning to its end"):
        Place((), seconds)


@given(PLACES, PLACES, PLACES)
def test_lying_in_is_an_order(one: Place, other: Place, third: Place) -> None:
    assert one.lies_in(one)
    assert one.lies_in(WHOLE)
    if one.lies_in(other) and other.lies_in(one):
        assert one == other
    if one.lies_in(other) and other.lies_in(third):
        assert one.lies_in(third)
