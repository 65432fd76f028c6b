"""The indexes follow the lists of the database, whatever happens to either."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.databases import SteppableClock
from tests.rig import known_of, listed_exactly, picture
from tutela.content.item import Outcome
from tutela.detection.hashlists.hashlist import HashList, ListRole, NewEntry
from tutela.detection.matching.directory.writer import IndexWriter
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace


def found(place: Workplace, number: int) -> Outcome:
    return place.current_matcher().judge(known_of(picture(number))).outcome


def created(place: Workplace, name: str = "known", role: ListRole = ListRole.MATCH) -> None:
    place.lists.create(HashList(name, "Owner", "Source", "EU", None, role=role))


def test_what_was_deleted_is_made_again(place: Workplace) -> None:
    created(place)
    place.lists.add("known", [listed_exactly(picture(1))])
    assert found(place, 1) is Outcome.MATCH
    place.indexes.forget()
    assert not list((place.settings.data / "index").glob("*/MANIFEST"))
    assert place.matcher().judge(known_of(picture(1))).outcome is Outcome.MATCH


def test_another_process_sees_a_change_of_entries_without_asking_the_database(place: Workplace) -> None:
    created(place)
    place.lists.add("known", [listed_exactly(picture(1))])
    running = place.matcher()
    (entry,) = place.lists.entries(None, enabled_only=True)
    with Workplace(place.settings, place.clock) as other:
        other.lists.switch("known", enabled=False, entry_id=entry.id)
        other.matcher()
    running._indexes["sha256"].refresh(now=True)  # type: ignore[attr-defined] # what a tenth of a second does
    assert running.judge(known_of(picture(1))).outcome is Outcome.CLEAN


def test_a_database_that_was_restored_is_followed_anew(tmp_path: Path, clock: SteppableClock) -> None:
    """After a backup is restored, the same revision says something else."""
    settings = load_settings(tmp_path / "data", {})
    with Workplace(settings, clock) as place:
        created(place)
        place.lists.add("known", [NewEntry("md5", bytes(16))])
    shutil.copy(tmp_path / "data" / "tutela.sqlite", tmp_path / "backup.sqlite")
    with Workplace(settings, clock) as place:
        place.lists.add("known", [listed_exactly(picture(1))])
        assert found(place, 1) is Outcome.MATCH
    shutil.copy(tmp_path / "backup.sqlite", tmp_path / "data" / "tutela.sqlite")
    with Workplace(settings, clock) as place:
        place.lists.add("known", [listed_exactly(picture(2))])
        assert (found(place, 1), found(place, 2)) == (Outcome.CLEAN, Outcome.MATCH)


def test_a_large_import_does_not_hold_up_the_items(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    created(place)
    place.lists.add("known", [listed_exactly(picture(1))])
    assert (found(place, 1), found(place, 2)) == (Outcome.MATCH, Outcome.CLEAN)
    go_on = threading.Event()
    apply = IndexWriter.apply

    def slowly(*args: object, **options: object) -> int:
        assert go_on.wait(30)
        return apply(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(IndexWriter, "apply", slowly)
    place.lists.add("known", [listed_exactly(picture(2))])
    before = place.indexes.latest(0.05)
    assert place.indexes.latest(30) is before  # somebody else is waiting for it already
    go_on.set()
    while place.indexes.latest(5) is before:
        pass
    assert (found(place, 1), found(place, 2)) == (Outcome.MATCH, Outcome.MATCH)


def test_merging_leaves_alone_what_another_process_merges(place: Workplace) -> None:
    created(place)
    for start in range(4):
        values = np.random.default_rng(start).integers(0, 256, (3000, 32), dtype=np.uint8)
        place.lists.add("known", [NewEntry("sha256", value.tobytes()) for value in values])
        place.matcher()
    counts = place.indexes.verify()
    assert counts == {"sha256": 12_000}
    assert place.indexes.compact()
    assert not place.indexes.compact()
    assert place.indexes.verify() == counts


def test_harmless_lists_overrule_what_is_not_nearer(place: Workplace) -> None:
    created(place)
    created(place, "fine", ListRole.HARMLESS)
    place.lists.add("known", [listed_exactly(picture(1))])
    place.lists.add("fine", [listed_exactly(picture(1))])
    judgement = place.current_matcher().judge(known_of(picture(1)))
    assert (judgement.outcome, judgement.detections) == (Outcome.CLEAN, ())
    assert [d.hashlist for d in judgement.overruled] == ["known"]
    place.lists.switch("fine", enabled=False)
    assert found(place, 1) is Outcome.MATCH
