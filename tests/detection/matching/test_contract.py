"""What every index keeps to, against a comparison in plain Python. A new index joins `INDEXES` and is tested whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.detection.matching.dictionary import DictionaryIndex
from tutela.detection.matching.hamming import LinearHammingIndex
from tutela.detection.matching.index import Hit, Index

Entries = Sequence[tuple[int, bytes]]


@dataclass(frozen=True)
class Made:
    build: Callable[[Entries, int], Index]
    lengths: tuple[int, ...]
    exact_only: bool

    def radii(self, length: int) -> st.SearchStrategy[int]:
        return st.just(0) if self.exact_only else st.one_of(st.integers(0, 63), st.just(8 * length))


INDEXES = {
    "dictionary": Made(DictionaryIndex, (1, 16, 32), exact_only=True),
    "linear hamming": Made(LinearHammingIndex, (8, 16, 32), exact_only=False),
}
pytestmark = pytest.mark.parametrize("name", INDEXES)


def distance(one: bytes, other: bytes) -> int:
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))


def oracle(entries: Entries, query: bytes, radius: int) -> list[Hit]:
    return sorted(Hit(d, entry) for entry, value in entries if (d := distance(query, value)) <= radius)


@st.composite
def cases(draw: st.DrawFn, made: Made) -> tuple[int, list[tuple[int, bytes]], list[bytes], int]:
    """Draw a length, entries, queries and a radius, with most values some bits away from a few."""
    length = draw(st.sampled_from(made.lengths))
    centres = draw(st.lists(st.binary(min_size=length, max_size=length), min_size=1, max_size=3))
    flips = st.lists(st.integers(0, 8 * length - 1), max_size=70)

    def near(centre: bytes, places: list[int]) -> bytes:
        value = int.from_bytes(centre)
        for place in places:
            value ^= 1 << place
        return value.to_bytes(length)

    values = st.one_of(st.sampled_from(centres), st.builds(near, st.sampled_from(centres), flips))
    ids = draw(st.lists(st.integers(0, 2**62), unique=True, max_size=25))
    entries = [(id_, draw(values)) for id_ in ids]
    return length, entries, draw(st.lists(values, max_size=4)), draw(made.radii(length))


@given(data=st.data())
def test_it_finds_every_entry_within_the_radius_and_none_beyond(name: str, data: st.DataObject) -> None:
    length, entries, queries, radius = data.draw(cases(INDEXES[name]))
    index = INDEXES[name].build(entries, length)
    assert len(index) == len(entries)
    found = index.search(queries, radius)
    assert found == [oracle(entries, query, radius) for query in queries]
    assert all(type(hit.distance) is int and type(hit.entry) is int for hits in found for hit in hits)


@given(data=st.data())
def test_the_order_of_the_entries_and_of_the_searches_does_not_matter(name: str, data: st.DataObject) -> None:
    length, entries, queries, radius = data.draw(cases(INDEXES[name]))
    index = INDEXES[name].build(entries, length)
    turned = INDEXES[name].build(entries[::-1], length)
    assert index.search(queries, radius) == turned.search(queries, radius) == index.search(queries, radius)


def test_one_value_may_stand_under_many_entries(name: str) -> None:
    made = INDEXES[name]
    value = bytes(range(made.lengths[-1]))
    index = made.build([(9, value), (3, value), (7, value)], made.lengths[-1])
    assert len(index) == 3
    assert index.search([value, value], 0) == [[Hit(0, 3), Hit(0, 7), Hit(0, 9)]] * 2


def test_an_empty_index_finds_nothing(name: str) -> None:
    made = INDEXES[name]
    index = made.build([], made.lengths[-1])
    assert len(index) == 0
    assert index.search([bytes(made.lengths[-1])], 0) == [[]]
    assert index.search([], 0) == []


@pytest.mark.parametrize("difference", [-1, 1, 8, -8])
def test_a_value_or_a_query_of_another_length_is_refused(name: str, difference: int) -> None:
    made = INDEXES[name]
    length = made.lengths[1]
    with pytest.raises(ValueError, match=f"entry 5 has {length + difference} bytes, not {length}"):
        made.build([(4, bytes(length)), (5, bytes(length + difference))], length)
    for entries in ([], [(1, bytes(length))]):
        with pytest.raises(ValueError, match="a query has"):
            made.build(entries, length).search([bytes(length), bytes(length + difference)], 0)


def test_a_threshold_out_of_range_is_refused(name: str) -> None:
    made = INDEXES[name]
    length = made.lengths[-1]
    index = made.build([(1, bytes(length))], length)
    for threshold in (-1, 8 * length + 1):
        with pytest.raises(ValueError, match="threshold"):
            index.search([bytes(length)], threshold)
    if made.exact_only:
        with pytest.raises(ValueError, match="threshold must be 0"):
            index.search([bytes(length)], 1)
    else:
        assert index.search([b"\xff" * length], 8 * length) == [[Hit(8 * length, 1)]]
        assert index.search([b"\xff" * length], 8 * length - 1) == [[]]


def test_what_it_was_built_from_may_change_afterwards(name: str) -> None:
    made = INDEXES[name]
    length = made.lengths[-1]
    entries = [(1, bytes(length))]
    index = made.build(entries, length)
    entries.clear()
    assert index.search([bytes(length)], 0) == [[Hit(0, 1)]]
