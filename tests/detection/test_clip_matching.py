"""Clips against listed clips: the published shares, stretches of time, and against a plain count of every pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.content.place import Place, Step, Within
from tutela.detection.clip_matching import ClipRules, clips_like_clip, pictures_in_clip
from tutela.detection.fingerprints.fingerprint import Fingerprint, Orientation
from tutela.detection.fingerprints.video.frame_hashes import packed
from tutela.detection.fingerprints.video.vpdq import Vpdq
from tutela.detection.matching.memory import MemoryIndex
from tutela.detection.matching.row_numbers import entry_and_row, numbered_rows, row_number
from tutela.detection.matching.shape import Shape

SHAPE = Shape("vpdq", "hamming", 32)
_RNG = np.random.default_rng(11)
HASHES = [_RNG.integers(0, 256, 32, dtype=np.uint8).tobytes() for _ in range(400)]
"""Far apart: two of them share about half of their bits."""
Frames = Sequence[tuple[float, int, bytes]]


def near(value: bytes, bits: int) -> bytes:
    return (int.from_bytes(value) ^ ((1 << bits) - 1)).to_bytes(32)


def shown(hashes: Sequence[int], gap: float = 1.0, begin: float = 0.0, quality: int = 100) -> Frames:
    return [(begin + n * gap, quality, HASHES[i]) for n, i in enumerate(hashes)]


def query(frames: Frames, orientation: Orientation = Orientation.UPRIGHT) -> Fingerprint:
    return Fingerprint("vpdq", packed(frames), orientation, 100)


def index_of(entries: dict[int, Frames]) -> MemoryIndex:
    rows = [
        (number, value, "list", True)
        for entry, frames in entries.items()
        for number, value in numbered_rows(Vpdq(), entry, packed(frames))
    ]
    return MemoryIndex.of(SHAPE, rows)


def found(asked: Sequence[Fingerprint], entries: dict[int, Frames], rules: ClipRules = ClipRules(), radius: int = 31):  # type: ignore[no-untyped-def] # noqa: B008
    values = {entry: packed(frames) for entry, frames in entries.items()}
    return clips_like_clip(asked, index_of(entries), radius, 50, rules, lambda _, entry: values.get(entry))


def test_a_shortened_clip_matches_with_the_stretch_of_the_entry_that_it_is() -> None:
    (hit,) = found([query(shown(range(10, 15)))], {7: shown(range(40))})
    assert (hit.entry, hit.distance, hit.seconds) == (7, 0, (0.0, 4.0))
    assert hit.shares is not None
    assert hit.shares.entry_seconds == (10.0, 14.0)
    assert (hit.shares.query_percent, hit.shares.entry_percent) == (100.0, 12.5)


def test_what_is_cut_together_is_told_in_stretches() -> None:
    hits = found([query(shown([*range(5), *range(20, 24), *range(10, 13)]))], {7: shown(range(40))})
    assert [(hit.seconds, hit.shares.entry_seconds) for hit in hits if hit.shares] == [
        ((0.0, 4.0), (0.0, 4.0)),
        ((5.0, 8.0), (20.0, 23.0)),
        ((9.0, 11.0), (10.0, 12.0)),
    ]


def test_a_frame_that_is_missed_does_not_end_a_stretch_and_seconds_of_others_do() -> None:
    one, other = [0, 1, 300, 3, 4, 5, 6, 7, 8, 9], [0, 1, 2, 301, 302, 303, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    (hit,) = found([query(shown(one))], {7: shown(range(40))})
    assert hit.seconds == (0.0, 9.0)
    hits = found([query(shown(other))], {7: shown(range(40))})
    assert [hit.seconds for hit in hits] == [(0.0, 2.0), (6.0, 14.0)]
    # Frames of too little quality between two are no misses, however long they last.
    dark = [*shown(range(3)), *shown([300] * 9, begin=3, quality=10), *shown(range(12, 15), begin=12)]
    (hit,) = found([query(dark)], {7: shown(range(40))})
    assert hit.seconds == (0.0, 14.0)


@pytest.mark.parametrize(("kept", "matches"), [(8, True), (7, False)])
def test_the_published_share_of_the_clip_must_match(kept: int, matches: bool) -> None:
    asked = query(shown([*range(kept), *range(200, 210 - kept)]))
    assert bool(found([asked], {7: shown(range(40))})) is matches


def test_equal_frames_count_once_and_dim_ones_not_at_all() -> None:
    still = [
        *shown(range(8)),
        *shown([9] * 50, begin=8),
        *shown([300], begin=60),
        *shown([301] * 30, begin=61, quality=49),
    ]
    (hit, *_) = found([query(still)], {7: shown(range(12))})
    assert hit.shares is not None
    assert hit.shares.query_percent == pytest.approx(90)
    assert found([query(still)], {7: shown(range(12), quality=49)}) == []
    assert found([query(shown(range(5), quality=49))], {7: shown(range(12))}) == []


def test_a_listed_clip_within_a_longer_one_is_found_where_the_operator_says_so() -> None:
    long = query(shown([*range(200, 260), *range(10), *range(260, 300)]))
    assert found([long], {7: shown(range(10))}) == []
    (hit,) = found([long], {7: shown(range(10))}, ClipRules(contained_percent=80))
    assert hit.seconds == (60.0, 69.0)
    assert found([long], {7: shown(range(20))}, ClipRules(contained_percent=80)) == []


def test_the_share_of_the_entry_can_be_asked_for_too() -> None:
    asked = [query(shown(range(5)))]
    assert found(asked, {7: shown(range(10))}, ClipRules(entry_percent=50))
    assert found(asked, {7: shown(range(11))}, ClipRules(entry_percent=50)) == []


def test_each_entry_is_found_in_the_orientation_in_which_most_of_it_matches() -> None:
    asked = [
        query(shown([0, 1, 2, 3, 300])),
        query(shown([0, 1, 2, 3, 4]), Orientation.FLIPPED_LEFT_RIGHT),
        query(shown(range(100, 105)), Orientation.ROTATED_90),
    ]
    hits = found(asked, {7: shown(range(9)), 8: shown(range(100, 120))})
    assert {hit.entry: hit.fingerprint.orientation for hit in hits} == {
        7: Orientation.FLIPPED_LEFT_RIGHT,
        8: Orientation.ROTATED_90,
    }


def test_an_entry_that_was_taken_away_meanwhile_is_not_found() -> None:
    entries = {7: shown(range(5))}
    assert clips_like_clip([query(shown(range(5)))], index_of(entries), 31, 50, ClipRules(), lambda *_: None) == []


@given(
    data=st.data(),
    entries=st.lists(st.lists(st.integers(0, 11), min_size=1, max_size=12), min_size=1, max_size=4),
    asked=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 40)), min_size=1, max_size=12),
    share=st.integers(1, 100),
)
def test_what_is_found_is_what_a_count_of_every_pair_finds(
    data: st.DataObject, entries: list[list[int]], asked: list[tuple[int, int]], share: int
) -> None:
    qualities = data.draw(st.lists(st.sampled_from([10, 100]), min_size=len(asked), max_size=len(asked)))
    frames = [
        (float(n), q, near(HASHES[i], bits)) for n, ((i, bits), q) in enumerate(zip(asked, qualities, strict=True))
    ]
    listed = {number: shown(hashes) for number, hashes in enumerate(entries, 5)}
    clear = {value for _, quality, value in frames if quality >= 50}

    def close(one: bytes, other: bytes) -> bool:
        return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count() <= 31

    expected = {}
    for entry, of_entry in listed.items():
        hashes = {value for *_, value in of_entry}
        both = [
            sum(any(close(a, b) for b in theirs) for a in ours) for ours, theirs in ((clear, hashes), (hashes, clear))
        ]
        if clear and both[0] and 100 * both[0] / len(clear) >= share:
            expected[entry] = (100 * both[0] / len(clear), 100 * both[1] / len(hashes))
    hits = found([query(frames)], listed, ClipRules(query_percent=share))
    assert {hit.entry: (hit.shares.query_percent, hit.shares.entry_percent) for hit in hits} == expected
    for hit in hits:
        assert hit.distance <= 31
        assert 0 <= hit.seconds[0] <= hit.seconds[1] <= len(asked)


def test_a_listed_picture_is_found_at_its_time_in_the_orientation_in_which_it_is_nearest() -> None:
    index = MemoryIndex.of(Shape("pdq", "hamming", 32), [(3, HASHES[50], "list", True), (4, HASHES[60], "list", True)])
    upright = query([*shown(range(5)), (5.0, 100, near(HASHES[50], 9)), (6.0, 100, near(HASHES[50], 5))])
    flipped = query([(9.0, 100, near(HASHES[50], 20)), (12.0, 100, HASHES[60])], Orientation.FLIPPED_LEFT_RIGHT)
    hits = {hit.entry: hit for hit in pictures_in_clip([upright, flipped], index, 31, 50)}
    assert (hits[3].seconds, hits[3].distance, hits[3].fingerprint.orientation) == ((5.0, 6.0), 5, Orientation.UPRIGHT)
    assert (hits[4].seconds, hits[4].distance) == ((12.0, 12.0), 0)
    assert hits[4].shares is None


@given(entry=st.integers(0, 2**44 - 1), row=st.integers(0, 2**20 - 1))
def test_a_row_number_tells_its_entry(entry: int, row: int) -> None:
    assert entry_and_row(row_number(entry, row)) == (entry, row)
    assert row_number(entry, row) < 2**64


@pytest.mark.parametrize(("entry", "row"), [(2**44, 0), (-1, 0), (0, 2**20), (0, -1)])
def test_what_has_no_number_is_refused(entry: int, row: int) -> None:
    with pytest.raises(ValueError, match="no such number"):
        row_number(entry, row)


@pytest.mark.parametrize(
    "wrong", [{"query_percent": 0}, {"query_percent": 101}, {"entry_percent": -1}, {"contained_percent": 0}]
)
def test_shares_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="percent is"):
        ClipRules(**wrong)


def test_places_within_containers_keep_their_steps() -> None:
    inside = Place((Step(Within.FILE, "clip.mp4"),))
    one = Fingerprint("vpdq", packed(shown(range(3))), Orientation.UPRIGHT, 100, place=inside)
    (hit,) = found([one], {7: shown(range(3))})
    assert hit.fingerprint.place == inside
