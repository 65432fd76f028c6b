import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.detection.hashlists.texts import read_entries
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import Entry, HashList, NewEntry, check_classification
from tutela.detection.hashlists.rows import Format, guess_format
from tutela.detection.hashlists.writing import COLUMNS, write_entries

# Clips are written by their long values: test_clip_entries.py.
KINDS = {name: kind for name, kind in installed_kinds().items() if kind.NEEDS != "video"}
ADDED = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
# What an entry can hold: texts as they come out of the reader, stripped and not empty.
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40).map(str.strip).filter(bool)
)
NAMES = TEXTS.map(lambda name: name.replace(";", ",").strip()).filter(bool)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    kind = draw(st.sampled_from(sorted(KINDS)))
    size = KINDS[kind].BYTES
    return Entry(
        id=draw(st.integers(1, 2**40)),
        hashlist="list",
        kind=kind,
        value=draw(st.binary(min_size=size, max_size=size)),
        classification=draw(st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}", fullmatch=True)),
        verified_by=tuple(draw(st.lists(NAMES, unique=True, max_size=3))),
        reference=draw(st.none() | TEXTS),
        added_at=ADDED,
    )


def known_of(entry: Entry) -> NewEntry:
    return NewEntry(entry.kind, entry.value, entry.classification, entry.verified_by, entry.reference)


def md5_entry(reference: str | None, verified_by: tuple[str, ...] = ()) -> Entry:
    return Entry(1, "list", "md5", bytes(16), "B1", verified_by, reference, ADDED)


@pytest.mark.parametrize("format_", [Format.CSV, Format.JSON, Format.JSONL])
@given(written=st.lists(entries(), max_size=6))
@example(written=[md5_entry("a\rb"), md5_entry('"'), md5_entry("a\u2028b\x85c"), md5_entry("=1+1", ("@a", "-b"))])
@example(written=[md5_entry("a\r\nb,c;d", ("A, B", 'C "D"'))])
def test_what_is_written_is_read_again(format_: Format, written: list[Entry]) -> None:
    text = "".join(write_entries(written, format_))
    result = read_entries(text, format_, KINDS)
    assert result.bad == ()
    assert list(result.entries) == [known_of(entry) for entry in written]
    if written:
        assert guess_format("-", text) is format_


@given(written=st.lists(entries(), max_size=6))
def test_plain_lines_keep_kind_and_value(written: list[Entry]) -> None:
    result = read_entries("".join(write_entries(written, Format.LINES)), Format.LINES, KINDS)
    assert [(e.kind, e.value) for e in result.entries] == [(e.kind, e.value) for e in written]
    assert result.bad == ()


def test_csv_names_its_columns_and_says_what_is_disabled() -> None:
    off = Entry(2, "list", "md5", bytes(16), None, ("Anna", "Bo"), None, ADDED, enabled=False)
    rows = list(csv.DictReader(io.StringIO("".join(write_entries([md5_entry("x"), off], Format.CSV)))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["enabled"] for row in rows] == ["true", "false"]
    assert rows[1]["verified_by"] == "Anna;Bo"
    assert rows[0]["added_at"] == "2026-03-01T12:30:00+00:00"


@given(written=st.lists(entries(), max_size=4))
def test_each_entry_is_written_as_it_comes(written: list[Entry]) -> None:
    for format_, extra in ((Format.CSV, 1), (Format.JSONL, 0), (Format.LINES, 0)):
        pieces = list(write_entries(iter(written), format_))
        assert len(pieces) == len(written) + extra
        assert all(piece.endswith("\n") for piece in pieces)


@pytest.mark.parametrize("name", ["a", "ncmec-2026", "a.b_c", "0" * 63])
def test_names_of_lists(name: str) -> None:
    assert HashList(name, "owner", "source", "eu", "B1").id == name


@pytest.mark.parametrize("name", ["", "A", "-a", "a b", "a/b", "a" * 64, "a\n", "ö"])
def test_other_names_of_lists_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="list name"):
        HashList(name, "owner", "source", "eu", None)


@pytest.mark.parametrize("text", ["", " ", "-x", "a b", "x" * 17, "B1\n", "é"])
def test_other_classes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="class"):
        check_classification(text)
    with pytest.raises(ValueError, match="class"):
        HashList("a", "owner", "source", "eu", text)
