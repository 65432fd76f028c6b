from __future__ import annotations

import json

import pytest

from tests.detection.hashlists.texts import read_entries
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.rows import Format


@pytest.mark.parametrize(
    ("written", "enabled"), [("true", True), ("", True), ("Yes", True), ("false", False), ("0", False), ("NO", False)]
)
def test_a_withdrawn_entry_stays_withdrawn_when_it_is_read(written: str, enabled: bool) -> None:
    text = f"kind,value,enabled\nmd5,{'ab' * 16},{written}\n"
    (entry,) = read_entries(text, Format.CSV, installed_kinds()).entries
    assert entry.enabled is enabled


@pytest.mark.parametrize(("value", "enabled"), [(True, True), (False, False), (None, True)])
def test_json_says_it_with_its_own_values(value: bool | None, enabled: bool) -> None:
    text = json.dumps([{"md5": "ab" * 16, "enabled": value}])
    (entry,) = read_entries(text, Format.JSON, installed_kinds()).entries
    assert entry.enabled is enabled


def test_an_unclear_switch_is_refused_and_not_guessed() -> None:
    read = read_entries(f"kind,value,enabled\nmd5,{'ab' * 16},perhaps\n", Format.CSV, installed_kinds())
    assert read.entries == ()
    assert [(bad.line, "`enabled`" in bad.reason) for bad in read.bad] == [(2, True)]
