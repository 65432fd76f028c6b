"""`tutela entry` and `tutela hashlist feedback`: the same desk, at a terminal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.commands import Tutela
from tests.databases import SteppableClock
from tests.rig import REVIEWER, REVIEWER_2, SENIOR, Rig
from tutela.access.roles import Person
from tutela.detection.hashlists.hashlist import HashList
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

PASSWORD = "a bridge over a river"


def ok(tutela: Tutela, *arguments: str) -> str:
    done = tutela(*arguments)
    assert done.code == 0, done.err
    return done.out


@pytest.fixture
def made(listing: Tutela, tmp_path: Path) -> tuple[Tutela, str, str]:
    """An installation with a confirmed case; returns the command, the case and its item."""
    with Workplace(load_settings(tmp_path / "installation", {}), SteppableClock()) as place:
        rig = Rig(place, SteppableClock(), known=range(2), near=())
        place.lists.create(HashList("own", "Us", "our cases", "SE", None, own=True))
        for person in (REVIEWER, REVIEWER_2, SENIOR, Person("nina", "Nina", frozenset())):
            place.people.register(person, PASSWORD)
        case = rig.confirmed()
        item = CaseReader(place.database).one(case).items[0].id
        for person in (REVIEWER_2, SENIOR):
            rig.look(case, item, person)
    return listing, case, item


def test_an_own_entry_from_case_to_match(made: tuple[Tutela, str, str]) -> None:
    tutela, case, item = made
    assert tutela("entry", "add", case, item, "own", "--as", "nina").code == 1
    assert "two people must verify them" in ok(tutela, "entry", "add", case, item, "own", "--as", "rosa")
    (task,) = map(json.loads, ok(tutela, "entry", "tasks", "--json").splitlines())
    entry = str(task["entries"][0])
    assert task["task"] == "verification"
    assert "somebody other" in tutela("entry", "verify", entry, "--as", "rosa").err
    assert "another person must" in ok(tutela, "entry", "verify", entry, "--as", "ravi")
    assert "matches from now on" in ok(tutela, "entry", "verify", entry, "--as", "sven")
    shown = json.loads(ok(tutela, "entry", "show", entry, "--json"))
    assert (shown["state"], shown["matches"], shown["verified_by"]) == ("active", True, ["ravi", "sven"])
    assert (shown["case"], shown["item"]) == (case, item)
    assert "Nothing waits" in ok(tutela, "entry", "tasks")


def test_a_wrong_entry_and_what_its_owner_is_told(made: tuple[Tutela, str, str], tmp_path: Path) -> None:
    tutela, case, _ = made
    assert "lacks the permission" in tutela("entry", "wrong", "1", "--as", "rosa", "--reason", "other").err
    assert tutela("entry", "wrong", "1", "--as", "sven", "--reason", "whim").code == 2
    (row,) = csv.DictReader(io.StringIO(ok(tutela, "hashlist", "feedback", "known")))
    assert (row["opinion"], row["reference"], row["items"]) == ("confirmed", "ref", "1")
    file = tmp_path / "feedback.json"
    ok(tutela, "hashlist", "feedback", "known", "--format", "json", "-o", str(file), "--handed-over-by", "sven")
    assert json.loads(file.read_text("utf-8"))["change"] == 1
    assert len(ok(tutela, "hashlist", "feedback", "known").splitlines()) == 1
    said = ok(tutela, "entry", "wrong", "1", "--as", "sven", "--reason", "not_such_material")
    assert "1 items of 1 cases are decided anew" in said
    shown = json.loads(ok(tutela, "entry", "show", "1", "--json"))
    assert shown["correction"]["done"] is True
    assert (shown["trail"][0]["case"], shown["trail"][0]["state"]) == (case, "open")
    assert "found wrong before" in tutela("entry", "wrong", "1", "--as", "sven", "--reason", "other").err
    assert "is restored" in ok(tutela, "entry", "restore", "1", "--as", "sven", "--reason", "mistaken")
    assert "is suspended" in ok(tutela, "entry", "suspend", "1", "--as", "sven", "--reason", "doubt")
    assert "suspended" in ok(tutela, "entry", "show", "1")
    assert "holds no cluster" in tutela("entry", "release", "1", "--as", "sven").err
    assert "nothing is left" in ok(tutela, "entry", "correct")
    assert tutela("entry", "show", "999").code == 1
    assert tutela("hashlist", "feedback", "known", "--all", "--handed-over-by", "sven").code == 2


def test_own_lists_take_no_files(made: tuple[Tutela, str, str], tmp_path: Path) -> None:
    tutela, _, _ = made
    file = tmp_path / "values.txt"
    file.write_text("00" * 32 + "\n", "utf-8")
    refused = tutela("hashlist", "import", "own", str(file), "--kind", "sha256")
    assert refused.code == 1
    assert "tutela entry add" in refused.err
    options = ("--owner", "o", "--source", "s", "--jurisdiction", "SE")
    assert "own list mine" in ok(tutela, "hashlist", "create", "mine", *options, "--own")
    assert tutela("hashlist", "create", "x", *options, "--own", "--harmless").code == 2
