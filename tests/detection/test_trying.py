"""A sample judged twice: what is counted is what the judgements say."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.content.item import Kind, Outcome
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind, Orientation
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import Entry, HashList, ListRole, NewEntry
from tutela.detection.matcher import Matcher
from tutela.detection.matching.memory import MemoryIndex
from tutela.detection.matching.shape import shape_of
from tutela.detection.proposal import FIRST_SUPPOSED, Proposal, SupposedList, proposed
from tutela.detection.sample import SampleItem, SampleReader, head_line, item_line
from tutela.detection.trying import compare

KINDS: dict[str, FingerprintKind] = {name: installed_kinds()[name] for name in ("md5", "pdq")}
LISTS = [HashList("known", "", "", "", "A1"), HashList("looked-at", "", "", "", None, role=ListRole.HARMLESS)]


def value(bits: int) -> bytes:
    return ((1 << bits) - 1).to_bytes(32)


def item(bits: int, quality: int = 80, *, turned: bool = False) -> Fingerprinted:
    """Return an item that lies `bits` from the value 0, as it is or once it is turned."""
    far = bytes([0xAA]) * 32
    upright, other = (far, value(bits)) if turned else (value(bits), far)
    made = (
        Fingerprint("md5", bits.to_bytes(16)),
        Fingerprint("pdq", upright, Orientation.UPRIGHT, quality),
        Fingerprint("pdq", other, Orientation.ROTATED_90, quality),
    )
    return Fingerprinted(Kind.IMAGE, 10, made)


def entry(number: int, bits: int, hashlist: str = "known") -> Entry:
    return Entry(number, hashlist, "pdq", value(bits), None, (), None, datetime(2026, 3, 1, tzinfo=UTC))


ITEMS = st.builds(item, st.integers(0, 70), st.integers(40, 100), turned=st.booleans())
ENTRIES = st.lists(st.tuples(st.integers(0, 70), st.sampled_from(["known", "looked-at"])), max_size=4)
THRESHOLDS = st.integers(1, 60)


@given(st.lists(ITEMS, max_size=6), ENTRIES, ENTRIES, THRESHOLDS, THRESHOLDS)
def test_what_is_counted_is_what_each_matcher_says(
    items: list[Fingerprinted],
    before: list[tuple[int, str]],
    after: list[tuple[int, str]],
    threshold_now: int,
    threshold_then: int,
) -> None:
    now = Matcher.over(KINDS, [entry(n, *one) for n, one in enumerate(before)], {"pdq": threshold_now}, LISTS)
    then = Matcher.over(KINDS, [entry(n, *one) for n, one in enumerate(after)], {"pdq": threshold_then}, LISTS)
    trial = compare([SampleItem(str(n), one) for n, one in enumerate(items)], KINDS, now, then)
    matches_now = {n for n, one in enumerate(items) if now.judge(one).outcome is Outcome.MATCH}
    matches_then = {n for n, one in enumerate(items) if then.judge(one).outcome is Outcome.MATCH}
    assert trial.items == len(items)
    assert (trial.matches.now, trial.matches.then) == (len(matches_now), len(matches_then))
    assert {int(one.name) for one in trial.differences if one.gained} == matches_then - matches_now
    assert {int(one.name) for one in trial.differences if one.lost} == matches_now - matches_then
    assert (trial.matches.gained, trial.matches.lost) == (
        len(matches_then - matches_now),
        len(matches_now - matches_then),
    )
    distances = trial.distances["pdq"]
    steps = distances.steps()
    assert [s.first for s in steps] == [0, *(s.last + 1 for s in steps[:-1])]
    assert steps[-1].last == distances.reach
    assert sum(s.now for s in steps) == distances.now.total()
    # What lies within the threshold matches, or a harmless entry overrules it.
    within = sum(s.then for s in steps if s.last <= threshold_then)
    assert within == sum(bool(j.detections or j.overruled) for j in map(then.judge, items))


@given(st.lists(ITEMS, max_size=4))
def test_a_sample_is_read_as_it_was_written(items: list[Fingerprinted]) -> None:
    lines = [head_line(KINDS), *(item_line(f"{n}.jpg", one) for n, one in enumerate(items))]
    read = list(SampleReader(StringIO("".join(f"{line}\n" for line in lines)), KINDS))
    assert read == [SampleItem(f"{n}.jpg", one) for n, one in enumerate(items)]


def test_a_name_that_is_not_utf_8_is_read_again_with_escapes() -> None:
    line = item_line("a\udcff.jpg", item(3))
    (read,) = SampleReader([head_line(KINDS), line], KINDS)
    assert read.name == "a\\udcff.jpg"


def test_what_was_told_from_a_reduced_picture_is_no_sample() -> None:
    reduced = Fingerprinted(Kind.IMAGE, 1, (Fingerprint("pdq", value(0), quality=90, computed="luminance 1/2"),))
    with pytest.raises(ValueError, match="full picture"):
        item_line("a", reduced)


def test_a_proposal_leaves_out_disables_and_adds() -> None:
    rows = [(1, value(0), '["known", null]', True), (2, value(2), '["known", "B1"]', True)]
    indexes = {"pdq": MemoryIndex.of(shape_of(KINDS["pdq"]), rows)}
    more = SupposedList(
        HashList("more", "", "", "", "C1"),
        [NewEntry("md5", (0).to_bytes(16)), NewEntry("pdq", value(1)), NewEntry("pdq", value(0), enabled=False)],
    )

    def entries(proposal: Proposal, only: list[str] | None = None) -> list[tuple[int, str | None]]:
        matcher = proposed(KINDS, indexes, LISTS, {}, only, proposal)
        return sorted((d.entry, d.classification) for d in matcher.judge(item(0)).detections)

    assert entries(Proposal()) == [(1, "A1"), (2, "B1")]
    assert entries(Proposal(disabled=frozenset({2}))) == [(1, "A1")]
    assert entries(Proposal(without=frozenset({"known"}))) == []
    assert entries(Proposal(thresholds={"pdq": 1})) == [(1, "A1")]
    assert entries(Proposal(minimum_quality={"pdq": 81})) == []
    added = [(FIRST_SUPPOSED, "C1"), (FIRST_SUPPOSED + 1, "C1")]
    assert entries(Proposal(supposed=(more,))) == [(1, "A1"), (2, "B1"), *added]
    assert entries(Proposal(supposed=(more,)), only=[]) == added
    assert entries(Proposal(), only=[]) == []


@pytest.mark.parametrize(("quality", "enough", "low"), [(50, None, False), (49, None, True), (80, 81, True)])
def test_the_minimum_quality_may_be_another(quality: int, enough: int | None, low: bool) -> None:
    matcher = Matcher.over(KINDS, [entry(1, 0)], minimum_quality={} if enough is None else {"pdq": enough})
    assert matcher.judge(item(0, quality)).low_quality is low
    assert bool(matcher.judge(item(0, quality)).detections) is not low


@pytest.mark.parametrize("qualities", [{"md5": 3}, {"pdq": 101}, {"pdq": -1}, {"md6": 1}])
def test_a_quality_that_a_kind_cannot_have_is_refused(qualities: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="quality"):
        Matcher.over(KINDS, [], minimum_quality=qualities)
