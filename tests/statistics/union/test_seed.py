"""The report is read by rules, in both languages, and compiled again cell by cell."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.statistics.union.amount import Precision, exact, rounded
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import parsed, written
from tutela.statistics.union.errata import plain
from tutela.statistics.union.observation import Caveat
from tutela.statistics.union.seed.extraction import extract
from tutela.statistics.union.seed.raw_tables import LARGEST_TEXT, RawDocument, UnreadableDocument
from tutela.statistics.union.tables.report import compiled, tables

LANGUAGES = ("en", "sv")
ONLY_WHITE_SPACE = {
    ("en", 5, 1, 6), ("en", 5, 5, 2), ("en", 5, 5, 4), ("en", 8, 21, 3), ("en", 8, 21, 5), ("sv", 8, 28, 1),
}  # fmt: skip
"""2045 for 2 045, 1.43% for 1.43 %, a word broken at the end of a narrow column."""
ERRATA = {
    "en": {
        (4, 3, 4), (5, 2, 2), (5, 2, 3), (5, 2, 4), (5, 2, 5), (5, 4, 2), (5, 5, 5),
        (6, 25, 1), (6, 26, 1), (6, 27, 1), (6, 28, 1), (8, 28, 2),
    },
    "sv": {(5, 2, 2), (5, 2, 3), (5, 2, 4), (5, 2, 5), (5, 4, 2), (8, 28, 2)},
}  # fmt: skip


def test_the_packaged_data_set_is_what_the_two_texts_give(seeds: dict[str, str], report: Dataset) -> None:
    found = extract([seeds["en"], seeds["sv"]])
    assert found == report
    assert written(found) == written(extract([seeds["sv"], seeds["en"]]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_is_compiled_as_it_is_printed(
    language: str, printed: dict[str, RawDocument], report: Dataset
) -> None:
    cells, other, spaces = 0, set(), set()
    for ours, theirs in zip(compiled(report, language), printed[language].tables, strict=True):
        assert (ours.title, len(ours.header)) == (theirs.title, len(theirs.header))
        assert ours.footnote in printed[language].flow
        assert [list(map(plain, line)) for line in ours.header] == [list(map(plain, line)) for line in theirs.header]
        for row in range(max(len(ours.rows), len(theirs.rows))):
            for column in range(len(ours.header[0])):
                one, two = (t.rows[row][column] if row < len(t.rows) else "" for t in (ours, theirs))
                cells += 1
                if plain(one) != plain(two):
                    other.add((ours.number, row + 1, column + 1))
                elif " ".join(one.split()) != " ".join(two.split()):
                    spaces.add((language, ours.number, row + 1, column + 1))
    assert cells == {"en": 694, "sv": 689}[language]
    assert other == ERRATA[language] == {(e.table, e.row, e.column) for e in report.errata if e.language == language}
    assert spaces == {place for place in ONLY_WHITE_SPACE if place[0] == language}


def test_the_shifted_rows_of_table_6_are_under_their_countries(report: Dataset) -> None:
    told = {code: report.by_id[f"6.{code}.reports"].amount for code in ("SK", "SI", "ES", "SE")}
    assert {code: a.stated for code, a in told.items() if a} == {"SK": 7_206, "SI": 452, "ES": 31_474, "SE": 32_830}
    sources = {s.language: (s.row, s.column) for s in report.by_id["6.SI.reports"].sources}
    assert sources == {"en": (25, 3), "sv": (25, 3)}
    assert Caveat.OFFENCES_NOT_REPORTS in report.by_id["6.SI.reports"].caveats


def test_what_one_language_shortens_is_as_exact_as_it_is(report: Dataset) -> None:
    appeals = report.by_id["5.meta.appeals_2021.whole"].amount
    assert appeals is not None
    assert appeals == rounded(Decimal(4_900), Decimal(100), whole=True)
    exactly = report.by_id["3.meta.complaints"].amount
    assert exactly is not None
    assert exactly.precision is Precision.EXACT
    last = report.by_id["5.x.suspended_2022"].amount
    assert last is not None
    assert (last.stated, last.low) == (Decimal("0.10"), Decimal("0.095"))


def test_the_comments_tell_their_figures_in_each_language(report: Dataset) -> None:
    assert sum(o.prose for o in report.observations) == 92
    texts = dict(report.note_at["2.google.comments"].texts)
    assert set(texts) == {"en", "sv"}
    assert all("{google.accounts.2022}" in text and "752" not in text for text in texts.values())


def _slipped(text: str, first: str, last: str) -> str:
    """Let the labels of the rows from `first` to `last` slip up by one: the first has none, a new last row no cells."""
    rows = text.split("\n")
    start = next(i for i, row in enumerate(rows) if row.startswith(first))
    end = next(i for i, row in enumerate(rows) if row.startswith(last) and i >= start)
    names = [row.split("\t", 1)[0] for row in rows[start : end + 1]]
    bodies = [row.split("\t", 1)[1] for row in rows[start : end + 1]]
    moved = [f"{name}\t{body}" for name, body in zip(["", *names], [*bodies, ""], strict=True)]
    return "\n".join([*rows[:start], *moved, *rows[end + 1 :]])


def test_rows_that_slip_elsewhere_are_found_by_the_same_rule(seeds: dict[str, str], report: Dataset) -> None:
    found = extract([seeds["en"], _slipped(seeds["sv"], "Ungern\t2021 till 2022\t126", "Lettland\t2021 till 2022\t33")])
    values = [(o.id, o.value, o.period) for o in found.observations]
    assert values == [(o.id, o.value, o.period) for o in report.observations]
    assert {d.place for d in found.disagreements} - {d.place for d in report.disagreements} == {
        "9.HU", "9.IE", "9.IT", "9.LV",
    }  # fmt: skip
    assert {d.refused for d in found.disagreements if d.place.startswith("9.")} == {"sv"}


def test_rows_that_slip_in_both_languages_are_refused(seeds: dict[str, str]) -> None:
    swedish = _slipped(seeds["sv"], "Slovakien\t1 augusti 2021", "Slovenien\t1 januari 2021")
    with pytest.raises(UnreadableDocument, match="table 6: labels have slipped against rows in both"):
        extract([seeds["en"], swedish])


def test_two_figures_that_are_both_possible_are_both_kept(seeds: dict[str, str]) -> None:
    changed = seeds["sv"].replace("Finland\t2021\t240", "Finland\t2021\t204")
    found = extract([seeds["en"], changed])
    kept = [found.by_id[name] for name in ("9.FI.convictions", "9.FI.convictions.sv")]
    assert [o.amount for o in kept] == [exact(240), exact(204)]
    assert [[s.language for s in o.sources] for o in kept] == [["en"], ["sv"]]
    (one,) = [d for d in found.disagreements if d.rule == "unresolved"]
    assert (one.place, one.refused, one.told) == ("9.FI.convictions", "", (("en", "240"), ("sv", "204")))


def test_a_figure_that_changes_in_both_languages_is_read_anew(seeds: dict[str, str]) -> None:
    texts = [seeds["en"].replace("\t555 834\t", "\t555 835\t"), seeds["sv"].replace("\t555 834\t", "\t555 835\t")]
    found = extract(texts)
    assert {(e.table, e.row, e.column, e.published) for e in found.errata if e.language == "en"} >= {
        (7, 28, 2, "555 835")
    }


@pytest.mark.parametrize(
    ("language", "old", "new", "said"),
    [
        ("en", "Table n.5:", "Table n.55:", "tables 1 to 9 are needed"),
        ("en", "Appeal reinstate/reversal rates", "Other rates", "this is another document"),
        ("en", "Reporting Period", "Population", "this is another document"),
        ("en", "\nFinland\t2022\t25 000", "\nFinlandia\t2022\t25 000", "'Finlandia' is no name"),
        ("sv", "752 Google-konton", "752 konton", r"stands 0 times, not once"),
        ("sv", "\nFinland\t2022\t25 000", "\nFinland\t2022\tmånga", ""),
        ("en", "None was reinstated", "{None} was reinstated", "brace"),
        ("sv", "Cypern\t2022\t-\t-\t102", "Cypern\t2021\t-\t-\t102", "other periods"),
        ("en", "Cyprus\t2022\t0", "Cyprus\t2022\t0\t\tmore\tand more", "a row has"),
    ],
)
def test_a_document_that_is_another_is_refused_with_its_place(
    seeds: dict[str, str], language: str, old: str, new: str, said: str
) -> None:
    assert old in seeds[language]
    texts = seeds | {language: seeds[language].replace(old, new, 1)}
    if not said:  # one language that cannot be read is decided by the other
        assert extract(texts.values()).by_id["6.FI.reports"].amount is not None
        return
    with pytest.raises(UnreadableDocument, match=said):
        extract(texts.values())


def test_two_texts_in_two_languages_are_needed(seeds: dict[str, str]) -> None:
    for texts in ([seeds["en"], seeds["en"]], [seeds["sv"]], ["no tables"], [seeds["en"] + seeds["sv"]]):
        with pytest.raises(UnreadableDocument):
            extract(texts)
    with pytest.raises(UnreadableDocument, match="more than"):
        extract([" " * (LARGEST_TEXT + 1)])


def test_no_sentence_outside_the_tables_is_kept(printed: dict[str, RawDocument], report: Dataset) -> None:
    kept = " ".join(written(report).decode().split())
    for document in printed.values():
        sentences = [s for s in re.split(r"(?<=[.;:])\s", document.flow) if len(s) > 80]
        assert len(sentences) > 200
        assert [s for s in sentences if s in kept] == []


def test_the_nine_tables_are_numbered() -> None:
    assert [t.number for t in tables()] == list(range(1, 10))


ODD = ["", "-", "n.a.", "0", "150 %", "0,1", "31 February 2021", "2022 to 2021", "ca", "9" * 50, "1.5", "{x}", "2021"]


@settings(max_examples=12)
@given(st.data())
def test_a_cell_that_says_anything_is_read_or_refused(seeds: dict[str, str], data: st.DataObject) -> None:
    """Whatever is read can be compiled in both languages; nothing else than a refusal ends it."""
    odd = data.draw(st.sampled_from(ODD))
    texts = {}
    for language in data.draw(st.sampled_from([["en"], ["sv"], ["en", "sv"]])):
        lines = seeds[language].split("\n")
        rows = [number for number, line in enumerate(lines) if "\t" in line][20:]
        at = rows[data.draw(st.integers(0, len(rows) - 1))]
        cells = lines[at].split("\t")
        cells[data.draw(st.integers(1, len(cells) - 1))] = odd
        lines[at] = "\t".join(cells)
        texts[language] = "\n".join(lines)
    try:
        found = extract((seeds | texts).values())
    except UnreadableDocument:
        return
    assert [len(compiled(found, language)) for language in LANGUAGES] == [9, 9]
    assert parsed(written(found)) == found
