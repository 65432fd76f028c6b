"""A change of lists, thresholds or qualities that is only supposed: what a matcher would be with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tutela.detection.clip_matching import AS_PUBLISHED, ClipRules, Values
from tutela.detection.fingerprints.fingerprint import FingerprintKind, LongValued
from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.detection.hashlists.label import Label
from tutela.detection.matcher import Matcher
from tutela.detection.matching.disabling import DisablingIndex
from tutela.detection.matching.index import LabelledIndex
from tutela.detection.matching.memory import MemoryIndex
from tutela.detection.matching.row_numbers import numbered_rows
from tutela.detection.matching.shape import shape_of
from tutela.detection.matching.union import UnionIndex

FIRST_SUPPOSED = 1 << 42
"""The number of the first supposed entry; no entry of a database comes near it."""


@dataclass(frozen=True, slots=True)
class SupposedList:
    """A list that there is not, with its entries in the order of their file; no other list has its name."""

    hashlist: HashList
    entries: Sequence[NewEntry]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be other than it is.

    `without` names lists that would not count, `disabled` entries that would not; `thresholds` and `minimum_quality`
    replace what holds now for those kinds.
    """

    without: frozenset[str] = frozenset()
    disabled: frozenset[int] = frozenset()
    supposed: tuple[SupposedList, ...] = ()
    thresholds: Mapping[str, int] = field(default_factory=dict)
    minimum_quality: Mapping[str, int] = field(default_factory=dict)


def proposed(
    kinds: Mapping[str, FingerprintKind],
    indexes: Mapping[str, LabelledIndex],
    lists: Iterable[HashList],
    thresholds: Mapping[str, int],
    only: Collection[str] | None,
    proposal: Proposal,
    clips: ClipRules = AS_PUBLISHED,
    values: Values = lambda _, __: None,
) -> Matcher:
    """Return the matcher that there would be. Nothing is changed.

    The other arguments are as for Matcher, as things are; lists that are supposed count whatever `only` names. Entry n
    of the supposed lists, counted from 0 through all of them, has the number FIRST_SUPPOSED + n. Raises ValueError.
    """
    there = [one for one in lists if one.id not in proposal.without]
    searched: dict[str, LabelledIndex] = {
        name: DisablingIndex(index, proposal.disabled, in_rows=isinstance(kinds[name], LongValued))
        if proposal.disabled
        else index
        for name, index in indexes.items()
    }
    rows: dict[str, list[tuple[int, bytes, str, bool]]] = defaultdict(list)
    long: dict[tuple[str, int], bytes] = {}
    number = FIRST_SUPPOSED
    for one in proposal.supposed:
        for entry in one.entries:
            label = Label(one.hashlist.id, entry.classification).text()
            if entry.long:
                long[entry.kind, number] = entry.long
            for held, row in numbered_rows(kinds[entry.kind], number, entry.long or entry.value):
                rows[entry.kind].append((held, row, label, entry.enabled))
            number += 1
    for name, of_kind in rows.items():
        supposed = MemoryIndex.of(shape_of(kinds[name]), of_kind)
        searched[name] = UnionIndex([searched[name], supposed]) if name in searched else supposed
    names = [one.hashlist.id for one in proposal.supposed]
    return Matcher(
        kinds,
        searched,
        [*there, *(one.hashlist for one in proposal.supposed)],
        {**thresholds, **proposal.thresholds},
        None if only is None else [*only, *names],
        proposal.minimum_quality,
        clips,
        lambda kind, entry: long.get((kind, entry)) or values(kind, entry),
    )
