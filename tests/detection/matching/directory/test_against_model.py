"""An index on disk answers as a dictionary does, whatever is done to it in whatever order."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.detection.matching.directory.model import EQUAL, HAMMING, TABLES, Put, State, seen_by, value_of
from tutela.detection.matching.directory.compaction import compact, needs_compaction
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import IndexWriter
from tutela.detection.matching.shape import Shape

UNIVERSE = range(120)
EXAMPLES = 200 if os.environ.get("TUTELA_SOAK") else 10
puts = st.builds(
    Put,
    st.sampled_from(["one", "two", "three"]),
    st.lists(st.integers(0, 119), min_size=1, max_size=12, unique=True).map(tuple),
    enabled=st.booleans(),
    removed=st.sampled_from([False, False, True]),
)


class Indexes(RuleBasedStateMachine):
    """A writer, two readers, one of which always looks and one now and then, and the state they are to show."""

    shape: Shape

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.folder = self.root / "index"
        self.writer: IndexWriter | None = IndexWriter(self.folder, self.shape)
        self.now = 0.0
        self.reader = IndexReader(self.folder, clock=lambda: self.now)
        self.late = IndexReader(self.folder, clock=lambda: 0.0)
        self.state = self.late_state = State()

    def teardown(self) -> None:
        if self.writer:
            self.writer.close()
        shutil.rmtree(self.root)

    @rule(changes=st.lists(puts, max_size=5))
    def apply(self, changes: list[Put]) -> None:
        self.writer = self.writer or IndexWriter(self.folder, self.shape)
        position = self.state.position + 1
        rows = self.writer.apply([put.change(self.shape) for put in changes], position)
        assert rows == sum(len(put.entries) for put in changes)
        assert self.writer.position == position
        self.state = self.state.after(changes)

    @rule()
    def put_everything(self) -> None:
        self.apply([Put("all", tuple(UNIVERSE)), Put("one", (7, 7, 7), enabled=False)])

    @rule()
    def flush(self) -> None:
        if self.writer:
            self.writer.flush()

    @rule(everything=st.booleans())
    def compact(self, everything: bool) -> None:
        self.close()
        needed = needs_compaction(self.folder)
        done = compact(self.folder, everything=everything)
        assert done == needed or everything
        if everything:
            assert len(IndexReader(self.folder)) == len(self.state.entries)

    @precondition(lambda self: self.writer)
    @rule()
    def close(self) -> None:
        if self.writer:
            self.writer.close()
            self.writer = None

    @rule()
    def late_reader_looks(self) -> None:
        self.late.refresh(now=True)
        self.late_state = self.state

    @rule(entry=st.sampled_from(UNIVERSE), radius=st.integers(0, 40))
    def search_nearby(self, entry: int, radius: int) -> None:
        if self.shape.metric == "equal":
            radius = 0
        query = value_of(entry, self.shape)
        expected = []
        for other, (label, enabled) in self.state.entries.items():
            value = value_of(other, self.shape)
            distance = sum((a ^ b).bit_count() for a, b in zip(query, value, strict=True))
            if distance <= radius:
                expected.append((distance, other, label, enabled))
        self.now += 1
        found = self.reader.search([query], radius)[0]
        assert [(h.distance, h.entry, self.reader.labels[h.label], h.enabled) for h in found] == sorted(expected)

    @invariant()
    def readers_answer_as_the_model(self) -> None:
        self.now += 1
        assert seen_by(self.reader, self.shape, UNIVERSE) == self.state
        assert seen_by(self.late, self.shape, UNIVERSE) == self.late_state


@pytest.mark.soak
@pytest.mark.usefixtures("small_limits", "fast_syncs")
@pytest.mark.parametrize("shape", [HAMMING, EQUAL, TABLES], ids=lambda s: f"{s.metric}-{s.width}")
def test_an_index_on_disk_is_a_dictionary(shape: Shape) -> None:
    machine = type("IndexesOfAShape", (Indexes,), {"shape": shape})
    tables = shape is TABLES
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=5 if tables else EXAMPLES, stateful_step_count=15 if tables else 25, deadline=None
        ),
    )
