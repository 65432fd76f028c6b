"""Submissions come in as people fill them in; every cell is an observation or a text, and none is lost."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statistics.union.builders import numbers
from tutela.statistics.figure import Status
from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.publishing.sheets import Sheet, workbook
from tutela.statistics.union.amount import Amount, between
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import written
from tutela.statistics.union.findings.registry import findings
from tutela.statistics.union.grammar import grammar
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Missing, Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.publishing.as_csv import observations_as_csv
from tutela.statistics.union.publishing.as_sdmx import observations_as_sdmx
from tutela.statistics.union.submissions.cell import read_cell
from tutela.statistics.union.submissions.incoming import Incoming, combined, read
from tutela.statistics.union.submissions.rows import RefusedSubmission

ACME, SWEDEN, YEAR = Reporter("provider", "acme"), Reporter("state", "SE"), Period.of_year(2025)


@pytest.mark.parametrize(
    ("text", "language", "unit", "low", "high", "prose", "remarked"),
    [
        ("1234", "en", Unit.ITEMS, 1234, 1234, "", False),
        ("16\u00a0311", "sv", Unit.REPORTS, 16311, 16311, "", False),
        ("ca 90 000", "en", Unit.ITEMS, 85000, 95000, "", False),
        ("6.6 million", "en", Unit.ITEMS, 6_550_000, 6_650_000, "", False),
        ("6,6 miljoner", "sv", Unit.ITEMS, 6_550_000, 6_650_000, "", False),
        ("over 20 000", "en", Unit.ITEMS, 20000, None, "", False),
        ("115 to 220", "en", Unit.REPORTS, 115, 220, "", False),
        ("42 (images only)", "en", Unit.ITEMS, 42, 42, "(images only)", False),
        ("ca 500, of which 20 videos", "en", Unit.ITEMS, 450, 550, "of which 20 videos", True),
        ("12.8 %", "en", Unit.PERCENT, 12.75, 12.85, "", False),
        ("12,8 %", "sv", Unit.PERCENT, 12.75, 12.85, "", False),
        ("0", "en", Unit.ITEMS, 0, 0, "", False),
    ],
)
def test_a_number_is_read_as_it_was_told(
    text: str, language: str, unit: Unit, low: float, high: float | None, prose: str, remarked: bool
) -> None:
    cell = read_cell(text, grammar(language), unit)
    assert isinstance(cell.value, Amount)
    assert numbers(cell.value.low, cell.value.high) == [low, high]
    assert (cell.raw, cell.prose, bool(cell.remark)) == (text, prose, remarked)


@pytest.mark.parametrize(
    ("text", "status", "remarked"),
    [
        ("", Status.NOT_REPORTED, False),
        ("-", Status.NOT_REPORTED, False),
        ("\u2013", Status.NOT_REPORTED, False),
        ("i.u.", Status.NOT_REPORTED, False),
        ("N/A", Status.NOT_APPLICABLE, False),
        ("n.a.", Status.NOT_APPLICABLE, False),
        ("Not collected", Status.NOT_COLLECTED, False),
        ("unknown", Status.UNKNOWN, False),
        ("Confidential", Status.SUPPRESSED, False),
        ("we do not count this", Status.UNKNOWN, False),
        ("see annex 3", Status.UNKNOWN, True),
        ("3.700", Status.UNKNOWN, True),
        ("16,311", Status.UNKNOWN, True),
        ("2.5", Status.UNKNOWN, True),
        ("-5", Status.UNKNOWN, True),
        ("1e9", Status.UNKNOWN, True),
    ],
)
def test_what_is_no_number_says_why_and_is_never_zero(text: str, status: Status, remarked: bool) -> None:
    cell = read_cell(text, grammar("en"), Unit.ITEMS)
    assert not isinstance(cell.value, Amount)
    assert (cell.value.status, bool(cell.remark), cell.raw) == (status, remarked, text)


@pytest.mark.parametrize("text", ["<5", "< 5", "fewer than 5", "Färre än 5"])
def test_a_count_below_a_number_is_suppressed_and_may_be_zero(text: str) -> None:
    cell = read_cell(text, grammar("en"), Unit.PERSONS)
    assert cell.value == Missing(Status.SUPPRESSED, between(0, 4))
    assert read_cell("<0", grammar("en"), Unit.PERSONS).value == Missing(Status.UNKNOWN)
    assert read_cell(text, grammar("en"), Unit.PERCENT).value == Missing(Status.UNKNOWN)


@given(st.text(max_size=30), st.sampled_from(["en", "sv"]), st.sampled_from([Unit.ITEMS, Unit.PERCENT, Unit.HOURS]))
def test_every_cell_says_something(text: str, language: str, unit: Unit) -> None:
    cell = read_cell(text, grammar(language), unit)
    assert cell.raw == text
    if any(c.isascii() and c.isdigit() for c in text):
        assert isinstance(cell.value, Amount) or cell.remark


FILLED = {
    "1.images_eu": "6.6 million", "1.videos_eu": "63 412", "1.text_bytes_eu": "N/A", "2.gdpr_ground": "Article 6(1)(f)",
    "4.known.reports": "210", "4.known.images": "1 200 (thumbnails too)", "5.known.items_actioned": "1 100",
    "5.known.items_internal_complaints": "40", "5.known.items_internal_restored": "3", "6.known.A1": "1300",
    "6.known.B1": "13", "6.known.error_rate": "1 %", "6.known.C1": "650", "9.ncmec": "yes",
}  # fmt: skip


def form(values: dict[str, str]) -> list[list[str]]:
    lines = [["section", "class", "key", "meaning", "value", "comments"]]
    lines += [[str(r.section), r.case_class, r.key, r.meaning, values.get(r.id, ""), ""] for r in form_rows()]
    return lines


def as_text(lines: list[list[str]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(lines)
    return stream.getvalue().encode()


def returned(values: dict[str, str]) -> Incoming:
    return read("form.csv", as_text(form(values)), kind="return", reporter=ACME, period=YEAR)


def of(data: Incoming) -> Dataset:
    return combined("test", "Submissions", (2025,), [(ACME, data)])


class TestTheStandardForm:
    def test_every_row_becomes_an_observation_or_a_text(self) -> None:
        found = returned(FILLED)
        assert found.cells == len(form_rows()) == 147
        assert len(found.observations) == sum(r.type not in {"text", "yes_no_text"} for r in form_rows())
        told = {o.id: o for o in found.observations}
        images = told["1.images_eu"]
        assert images.amount is not None
        assert numbers(images.amount.low) == [6_550_000]
        assert images.by(Dimension.REGION) == "EU"
        assert told["1.text_bytes_eu"].status is Status.NOT_APPLICABLE
        assert told["1.images_non_eu"].status is Status.NOT_REPORTED
        assert "thumbnails" in told["4.known.images"].sources[0].words
        assert dict(next(n.texts for n in found.texts if n.place == "2.gdpr_ground")) == {"en": "Article 6(1)(f)"}
        assert all(str(o.sources[0]).startswith("form.csv") for o in found.observations)

    def test_csv_xlsx_and_json_tell_the_same(self) -> None:
        lines = form(FILLED)
        book = workbook(
            [Sheet("About", [["Acme"]], []), Sheet("Form", [["A title"], lines[0]], lines[1:])], title="Form"
        )
        rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
        texts = {"form.xlsx": book, "form.json": json.dumps({"figures": rows}).encode()}
        wanted = [(o.id, o.value) for o in returned(FILLED).observations]
        for name, content in texts.items():
            found = read(name, content, kind="return", reporter=ACME, period=YEAR)
            assert [(o.id, o.value) for o in found.observations] == wanted

    def test_a_cell_that_is_a_document_is_refused_with_its_place(self) -> None:
        with pytest.raises(RefusedSubmission, match=r"row 5: a cell of 21000 characters"):
            returned({"1.images_eu": "x" * 21_000})

    def test_what_does_not_add_up_in_it_is_found(self) -> None:
        assert [f.id for f in findings(of(returned(FILLED)))] == []
        for change, check in (
            ({"6.known.error_rate": "2 %"}, "percentages"),
            ({"5.known.items_internal_restored": "41"}, "complaints_over_actions"),
            ({"6.known.error_rate": "0", "6.known.B1": "0", "6.known.C1": "0"}, "zero_error"),
            ({"5.known.items_actioned": "340000"}, "round_numbers"),
        ):
            assert check in {f.check for f in findings(of(returned(FILLED | change)))}

    def test_a_year_of_several_regimes_is_read_part_by_part(self) -> None:
        lines = [
            ["id", "part_from", "part_to", "status", "value"],
            ["4.known.images", "", "", "value", "30"],
            ["p1-4.known.images", "2025-01-01", "2025-06-30", "value", "10"],
            ["p2-4.known.images", "2025-07-01", "2025-12-31", "value", "20"],
        ]
        found = read("form.csv", as_text(lines), kind="return", reporter=ACME, period=YEAR)
        assert found.remarks == ()
        assert [(str(o.period), o.amount and int(o.amount.low)) for o in found.observations] == [
            ("2025", 30), ("2025-01-01/2025-06-30", 10), ("2025-07-01/2025-12-31", 20),
        ]  # fmt: skip
        assert {o.measure for o in found.observations} == {Measure.CASES_IDENTIFIED}

    def test_the_forms_of_several_years_stand_in_one_data_set(self) -> None:
        years = [
            read("form.csv", as_text(form(FILLED)), kind="return", reporter=ACME, period=Period.of_year(year))
            for year in (2024, 2025, 2025)
        ]
        data = combined("test", "Submissions", (2024, 2025), [(ACME, one) for one in years])
        same = [name for name in data.by_id if name.startswith("acme.4.known.reports")]
        assert same == ["acme.4.known.reports", "acme.4.known.reports.2025", "acme.4.known.reports.2025.2"]
        assert [data.by_id[name].period for name in same] == [Period.of_year(year) for year in (2024, 2025, 2025)]
        known = [r.part for r in data.ratios if ".known." in r.part]
        assert known == [f"acme.6.known.B1{tail}" for tail in ("", ".2025", ".2025.2")]

    def test_a_row_that_the_form_has_not_is_kept_and_remarked(self) -> None:
        lines = [*form({}), ["4", "known", "rumours", "", "7", "hearsay"]]
        found = read("form.csv", as_text(lines), kind="return", reporter=ACME, period=YEAR)
        assert [(r.raw, "rumours" in r.why) for r in found.remarks] == [("7", True)]
        assert ("en", "7 | hearsay") in [t for n in found.texts for t in n.texts]


ROWS = b"""measure,gender,period,value,caveats,comment
reports_received,,2025,16 311,,from NCMEC
children_identified,female,2025,11,,
children_identified,male,2025,6,,
children_identified,,2025,17,self_generated,
convictions,,2025,N/A,,no court statistics
"""


class TestArticle8:
    def take(self, content: bytes, name: str = "a8.csv") -> Incoming:
        return read(name, content, kind="article8", reporter=SWEDEN, period=YEAR)

    def test_rows_are_observations(self) -> None:
        found = self.take(ROWS)
        assert [(o.measure, o.status) for o in found.observations][-1] == (Measure.CONVICTIONS, Status.NOT_APPLICABLE)
        assert found.observations[0].unit is Unit.REPORTS
        assert "no court statistics" in found.observations[-1].sources[0].words
        assert found.cells == 5

    def test_two_breakdowns_may_have_a_value_of_one_name(self) -> None:
        found = self.take(
            b"measure,gender,setting,value\nchildren_identified,not_stated,,3\nchildren_identified,,not_stated,4\n"
        )
        assert [(o.breakdown, o.amount and int(o.amount.low)) for o in found.observations] == [
            (((Dimension.GENDER, "not_stated"),), 3), (((Dimension.SETTING, "not_stated"),), 4),
        ]  # fmt: skip
        with pytest.raises(RefusedSubmission, match="a second time"):
            self.take(b"measure,gender,setting,value\nconvictions,,mixed,3\nconvictions,,mixed,4\n")

    def test_what_tutela_writes_comes_in_again(self) -> None:
        data = combined("one", "One", (2025,), [(SWEDEN, self.take(ROWS))])
        for name, content in (
            ("data.json", written(data)),
            ("o.sdmx.csv", observations_as_sdmx(data.observations).encode()),
            ("o.csv", observations_as_csv(data).encode()),
        ):
            found = self.take(content, name)
            assert [(o.id, o.value, o.period, o.breakdown, o.caveats) for o in found.observations] == [
                (o.id, o.value, o.period, o.breakdown, o.caveats) for o in data.observations
            ]

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            (b"measure,", b"measured,", "no line has the columns"),
            (b"reports_received", b"rain", "row 2.*rain"),
            (b"self_generated", b"raining", "row 5"),
            (b"female,2025", b"female,soon", "row 3"),
            (b"convictions,,", b"children_identified,male,", "a second time"),
            (b",no court statistics", b",x,y,z", "outside the columns"),
        ],
    )
    def test_a_row_that_cannot_be_is_refused_with_its_place(self, old: bytes, new: bytes, said: str) -> None:
        assert old in ROWS
        with pytest.raises(RefusedSubmission, match=said):
            self.take(ROWS.replace(old, new))

    def test_a_file_of_another_reporter_is_refused(self) -> None:
        data = combined("one", "One", (2025,), [(SWEDEN, self.take(ROWS))])
        with pytest.raises(RefusedSubmission, match="submission is of state:FI"):
            read("x.json", written(data), kind="article8", reporter=Reporter("state", "FI"), period=YEAR)

    @pytest.mark.parametrize(
        "before",
        [
            b'<!DOCTYPE x [<!ENTITY a "a">]>',
            b"<!--" + b" " * 200_000 + b'--><!DOCTYPE x [<!ENTITY a "a">]>',
            "\ufeff<!DOCTYPE x><x/>".encode("utf-16-le"),
        ],
        ids=["first", "far down", "in another encoding"],
    )
    def test_a_workbook_that_declares_a_document_type_is_refused(self, before: bytes) -> None:
        good = workbook([Sheet("x", [["measure", "value"]], [["convictions", 1]])], title="x")
        assert self.take(good).observations[0].amount is not None
        stream = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in old.infolist():
                content = old.read(entry)
                if entry.filename.endswith("sheet1.xml"):
                    content = before + content
                new.writestr(entry.filename, content)
        with pytest.raises(RefusedSubmission, match="document type"):
            self.take(stream.getvalue())

    def test_a_workbook_of_very_many_sheets_is_refused(self) -> None:
        sheets = [Sheet(f"s{number}", [["nothing"]], []) for number in range(51)]
        with pytest.raises(RefusedSubmission, match="more than 50 sheets"):
            self.take(workbook(sheets, title="x"))

    def test_a_workbook_that_unpacks_to_much_is_refused(self) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
            new.writestr("xl/workbook.xml", bytes(65 * 1024 * 1024))
        with pytest.raises(RefusedSubmission, match="unpacks to more than"):
            self.take(stream.getvalue())

    def test_a_number_that_nobody_could_count_to_is_refused(self) -> None:
        with pytest.raises(RefusedSubmission, match="too many digits"):
            self.take(b'[{"measure": "convictions", "value": 1.0e999999999}]')

    @pytest.mark.parametrize("seed", range(40))
    def test_a_damaged_workbook_is_refused_or_read(self, seed: int) -> None:
        damaged = bytearray(workbook([Sheet("x", [["measure", "value"]], [["convictions", 1]])], title="x"))
        rng = random.Random(seed)
        for _ in range(rng.randrange(1, 8)):
            damaged[rng.randrange(4, len(damaged))] = rng.randrange(256)
        with suppress(RefusedSubmission):
            self.take(bytes(damaged))

    @pytest.mark.parametrize("content", [b"\xff\xfe", b"PK\x03\x04nothing", b"{", b"[1]", b"", b'"', b"a\n" * 30_000])
    def test_what_is_no_submission_is_refused(self, content: bytes) -> None:
        with pytest.raises(RefusedSubmission):
            self.take(content)


def test_a_number_in_a_workbook_is_what_was_typed() -> None:
    rows = [["convictions", Decimal("17")], ["reports_received", 16311]]
    book = workbook([Sheet("x", [["measure", "value"]], rows)], title="x")  # type: ignore[arg-type]
    found = read("x.xlsx", book, kind="article8", reporter=SWEDEN, period=YEAR)
    assert [numbers(o.amount.low) for o in found.observations if o.amount] == [[17], [16311]]
