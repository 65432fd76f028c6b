"""What a harmless list overrules, and what it never does."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from tutela.content.place import WHOLE, Place, Step, Within
from tutela.detection.overruling import without_overruled


@dataclass(frozen=True)
class Near:
    """A detection as the rule sees it."""

    technology: str
    distance: int
    threshold: int
    place: Place = WHOLE

    @property
    def share(self) -> float:
        return self.distance / self.threshold if self.threshold else 0.0


@st.composite
def looks(draw: st.DrawFn) -> Near:
    technology, threshold = draw(st.sampled_from([("pdq", 31), ("photodna", 40_000), ("embedding", 80_000)]))
    return Near(technology, draw(st.integers(0, threshold)), threshold)


DIGESTS = st.sampled_from(["md5", "sha256"]).map(lambda name: Near(name, 0, 0))
ANY = st.one_of(looks(), DIGESTS)


@given(st.lists(ANY))
def test_without_a_harmless_entry_nothing_is_overruled(flagged: list[Near]) -> None:
    assert without_overruled(flagged, []) == (flagged, [])


@given(st.lists(ANY), st.lists(ANY))
def test_every_detection_stands_or_is_overruled_in_its_order(flagged: list[Near], harmless: list[Near]) -> None:
    numbered = [(number, one) for number, one in enumerate(flagged)]
    standing, overruled = without_overruled(flagged, harmless)
    assert sorted(map(repr, standing + overruled)) == sorted(map(repr, flagged))
    assert standing == [one for _, one in numbered if one in standing]


@given(st.lists(ANY), st.lists(ANY), DIGESTS)
def test_bytes_that_are_known_to_be_harmless_clear_everything(
    flagged: list[Near], harmless: list[Near], known: Near
) -> None:
    assert without_overruled(flagged, [*harmless, known]) == ([], flagged)


@given(st.lists(ANY), st.lists(looks()))
def test_a_resemblance_never_clears_a_digest(flagged: list[Near], harmless: list[Near]) -> None:
    _, overruled = without_overruled(flagged, harmless)
    assert all(one.threshold for one in overruled)


@given(st.lists(ANY), st.lists(looks(), min_size=1))
def test_a_listed_entry_that_is_nearer_still_stands_and_no_other(flagged: list[Near], harmless: list[Near]) -> None:
    nearest = min(one.share for one in harmless)
    standing, overruled = without_overruled(flagged, harmless)
    assert all(one.threshold == 0 or one.share < nearest for one in standing)
    assert all(one.share >= nearest for one in overruled)


@given(st.lists(ANY), st.lists(ANY), ANY)
def test_one_more_harmless_entry_never_lets_more_stand(flagged: list[Near], harmless: list[Near], more: Near) -> None:
    before, _ = without_overruled(flagged, harmless)
    after, _ = without_overruled(flagged, [*harmless, more])
    assert all(one in before for one in after)


INSIDE, BESIDE = (WHOLE.into(Step(Within.FILE, name)) for name in ("one.png", "other.png"))


@given(ANY, ANY)
def test_what_is_harmless_at_one_place_says_nothing_of_another(listed: Near, known: Near) -> None:
    here = replace(listed, place=INSIDE)
    assert without_overruled([here], [replace(known, place=BESIDE)]) == ([here], [])
    assert without_overruled([replace(listed, place=WHOLE)], [replace(known, place=BESIDE)])[1] == []


@given(ANY, looks(), DIGESTS)
def test_bytes_that_are_known_clear_all_that_is_in_them_and_a_resemblance_does_not(
    listed: Near, look: Near, digest: Near
) -> None:
    here = replace(listed, place=INSIDE)
    assert without_overruled([here], [digest]) == ([], [here])
    assert without_overruled([here], [look]) == ([here], [])
