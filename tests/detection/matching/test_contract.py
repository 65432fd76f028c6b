"""What every index keeps to, against a comparison in plain Python. A new index joins `INDEXES` and is tested whole."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detection.matching.disks import Unsynced
from tests.detection.matching.metrics import COSINE, EQUAL, EUCLIDEAN, HAMMING, Metric
from tutela.detection.fingerprints.fingerprint import Metric as Name
from tutela.detection.matching.directory import writer
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import Change, IndexWriter
from tutela.detection.matching.disabling import DisablingIndex
from tutela.detection.matching.index import Hit, Index
from tutela.detection.matching.memory import MemoryIndex, rows_of
from tutela.detection.matching.rows import Rows
from tutela.detection.matching.segments import building
from tutela.detection.matching.shape import Shape
from tutela.detection.matching.union import UnionIndex

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


def in_memory(metric: Name) -> Callable[[Entries, int], Index]:
    def build(entries: Entries, length: int) -> Index:
        return MemoryIndex.of(Shape("tried", metric, length), ((id_, value, "", True) for id_, value in entries))

    return build


def on_disk(metric: Name, log_rows: int) -> Callable[[Entries, int], Index]:
    """The entries come in three changes; more than `log_rows` at a time become a segment, with tables if it can."""

    def build(entries: Entries, length: int) -> Index:
        shape = Shape("tried", metric, length)
        rows, _ = rows_of(shape, ((id_, value, "", True) for id_, value in entries))
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch.object(writer, "LOG_ROWS", log_rows),
            mock.patch.object(building, "TABLES_FROM", 1),
        ):
            third = len(rows) // 3
            with IndexWriter(Path(folder), shape, Unsynced()) as index:
                for number, part in enumerate((slice(third), slice(third, 2 * third), slice(2 * third, None)), 1):
                    index.apply([_change(rows, part)], number)
            # What is mapped stays readable when its name is gone.
            return IndexReader(Path(folder), clock=lambda: 0.0)

    return build


def united(metric: Name) -> Callable[[Entries, int], Index]:
    """Every third entry in an index of its own: one on disk between two in memory; one of them may be empty."""

    def build(entries: Entries, length: int) -> Index:
        memory, disk = in_memory(metric), on_disk(metric, log_rows=3)
        parts = [memory(entries[0::3], length), disk(entries[1::3], length), memory(entries[2::3], length)]
        return UnionIndex([part for part in parts if isinstance(part, MemoryIndex | IndexReader)])

    return build


def nothing_disabled(metric: Name) -> Callable[[Entries, int], Index]:
    def build(entries: Entries, length: int) -> Index:
        index = in_memory(metric)(entries, length)
        assert isinstance(index, MemoryIndex)
        return DisablingIndex(index, ())

    return build


def _change(rows: Rows, part: slice) -> Change:
    every = np.ones(len(rows), np.bool_)[part]
    return Change("", rows.entries[part], rows.values[part], every, ~every)


_LENGTHS: dict[Name, tuple[tuple[int, ...], Metric]] = {
    "equal": ((1, 16, 20, 32), EQUAL),
    "hamming": ((8, 16, 32), HAMMING),
    "euclidean": ((1, 16, 258, 144), EUCLIDEAN),
    "cosine": ((8, 64, 256), COSINE),
}
INDEXES = {
    f"{name} {metric}": Made(way(metric), lengths, distances)
    for metric, (lengths, distances) in _LENGTHS.items()
    for name, way in (
        ("memory", in_memory),
        ("log", partial(on_disk, log_rows=1000)),
        ("segments and log", partial(on_disk, log_rows=3)),
        ("union", united),
        ("disabling", nothing_disabled),
    )
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


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_it_finds_every_entry_within_the_radius_and_none_beyond(made: Made, data: st.DataObject) -> None:
    length, entries, queries, radius = data.draw(cases(made))
    index = made.build(entries, length)
    assert len(index) == len(entries)
    found = index.search(queries, radius)
    assert found == [oracle(made.metric, entries, query, radius) for query in queries]
    assert all(type(hit.distance) is int and type(hit.entry) is int for hits in found for hit in hits)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_order_of_the_entries_and_of_the_searches_does_not_matter(made: Made, data: st.DataObject) -> None:
    length, entries, queries, radius = data.draw(cases(made))
    index = made.build(entries, length)
    turned = made.build(entries[::-1], length)
    assert index.search(queries, radius) == turned.search(queries, radius) == index.search(queries, radius)


@settings(max_examples=30, deadline=None)
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
