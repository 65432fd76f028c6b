"""What every index keeps to, against a comparison in plain Python. A new index joins `INDEXES` and is tested whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detection.matching.metrics import COSINE, EQUAL, EUCLIDEAN, HAMMING, Metric
from tutela.detection.matching.cosine import CosineIndex
from tutela.detection.matching.dictionary import DictionaryIndex
from tutela.detection.matching.euclidean import EuclideanIndex
from tutela.detection.matching.hamming import LinearHammingIndex
from tutela.detection.matching.index import Hit, Index

Entries = Sequence[tuple[int, bytes]]


@dataclass(frozen=True)
class Made:
    """How an index is made of entries of one length (in bytes), the lengths to try, and the distance it keeps to."""

    build: Callable[[Entries, int], Index]
    lengths: tuple[int, ...]
    metric: Metric

    @property
    def length(self) -> int:
        return self.lengths[-1]

    @property
    def values(self) -> tuple[bytes, bytes]:
        return self.metric.opposite(self.length)


INDEXES = {
    "dictionary": Made(DictionaryIndex, (1, 16, 20, 32), EQUAL),
    "linear hamming": Made(LinearHammingIndex, (8, 16, 32), HAMMING),
    "euclidean": Made(EuclideanIndex, (1, 16, 258, 144), EUCLIDEAN),
    "cosine": Made(CosineIndex, (8, 64, 256), COSINE),
}
pytestmark = pytest.mark.parametrize("made", INDEXES.values(), ids=INDEXES)


def oracle(metric: Metric, entries: Entries, query: bytes, radius: int) -> list[Hit]:
    return sorted(Hit(d, entry) for entry, value in entries if (d := metric.distance(query, value)) <= radius)


@st.composite
def cases(draw: st.DrawFn, made: Made) -> tuple[int, list[tuple[int, bytes]], list[bytes], int]:
    """Draw a length, entries, queries and a radius, with most values near a few, and the radius often on an edge."""
    length = draw(st.sampled_from(made.lengths))
    centres = draw(st.lists(made.metric.centres(length), min_size=1, max_size=3))
    values = st.one_of(st.sampled_from(centres), st.sampled_from(centres).flatmap(made.metric.near))
    ids = draw(st.lists(st.integers(0, 2**62), unique=True, max_size=25))
    entries = [(id_, draw(values)) for id_ in ids]
    queries = draw(st.lists(values, max_size=4))
    edges = [made.metric.distance(q, v) + off for q in queries[:1] for _, v in entries[:2] for off in (-1, 0, 1)]
    possible = [edge for edge in edges if 0 <= edge <= made.metric.widest(length)]
    radius = draw(st.one_of(made.metric.radii(length), st.sampled_from(possible or [0])))
    return length, entries, queries, radius


@given(data=st.data())
def test_it_finds_every_entry_within_the_radius_and_none_beyond(made: Made, data: st.DataObject) -> None:
    length, entries, queries, radius = data.draw(cases(made))
    index = made.build(entries, length)
    assert len(index) == len(entries)
    found = index.search(queries, radius)
    assert found == [oracle(made.metric, entries, query, radius) for query in queries]
    assert all(type(hit.distance) is int and type(hit.entry) is int for hits in found for hit in hits)


@given(data=st.data())
def test_the_order_of_the_entries_and_of_the_searches_does_not_matter(made: Made, data: st.DataObject) -> None:
    length, entries, queries, radius = data.draw(cases(made))
    index = made.build(entries, length)
    turned = made.build(entries[::-1], length)
    assert index.search(queries, radius) == turned.search(queries, radius) == index.search(queries, radius)


@given(data=st.data())
def test_many_queries_at_once_find_what_each_finds_alone(made: Made, data: st.DataObject) -> None:
    length, entries, queries, radius = data.draw(cases(made))
    index = made.build(entries, length)
    many = queries * 40
    assert index.search(many, radius) == [index.search([query], radius)[0] for query in queries] * 40


def test_one_value_may_stand_under_many_entries(made: Made) -> None:
    value, other = made.values
    index = made.build([(9, value), (3, value), (5, other), (7, value)], made.length)
    assert len(index) == 4
    assert index.search([value, other, value], 0) == [
        [Hit(0, 3), Hit(0, 7), Hit(0, 9)],
        [Hit(0, 5)],
        [Hit(0, 3), Hit(0, 7), Hit(0, 9)],
    ]


def test_an_empty_index_finds_nothing(made: Made) -> None:
    index = made.build([], made.length)
    assert len(index) == 0
    assert index.search([made.values[0]], 0) == [[]]
    assert index.search([made.values[0]], made.metric.widest(made.length)) == [[]]
    assert index.search([], 0) == []


@pytest.mark.parametrize("difference", [-1, 1, 8, -8])
def test_a_value_or_a_query_of_another_length_is_refused(made: Made, difference: int) -> None:
    length, value = made.length, made.values[0]
    longer = (value * 2)[: length + difference]
    with pytest.raises(ValueError, match=f"entry 5 has {length + difference} bytes, not {length}"):
        made.build([(4, value), (5, longer)], length)
    for entries in ([], [(1, value)]):
        with pytest.raises(ValueError, match="a query has"):
            made.build(entries, length).search([value, longer], 0)


def test_a_threshold_out_of_range_is_refused(made: Made) -> None:
    one, other = made.values
    widest = made.metric.widest(made.length)
    index = made.build([(1, one)], made.length)
    for threshold in (-1, widest + 1):
        with pytest.raises(ValueError, match="threshold"):
            index.search([one], threshold)
    if widest:
        assert index.search([other], widest) == [[Hit(widest, 1)]]
        assert index.search([other], widest - 1) == [[]]


def test_what_it_was_built_from_may_change_afterwards(made: Made) -> None:
    value, _ = made.values
    entries = [(1, value)]
    index = made.build(entries, made.length)
    entries.clear()
    assert index.search([value], 0) == [[Hit(0, 1)]]
