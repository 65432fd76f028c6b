"""Indexes that follow the lists, while another process deletes them and makes them again."""

from __future__ import annotations

import pytest

from tests.databases import Opening
from tests.rig import known_of, listed_nearly, picture
from tutela.content.item import Outcome
from tutela.detection.hashlists.hashlist import HashList
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.storage.lists.index_states import index_states
from tutela.storage.workplace import Workplace

KNOWN, LATER = picture(1), picture(2)


@pytest.fixture
def filled(place: Workplace) -> Workplace:
    place.lists.create(HashList("known", "Owner", "Source", "SE", None))
    place.lists.add("known", [listed_nearly(KNOWN)])
    return place


def found(place: Workplace, data: bytes) -> Outcome:
    return place.current_matcher().judge(known_of(data)).outcome


def test_who_has_one_open_goes_on_while_it_is_made_again(filled: Workplace, opening: Opening) -> None:
    other = opening()
    matcher = filled.current_matcher()
    assert matcher.judge(known_of(KNOWN)).outcome is Outcome.MATCH
    other.indexes.forget()
    (reader,) = filled.indexes.now().indexes.values()
    reader.refresh(now=True)
    assert matcher.judge(known_of(KNOWN)).outcome is Outcome.MATCH
    assert found(other, KNOWN) is Outcome.MATCH
    reader.refresh(now=True)
    assert matcher.judge(known_of(KNOWN)).outcome is Outcome.MATCH
    other.lists.add("known", [listed_nearly(LATER)])
    assert found(other, LATER) is Outcome.MATCH
    assert found(filled, LATER) is Outcome.MATCH
    assert found(filled, KNOWN) is Outcome.MATCH


def test_it_is_made_again_by_who_needs_it_next(filled: Workplace, opening: Opening) -> None:
    assert found(filled, KNOWN) is Outcome.MATCH
    opening().indexes.forget()
    filled.lists.add("known", [listed_nearly(LATER)])
    assert {found(filled, KNOWN), found(filled, LATER)} == {Outcome.MATCH}
    assert [(s.rows, s.up_to_date) for s in index_states(filled.indexes, filled.lists)] == [(2, True)]


def test_damage_stops_the_search_until_another_process_makes_the_index_again(
    filled: Workplace, opening: Opening
) -> None:
    filled.indexes.now()
    filled.indexes.compact(everything=True)
    (folder,) = filled.indexes.folders()
    (segment,) = folder.glob("segment-*")
    raw = bytearray(segment.read_bytes())
    raw[4096] ^= 1
    segment.write_bytes(raw)
    other = opening()
    with pytest.raises(CorruptSegment, match="tutela index rebuild"):
        found(other, KNOWN)
    (state,) = index_states(other.indexes, other.lists, verify=True)
    assert str(segment) in state.problem
    mending = opening()
    mending.indexes.forget()
    mending.indexes.now()
    assert index_states(other.indexes, other.lists, verify=True)[0].problem == ""
    (reader,) = other.indexes.now().indexes.values()
    reader.refresh(now=True)
    assert found(other, KNOWN) is Outcome.MATCH
