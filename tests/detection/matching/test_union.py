"""What a union and a disabling index add to the contract: labels, and entries that do not count."""

import pytest

from tutela.detection.matching.disabling import DisablingIndex
from tutela.detection.matching.memory import MemoryIndex
from tutela.detection.matching.shape import Shape
from tutela.detection.matching.union import UnionIndex

SHAPE = Shape("tried", "hamming", 8)


def value(bits: int) -> bytes:
    return ((1 << bits) - 1).to_bytes(8)


ONE = MemoryIndex.of(SHAPE, [(1, value(0), "a", True), (2, value(1), "b", True)])
OTHER = MemoryIndex.of(SHAPE, [(3, value(0), "b", False), (4, value(2), "c", True)])


def test_labels_of_every_part_keep_their_texts() -> None:
    union = UnionIndex([ONE, OTHER])
    (hits,) = union.search([value(0)], 2)
    found = [(h.distance, h.entry, union.labels[h.label], h.enabled) for h in hits]
    assert found == [(0, 1, "a", True), (0, 3, "b", False), (1, 2, "b", True), (2, 4, "c", True)]
    again = [(h.entry, h.label) for h in union.search([value(0)], 2)[0]]
    assert again == [(h.entry, h.label) for h in hits]


def test_a_union_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        UnionIndex([])


def test_disabled_entries_are_found_and_called_so() -> None:
    index = DisablingIndex(ONE, {2, 99})
    (hits,) = index.search([value(0)], 2)
    assert [(h.entry, h.enabled) for h in hits] == [(1, True), (2, False)]
    assert [index.labels[h.label] for h in hits] == ["a", "b"]
