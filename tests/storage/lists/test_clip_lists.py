"""Clips in the lists of a database: kept once, indexed frame by frame, switched, removed and brought back."""

from __future__ import annotations

import hashlib

from tests.detection.fingerprints.video.test_kinds import tmk
from tests.detection.test_clip_matching import query, shown
from tutela.content.item import Kind, Outcome
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.fingerprint import Fingerprint
from tutela.detection.fingerprints.video import tmk_file
from tutela.detection.fingerprints.video.frame_hashes import packed
from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.detection.matcher import Judgement
from tutela.storage.workplace import Workplace


def created(place: Workplace, *names: str) -> None:
    for name in names:
        place.lists.create(HashList(name, "Owner", "Source", "SE", None))


def clip(first: int, count: int = 10, reference: str | None = None) -> NewEntry:
    value = packed(shown(range(first, first + count)))
    return NewEntry("vpdq", hashlib.sha256(value).digest(), reference=reference, long=value)


def judged(place: Workplace, first: int, count: int = 10) -> Judgement:
    item = Fingerprinted(Kind.VIDEO, 100, (query(shown(range(first, first + count))),))
    return place.current_matcher().judge(item)


def test_a_listed_clip_is_found_and_told_with_list_entry_and_time(place: Workplace) -> None:
    created(place, "known")
    place.lists.add("known", [clip(0), clip(50), clip(100)])
    assert [s.entries for s in place.lists.summaries()] == [{"vpdq": 3}]
    judgement = judged(place, 52, 5)
    assert judgement.outcome is Outcome.MATCH
    (found,) = judgement.detections
    assert (found.technology, found.version, found.threshold, found.hashlist) == ("vpdq", "1", 31, "known")
    assert place.lists.entry(found.entry).long == clip(50).long
    assert found.place.seconds == (0.0, 4.0)
    assert found.shares is not None
    assert found.shares.entry_seconds == (2.0, 6.0)
    assert judged(place, 200).outcome is Outcome.CLEAN


def test_an_entry_is_switched_removed_and_brought_back_with_all_its_frames(place: Workplace) -> None:
    created(place, "known")
    place.lists.add("known", [clip(0), clip(50)])
    (entry,) = (d.entry for d in judged(place, 0).detections)
    place.lists.switch("known", entry_id=entry, enabled=False)
    assert judged(place, 0).outcome is Outcome.CLEAN
    assert judged(place, 50).outcome is Outcome.MATCH
    place.lists.switch("known", entry_id=entry, enabled=True)
    assert judged(place, 0).outcome is Outcome.MATCH
    place.lists.remove("known", entry)
    assert judged(place, 0).outcome is Outcome.CLEAN
    assert place.lists.add("known", [clip(0)]).added == 1
    assert [d.entry for d in judged(place, 0).detections] == [entry]
    place.indexes.forget()
    assert [d.entry for d in judged(place, 0).detections] == [entry]
    assert place.indexes.verify()["vpdq"] >= 20


def test_lists_share_a_value_and_each_has_its_entry(place: Workplace) -> None:
    created(place, "one", "two")
    assert [place.lists.add(name, [clip(0), clip(0)]).added for name in ("one", "two")] == [1, 1]
    assert {d.hashlist for d in judged(place, 0).detections} == {"one", "two"}
    again = place.lists.add("one", [clip(0)])
    assert (again.added, again.already_there) == (0, 1)
    long = [e.long for e in place.lists.entries(None, enabled_only=False)]
    assert long == [clip(0).long] * 2


def test_thousands_of_clips_are_found_exactly(place: Workplace) -> None:
    created(place, "known")
    place.lists.add("known", [clip(n % 390, 1 + n // 390) for n in range(2000)])
    judgement = judged(place, 100, 6)
    assert judgement.outcome is Outcome.MATCH
    # Clips that begin at 100 or before and reach so far, or that have 5 of its 6 frames, of up to 6 frames each.
    expected = [n for n in range(2000) if len({*range(100, 106)} & {*range(n % 390, n % 390 + 1 + n // 390)}) >= 5]
    found = {place.lists.entry(d.entry).value for d in judgement.detections}
    assert found == {clip(n % 390, 1 + n // 390).value for n in expected}


def test_a_clip_as_a_whole_is_found_by_both_levels(place: Workplace) -> None:
    created(place, "known")
    data = tmk_file.written(tmk())
    place.lists.add("known", [NewEntry("tmk", hashlib.sha256(data).digest(), long=data)])
    item = Fingerprinted(Kind.VIDEO, 100, (Fingerprint("tmk", data),))
    (found,) = place.current_matcher().judge(item).detections
    assert (found.technology, found.threshold, found.distance, found.place.seconds) == ("tmk", 300_000, 0, None)
