"""The feed of changes: replayed from any revision onto the lists as they were, it gives the lists as they are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.databases import Postgres
from tutela.detection.hashlists.hashlist import Change, ChangeBatch, HashList, NewEntry, UnknownEntry
from tutela.storage.database import Database
from tutela.storage.lists.hash_lists import AlreadyThere, StoredHashLists
from tutela.storage.workplace import Workplace

State = dict[int, Change]
LISTS = ("a", "b")
ENTRIES = st.builds(
    NewEntry,
    kind=st.sampled_from(["md5", "pdq"]),
    value=st.integers(0, 5).map(lambda n: bytes([n]) * 16),
    classification=st.sampled_from([None, "A1"]),
    verified_by=st.lists(st.sampled_from(["One", "Two"]), unique=True, max_size=2).map(tuple),
    enabled=st.booleans(),
)


def replayed(state: State, changes: list[Change]) -> State:
    return {**state, **{change.entry: change for change in changes}}


def of_batches(batches: Iterator[ChangeBatch]) -> list[tuple[Any, ...]]:
    return [
        (int(id_), batch.hashlist, batch.kind, value.tobytes(), batch.classification, bool(on), bool(gone))
        for batch in batches
        for id_, value, on, gone in zip(batch.entries, batch.values, batch.enabled, batch.removed, strict=True)
    ]


class Lists(RuleBasedStateMachine):
    """Any order of imports, switches and removals."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.lists = StoredHashLists(database, lambda: datetime(2025, 6, 2, tzinfo=UTC))
        self.revision = self.lists.revision()
        # A machine begins with what those before it left, as an index does.
        self.states: dict[int, State] = {self.revision: replayed({}, list(self.lists.changes(0, self.revision)))}

    @initialize()
    def create(self) -> None:
        for name in LISTS:
            try:
                self.lists.create(HashList(name, "o", "s", "SE", None))
            except AlreadyThere:
                continue

    @rule(name=st.sampled_from(LISTS), entries=st.lists(ENTRIES, max_size=5))
    def add(self, name: str, entries: list[NewEntry]) -> None:
        self.lists.add(name, entries)

    @rule(name=st.sampled_from(LISTS), on=st.booleans())
    def switch_list(self, name: str, on: bool) -> None:
        self.lists.switch(name, on)

    @precondition(lambda self: self.states[self.revision])
    @rule(data=st.data(), what=st.sampled_from(["on", "off", "remove"]))
    def change_entry(self, data: st.DataObject, what: str) -> None:
        change = data.draw(st.sampled_from(sorted(self.states[self.revision].values(), key=lambda c: c.entry)))
        try:
            if what == "remove":
                self.lists.remove(change.hashlist, change.entry)
            else:
                self.lists.switch(change.hashlist, what == "on", change.entry)
        except UnknownEntry:
            assert change.removed
        else:
            assert not change.removed

    @invariant()
    def every_revision_replays_to_now(self) -> None:
        with self.lists.at_one_moment() as moment:
            self.revision = now = moment.revision()
            everything = list(moment.changes(0, now))
            assert [(c.revision, c.entry) for c in everything] == sorted((c.revision, c.entry) for c in everything)
            state = {c.entry: c for c in everything}
            assert len(state) == len(everything)
            for then, before in self.states.items():
                changes = list(moment.changes(then, now))
                assert all(then < c.revision <= now for c in changes)
                assert replayed(before, changes) == state
                columns = of_batches(moment.changes_in_bulk(then, now))
                assert sorted(columns, key=lambda row: row[0]) == [
                    (c.entry, c.hashlist, c.kind, c.value, c.classification, c.enabled, c.removed)
                    for c in sorted(changes, key=lambda c: c.entry)
                ]
            assert moment.stamp(now) is not None
            assert moment.stamp(now + 1) is None
        for id_, change in state.items():
            assert self.lists.entry(id_).value == change.value
            for before in self.states.values():
                assert before.get(id_, change).value == change.value
        on = {s.hashlist.id: s for s in self.lists.summaries()}
        for name, summary in on.items():
            mine = [c for c in state.values() if c.hashlist == name]
            assert sum(summary.entries.values()) == sum(not c.removed for c in mine)
            assert summary.enabled_entries == sum(c.enabled and not c.removed for c in mine)
            assert summary.removed_entries == sum(c.removed for c in mine)
        self.states[now] = state


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_replaying_changes_from_any_revision_gives_the_lists_as_they_are(
    backend: str, request: pytest.FixtureRequest
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if backend == "sqlite":
            url = f"sqlite:///{Path(folder) / 'x.sqlite'}"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            url = server.migrated()
        database = Database(url)
        database.upgrade()
        try:

            class OnThisDatabase(Lists):
                def __init__(self) -> None:
                    super().__init__(database)

            run_state_machine_as_test(OnThisDatabase, settings=settings(max_examples=8, stateful_step_count=10))
        finally:
            database.close()


def test_a_moment_does_not_see_what_comes_after_it(place: Workplace) -> None:
    place.lists.create(HashList("a", "o", "s", "SE", None))
    place.lists.add("a", [NewEntry("md5", bytes(16))])
    (one,) = place.lists.changes(0, place.lists.revision())
    with place.lists.at_one_moment() as moment:
        before = moment.revision()
        place.lists.switch("a", enabled=False, entry_id=one.entry)
        place.lists.switch("a", enabled=False)
        assert moment.revision() == before
        assert list(moment.changes(0, before)) == [one]
        assert [hashlist.enabled for hashlist in moment.lists()] == [True]
    now = place.lists.revision()
    assert now == before + 2
    assert list(place.lists.changes(before, now)) == [replace(one, enabled=False, revision=before + 1)]
    assert list(place.lists.changes(0, before)) == []


def test_columns_of_many_pages(place: Workplace) -> None:
    place.lists.create(HashList("a", "o", "s", "SE", "A1"))
    entries = [NewEntry("pdq", n.to_bytes(32, "big"), "B2" if n % 7 == 0 else None) for n in range(45_000)]
    place.lists.add("a", entries)
    rows = of_batches(place.lists.changes_in_bulk(0, place.lists.revision()))
    assert sorted((value, own) for _, _, _, value, own, _, _ in rows) == sorted(
        (e.value, e.classification) for e in entries
    )
    assert len({row[0] for row in rows}) == 45_000


def test_an_index_is_told_that_the_lists_went_another_way(place: Workplace) -> None:
    """A restored backup counts up from where it was: the same numbers, other changes."""
    revision = place.lists.revision()
    with place.lists.at_one_moment() as moment:
        remembered = moment.stamp(revision)
    place.lists.create(HashList("a", "o", "s", "SE", None))
    with place.lists.at_one_moment() as moment:
        assert moment.stamp(revision) == remembered
        assert moment.stamp(revision + 1) not in (None, remembered)
