"""The submission: every form says the same, in both languages, and shows what its data cannot tell."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from openpyxl import load_workbook
from pypdfium2 import PdfDocument

from tests.statistics.authority.registers import Scribe, day, registers
from tutela.events.catalogue import authority as said
from tutela.statistics.authority.publishing.folder import FORMATS, files_of
from tutela.statistics.authority.publishing.tables import tables
from tutela.statistics.authority.statement import Statement
from tutela.statistics.authority.submission import Submission, dataset, submission
from tutela.statistics.authority.wording import wording
from tutela.statistics.figure import Status
from tutela.statistics.union.amount import at_least, exact
from tutela.statistics.union.dataset_file import parsed, written
from tutela.statistics.union.findings.finding import Severity
from tutela.statistics.union.findings.registry import findings
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.publishing.as_sdmx import observations_of_sdmx
from tutela.statistics.union.submissions.incoming import combined, read
from tutela.statistics.union.sums.question import Question
from tutela.statistics.union.sums.total import total

MADE = datetime(2022, 3, 1, 9, 30, tzinfo=UTC)
YEAR = Period.of_year(2021)


@pytest.fixture(scope="module")
def scribe() -> Scribe:
    made = Scribe()
    made.kept("reports", "convictions", "victims")
    made.report("a", "2020-12-30", number="70")
    made.report("b", "2021-02-01", number="71", accounts=("anna",), files=(("f1",),))
    made.report("c", "2021-03-01", number="72", accounts=("anna",), files=(("f1",),))
    made.report("d", "2021-04-01", source="hotline", provider_type="hosting", accounts=(), page="p")
    made.report("e", "2021-05-01", accounts=("anna",))
    made.investigation("K-1", "2021-01-05", "a")
    made.investigation("K-2", "2021-02-05", "b", "c")
    made.victim("v", "2021-06-01")
    made.victim("w", "2021-06-01", gender="not_stated", setting="mixed", self_generated="yes", path="victim")
    made.convicted("p", "2021-10-01", "K-1")
    made.convicted("q", "2021-11-01", "K-2", finality="under_appeal", referral="not_recorded", setting="not_stated")
    made.convicted("r", "2021-12-01", None, known="2022-01-15", person=None, referral="victim")
    return made


def made(scribe: Scribe, state: str = "SE") -> Submission:
    return submission(scribe.statements, state, YEAR, day("2022-02-28"), MADE)


def test_the_data_shows_its_caveats_with_their_numbers(scribe: Scribe) -> None:
    told = {(c.figure, c.caveat): (c.part, c.whole) for c in made(scribe).caveats}
    assert told == {
        ("reports", Caveat.OTHER_SERVICES_POSSIBLE): (1, 4),
        ("victims", Caveat.ONLINE_AND_OFFLINE): (1, 2),
        ("victims", Caveat.SELF_GENERATED): (1, 2),
        ("victims", Caveat.OTHER_PATHS): (1, 2),
        ("victims", Caveat.GENDER_NOT_SEPARATED): (1, 2),
        ("convictions", Caveat.ONLINE_AND_OFFLINE): (1, 3),
        ("convictions", Caveat.SOURCE_NOT_SEPARATED): (1, 3),
        ("convictions", Caveat.OTHER_PATHS): (1, 3),
        ("convictions", Caveat.NOT_FINAL): (1, 3),
        ("convictions", Caveat.EARLIER_REPORTS): (1, 3),
        ("convictions", Caveat.DYNAMIC_DATA): (1, 3),
    }


def test_what_has_no_flaw_has_no_caveat() -> None:
    scribe = Scribe()
    scribe.kept()
    scribe.report("b", "2021-02-01")
    scribe.investigation("K-1", "2021-02-02", "b")
    scribe.victim("v", "2021-06-01", investigation="investigation:K-1")
    scribe.convicted("p", "2021-10-01", "K-1")
    assert made(scribe).caveats == ()
    declared = said.CollectionDeclared(kind="victims", since=day("2021-01-01"), age_limit=16)
    scribe("collection:victims", declared, "2021-01-02")
    (one,) = made(scribe).caveats
    assert (one.caveat, wording("en").caveat(one)) == (
        Caveat.AGE_LIMIT, "Only children below the age of 16 are counted.",
    )  # fmt: skip


def test_a_total_of_what_is_offline_too_is_not_of_what_is_online() -> None:
    scribe = Scribe()
    scribe.kept()
    scribe.report("b", "2021-02-01")
    scribe.investigation("K-1", "2021-02-02", "b")
    scribe.convicted("p", "2021-10-01", "K-1")
    scribe.convicted("q", "2021-10-01", "K-1", setting="offline")
    (one,) = made(scribe).caveats
    assert (one.caveat, one.part, one.whole) == (Caveat.ONLINE_AND_OFFLINE, 1, 2)
    assert "offences were offline" in wording("en").caveat(one)
    question = Question(Measure.CONVICTIONS, Unit.CONVICTIONS, YEAR, without=frozenset({Caveat.ONLINE_AND_OFFLINE}))
    (share,) = [s for s in total(dataset(made(scribe)), question).shares if s.code == "SE"]
    assert (str(share.span.low), str(share.span.high)) == ("1", "2")


def test_a_part_has_the_caveats_of_its_total_but_for_what_it_settles(scribe: Scribe) -> None:
    found = dataset(made(scribe)).by_id
    assert Caveat.ONLINE_AND_OFFLINE in found["SE.2021.victims.gender.female"].caveats
    assert Caveat.ONLINE_AND_OFFLINE in found["SE.2021.victims.setting.offline"].caveats
    assert Caveat.ONLINE_AND_OFFLINE not in found["SE.2021.victims.setting.online"].caveats
    assert Caveat.OTHER_SERVICES_POSSIBLE in found["SE.2021.reports.source.ncmec"].caveats
    settled = found["SE.2021.reports.provider_type.interpersonal_communications"]
    assert Caveat.OTHER_SERVICES_POSSIBLE not in settled.caveats
    assert {Caveat.NOT_FINAL, Caveat.SOURCE_NOT_SEPARATED} <= set(found["SE.2021.convictions.setting.online"].caveats)
    assert Caveat.NOT_FINAL not in found["SE.2021.convictions.finality.final"].caveats


def test_every_observation_goes_into_the_data_of_the_union_and_back(scribe: Scribe) -> None:
    data = dataset(made(scribe))
    assert parsed(written(data)) == data
    found = data.by_id
    assert (found["SE.2021.reports"].value, found["SE.2021.investigations"].value) == (exact(4), at_least(2))
    assert found["SE.2021.investigations_merged"].status is Status.UNKNOWN
    assert Caveat.NOT_FINAL in found["SE.2021.persons"].caveats
    assert {s.total for s in data.sums} == {f"SE.2021.{n}" for n in ("reports", "cases", "victims", "convictions")}
    assert [f.id for f in findings(data) if f.severity is Severity.CONTRADICTION] == []


@pytest.mark.parametrize(("name", "form"), [("dataset.json", "json"), ("observations.sdmx.csv", "sdmx")])
def test_a_collection_of_the_union_takes_it_in(scribe: Scribe, name: str, form: str) -> None:
    one = made(scribe)
    content = files_of(one, "en", [form])[name]
    taken = read(name, content, kind="article8", reporter=Reporter("state", "SE"), period=YEAR)
    assert taken.remarks == ()
    assert [(o.id, o.value) for o in taken.observations] == [(o.id, o.value) for o in dataset(one).observations]
    together = combined("all", "All", (2021,), [(Reporter("state", "SE"), taken)])
    assert together.by_id.keys() == dataset(one).by_id.keys()


@given(registers())
@settings(max_examples=20)
def test_no_submission_contradicts_itself(register: Sequence[Statement]) -> None:
    for year in (2021, 2022):
        one = submission(register, "SE", Period.of_year(year), day("2027-01-01"), MADE)
        data = dataset(one)
        assert parsed(written(data)) == data
        assert [f for f in findings(data) if f.severity is Severity.CONTRADICTION] == []
        for language in ("en", "sv"):
            assert all(wording(language).caveat(c) for c in one.caveats)


def test_every_form_tells_the_same(scribe: Scribe) -> None:
    one = made(scribe)
    files = files_of(one, "sv", FORMATS)
    told = json.loads(files["article8.json"])
    assert (told["state"], told["as_of"], told["up_to_event"]) == ("SE", "2022-02-28", len(scribe.statements))
    assert len(told["caveats"]) == 11
    assert parsed(files["dataset.json"]) == dataset(one)
    rows = list(csv.reader(io.StringIO(files["reports.csv"].decode(), newline="")))
    assert rows[1] == ["Mottagna rapporter", "4", ""]
    assert rows == [told["tables"][0]["header"], *told["tables"][0]["rows"]]
    sdmx = observations_of_sdmx(files["observations.sdmx.csv"].decode(), "x")
    plain = dataset(one).observations
    assert [(o.id, o.value, o.breakdown, o.caveats) for o in sdmx] == [
        (o.id, o.value, o.breakdown, o.caveats) for o in plain
    ]
    book = load_workbook(io.BytesIO(files["article8.xlsx"]))
    assert book.sheetnames == [
        "Rapporter", "Identifierade barn", "Fällande domar", "Utredningar", "Kohorter", "Anmärkningar",
    ]  # fmt: skip
    assert [cell.value for cell in book["Rapporter"][3]][:2] == ["Mottagna rapporter", 4]
    assert book["Utredningar"]["B3"].value == "minst 2"
    document = PdfDocument(files["article8.pdf"])
    text = " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)
    assert "Statistik enligt artikel 8 i förordning (EU) 2021/1232: Sverige, 2021" in text
    assert "Endast" not in text
    for caveat in told["caveats"]:
        assert caveat["text"][:40] in text


def test_both_languages_have_the_same_cells_of_numbers(scribe: Scribe) -> None:
    one = made(scribe)
    english, swedish = (tables(one, wording(language)) for language in ("en", "sv"))
    for a, b in zip(english, swedish, strict=True):
        assert len(a.rows) == len(b.rows)
        assert a.caption != b.caption
        for left, right in zip(a.rows, b.rows, strict=True):
            for at in a.numbers:
                if left[at].isdigit():
                    assert left[at] == right[at]


def test_a_state_outside_the_union_submits_nothing(scribe: Scribe) -> None:
    with pytest.raises(ValueError, match="no Member State"):
        made(scribe, "EL")
