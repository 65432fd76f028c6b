"""`tutela authority` at the terminal: reports from files, statements by hand, figures of any day."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commands import InProcess
from tests.referral.package.material import material_of
from tests.referral.package.test_package import KEYS, SIGNER, packed
from tests.statistics.authority.test_intake import exported
from tutela.access.roles import Person, Role
from tutela.events.catalogue.authority import ReportReceived
from tutela.referral.package.keys import encoded
from tutela.referral.package.opening import open_package
from tutela.storage.workplace import Workplace

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PASSWORD = "a bridge over a river"
CSV = """received,source,number,object,provider_type,grade,service,accounts,files
2025-02-03,ncmec,71001,account,interpersonal_communications,actionable,chat,anna,md5:0cc175b9c0f1b6a831c399e269772661
2025-03-04,ncmec,71002,account,interpersonal_communications,informational,chat,anna,md5:0cc175b9c0f1b6a831c399e269772661
2025-03-05,hotline,H-9,web_page,hosting,,,,
"""
LATE = "2026-01-20T10:00:00Z"


@pytest.fixture
def tutela(data: Path, database_url: str, place: Workplace) -> InProcess:
    for name, role in (("rosa", Role.REGISTRAR), ("rita", Role.REVIEWER)):
        place.people.register(Person(name, name, frozenset({role})), PASSWORD)
    return InProcess(data, {"TUTELA_DATABASE_URL": database_url})


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def figures(tutela: InProcess, *more: str, now: str = LATE) -> dict[str, dict[str, object]]:
    ran = tutela("authority", "figures", "--year", "2025", "--json", *more, now=now)
    assert ran.code == 0, ran.err
    return {line["id"]: line for line in ran.lines}


def test_a_year_of_the_register(tutela: InProcess, tmp_path: Path) -> None:
    file = written(tmp_path / "reports.csv", CSV)
    took = tutela("authority", "receive", file, "--as", "rosa", now="2025-03-06T10:00:00Z")
    assert (took.code, took.out) == (0, "recorded 3 reports\n")
    again = tutela("authority", "receive", file, "--as", "rosa", now=LATE)
    assert again.code == 1
    assert "received on 2025-03-06 10:00 UTC; nothing was recorded" in again.err

    def state(*arguments: str, now: str = "2025-03-06T11:00:00Z") -> str:
        ran = tutela("authority", "record", *arguments, "--as", "rosa", now=now)
        assert ran.code == 0, ran.err
        return ran.out.splitlines()[-1].removeprefix("statement ")

    assert figures(tutela)["reports"]["status"] == "value"
    assert figures(tutela)["reports"]["high"] is None  # nobody said that all are there
    for kind in ("reports", "investigations", "convictions"):
        state("kept", kind, "--since", "2025-01-01")
    state("kept", "victims", "--not")
    state("investigation", "K-1", "--on", "2025-03-06", "--report", "71001", "--report", "71002")
    state("investigation", "K-2", "--on", "2025-03-06")
    convicted = state(
        "conviction", "--person", "P-1", "--on", "2025-11-01", "--investigation", "K-1", "--setting", "online",
        "--referral", "report", "--finality", "under_appeal", now="2025-11-02T10:00:00Z",
    )  # fmt: skip
    state("merged", "K-2", "--into", "K-1", "--on", "2025-04-01", now="2025-04-02T10:00:00Z")
    found = figures(tutela)
    assert (found["reports"]["low"], found["cases"]["low"], found["repeats"]["low"]) == (3, 2, 1)
    assert (found["cases"]["fewest"], found["cases"]["most"]) == (2, 3)
    assert found["victims"]["status"] == "not_collected"
    assert found["convictions.finality.under_appeal"]["low"] == 1
    assert figures(tutela, "--as-of", "2025-10-31")["convictions"]["low"] is None

    corrected = state(
        "conviction", "--person", "P-1", "--on", "2025-11-01", "--investigation", "K-1", "--setting", "mixed",
        "--referral", "report", "--finality", "final", "--corrects", convicted, now="2026-01-10T10:00:00Z",
    )  # fmt: skip
    now = figures(tutela)
    assert (now["convictions"]["low"], now["convictions.setting.mixed"]["low"], now["persons"]["low"]) == (1, 1, 1)
    ran = tutela(
        "authority", "differences", "--year", "2025", "--first", "2026-01-09", "--second", "2026-01-10", "--json",
        now=LATE,
    )  # fmt: skip
    changed = {line["id"]: line for line in ran.lines}
    assert set(changed) == {
        "convictions.setting.mixed", "convictions.setting.online", "convictions.finality.final",
        "convictions.finality.under_appeal",
    }  # fmt: skip
    (cause,) = changed["convictions.setting.mixed"]["came"][0]["causes"]
    assert (cause["statement"], cause["how"], cause["author"]) == (corrected, "corrected", "rosa")
    text = tutela("authority", "differences", "--year", "2025", "--first", "2026-01-09", "--second", "2026-01-10",
                  now=LATE).out  # fmt: skip
    assert "convictions.setting.online: 1 -> 0" in text
    assert "corrected 2026-01-10 by rosa" in text

    (of_2025, rest) = tutela("authority", "cohorts", "--year", "2025", "--json", now=LATE).lines
    assert (of_2025["reports"], of_2025["investigations"], of_2025["convictions"], of_2025["direct"]) == (3, 1, 1, 1)
    assert (of_2025["lag"]["least"], rest["convictions_of_no_report"]) == (271, 0)
    assert "lag" in tutela("authority", "cohorts", now=LATE).out

    shown = tutela("authority", "show", "71001", now=LATE)
    assert "report_received" in shown.out
    assert "anna" not in shown.out
    (one,) = tutela("authority", "show", "71001", "--json", now=LATE).lines
    assert one["stands"] is True
    gone = tutela("authority", "withdraw", one["statement"], "--as", "rosa", "--reason", "entered_twice", now=LATE)
    assert gone.code == 0
    assert figures(tutela)["reports"]["low"] == 2
    assert figures(tutela, "--as-of", "2026-01-19")["reports"]["low"] == 3
    units = tutela("authority", "figures", "--year", "2025", "--of", "cases", now=LATE).lines
    assert [line["counts"] for line in units] == ["surely", "surely"]


def test_nothing_but_marks_is_kept_of_accounts_files_and_persons(
    tutela: InProcess, tmp_path: Path, place: Workplace
) -> None:
    tutela("authority", "receive", written(tmp_path / "r.csv", CSV), "--as", "rosa", now=LATE)
    tutela("authority", "record", "conviction", "--person", "P-77", "--on", "2025-11-01", "--as", "rosa", now=LATE)
    told = json.dumps([s.said.model_dump(mode="json") for s in place.authority.statements()])
    assert place.authority.statements()
    assert [word for word in ("anna", "0cc175b9", "P-77") if word in told] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "received,source\n2025-02-30,ncmec\n",
            "row 2, column received: '2025-02-30' is no day: write it as 2025-03-31",
        ),
        (
            "received,source\n2025-02-03,post\n2025-02-03,mail\n",
            "row 3, column source: 'mail' is none of ncmec, hotline",
        ),
        ("received,files,source\n2025-02-03,md5:12,ncmec\n", "row 2, column files: 'md5:12' is no digest"),
        ("received,files,source\n2025-02-03,md5:0cc175b9c0f1b6a8,ncmec\n", "md5 has 32 hexadecimal characters"),
        ("received,number,source\n2025-02-03,Anna Berg,ncmec\n", "row 2, column number: 'Anna Berg' is not a number"),
        ("received\n2025-02-03\n", "row 1, column source: the column is missing"),
        ("received,source,name\n", "row 1, column name: there is no such column"),
        ("received,source,source\n", "row 1, column source: the column stands twice"),
        ("received,source\n2025-02-03,ncmec,extra\n", "row 2: it has 3 cells, the header 2"),
        ("received,source\n,ncmec\n", "row 2, column received: it is empty: write the day"),
        ('received,source\n"2025-02-03,ncmec\n', "it is no CSV"),
        ("", "row 1: there is no header"),
        ("received,source\n2999-02-03,ncmec\n", "row 2: 2999-02-03 is not a day between"),
    ],
)
def test_a_file_with_an_error_is_refused_whole_with_its_place(
    tutela: InProcess, tmp_path: Path, text: str, said: str, place: Workplace
) -> None:
    ran = tutela("authority", "receive", written(tmp_path / "r.csv", text), "--as", "rosa", now=LATE)
    assert ran.code == 2
    assert "nothing of it was recorded" in ran.err
    assert said in ran.err
    assert place.authority.statements() == ()


def test_only_a_registrar_states(tutela: InProcess, tmp_path: Path, place: Workplace) -> None:
    ran = tutela("authority", "receive", written(tmp_path / "r.csv", CSV), "--as", "rita", now=LATE)
    assert (ran.code, "lacks the permission keep_register" in ran.err) == (1, True)
    ran = tutela("authority", "record", "kept", "victims", "--not", "--as", "rita", now=LATE)
    assert ran.code == 1
    assert place.authority.statements() == ()


def test_other_files_are_loaded_whole_or_not_at_all(tutela: InProcess, tmp_path: Path, place: Workplace) -> None:
    tutela("authority", "receive", written(tmp_path / "r.csv", CSV), "--as", "rosa", now=LATE)
    bad = "number;opened;reports;merged;into;closed;reason\nK-1;2025-03-06;71001 71002;;;2025-09-01;charged\n"
    path = written(tmp_path / "i.csv", bad + "K-2;2025-03-07;99999;;;;\nK-3;2025-03-07;;2025-04-01;K-1;2025-05-01;\n")
    ran = tutela("authority", "load", "investigations", path, "--as", "rosa", now=LATE)
    assert ran.code == 2
    assert "row 3: no report 99999 is in the register" in ran.err
    assert "row 4: closed and reason go together" in ran.err
    assert len(place.authority.statements()) == 3
    path = written(tmp_path / "i.csv", bad + "K-3;2025-03-07;;2025-04-01;K-1;;\n")
    ran = tutela("authority", "load", "investigations", path, "--as", "rosa", now=LATE)
    assert (ran.code, ran.out) == (0, "recorded 4 statements of 2 rows\n")
    victims = written(tmp_path / "v.csv", "identified,investigation,gender\n2025-06-01,K-1,female\n2025-06-01,,male\n")
    assert tutela("authority", "load", "victims", victims, "--as", "rosa", now=LATE).out.startswith("recorded 2")
    judged = written(tmp_path / "c.csv", "convicted,person,investigation\n2025-12-01,P-1,K-1\n2025-12-01,P-1,K-9\n")
    ran = tutela("authority", "load", "convictions", judged, "--as", "rosa", now=LATE)
    assert "row 3: investigation:K-9 is not in the register" in ran.err
    assert figures(tutela)["victims.gender.female"]["low"] == 1


def test_a_package_is_taken_in_once_from_its_file_or_its_folder(
    tutela: InProcess, tmp_path: Path, place: Workplace
) -> None:
    (tmp_path / "register.key").write_text(KEYS.text(), "utf-8")
    (tmp_path / "register.key").chmod(0o600)
    (tmp_path / "p-1.tutela").write_bytes(packed(material_of(b"a bridge", b"a lamp")))
    opened = tmp_path / "opened"
    with (tmp_path / "p-1.tutela").open("rb") as stream:
        open_package(stream, KEYS, opened, now=datetime(2025, 6, 2, tzinfo=UTC))
    given = ("--received", "2025-06-02", "--as", "rosa", "--signer", encoded(SIGNER))
    key = ("--key", tmp_path / "register.key")
    assert tutela("authority", "receive", tmp_path / "p-1.tutela", *given, now=LATE).code == 2  # without the key
    ran = tutela("authority", "receive", opened, "--received", "2025-06-02", "--as", "rosa", "--signer", "A" * 43 + "=",
                 now=LATE)  # fmt: skip
    assert (ran.code, "not among those you named" in ran.err) == (1, True)
    whole = (tmp_path / "p-1.tutela").read_bytes()
    (tmp_path / "cut.tutela").write_bytes(whole[:-40])
    ran = tutela("authority", "receive", tmp_path / "cut.tutela", *key, *given, now=LATE)
    assert (ran.code, "not accepted" in ran.err, place.authority.statements()) == (1, True, ())
    ran = tutela("authority", "receive", tmp_path / "p-1.tutela", *key, *given, now=LATE)
    assert (ran.code, ran.out) == (0, "recorded 1 reports\n")
    ran = tutela("authority", "receive", opened, *given, now=LATE)
    assert (ran.code, "received on" in ran.err) == (1, True)
    (one,) = place.authority.statements()
    assert isinstance(one.said, ReportReceived)
    assert (one.said.number, one.said.source, len(one.said.files)) == ("p-1", "provider", 2)
    changed = (opened / "manifest.json").read_bytes().replace(b'"known"', b'"new"')
    (opened / "manifest.json").write_bytes(changed)
    ran = tutela("authority", "receive", opened, *given, now=LATE)
    assert (ran.code, "not the one that was signed" in ran.err) == (1, True)


def test_an_export_of_the_cybertipline_is_taken_in(tutela: InProcess, tmp_path: Path, place: Workplace) -> None:
    file = tmp_path / "export.xml"
    file.write_bytes(exported(material_of(b"a bridge"), material_of(b"a boat")))
    assert tutela("authority", "receive", file, "--as", "rosa", now=LATE).code == 2  # it does not say when it came
    ran = tutela("authority", "receive", file, "--received", "2025-06-03", "--grade", "actionable", "--as", "rosa",
                 now=LATE)  # fmt: skip
    assert (ran.code, ran.out, ran.err.count("note")) == (0, "recorded 2 reports\n", 0)
    assert figures(tutela)["reports.grade.actionable"]["low"] == 2


def test_the_projection_is_what_the_events_make(tutela: InProcess, tmp_path: Path, place: Workplace) -> None:
    tutela("authority", "receive", written(tmp_path / "r.csv", CSV), "--as", "rosa", now=LATE)
    (one,) = tutela("authority", "show", "71001", "--json", now=LATE).lines
    tutela("authority", "withdraw", one["statement"], "--as", "rosa", now=LATE)
    with place.transactions.record() as log:
        assert log.rebuilt_otherwise() == []


def test_the_submission_is_made_as_the_register_stood(tutela: InProcess, tmp_path: Path) -> None:
    early = "2026-01-10T10:00:00Z"
    tutela("authority", "receive", written(tmp_path / "r.csv", CSV), "--as", "rosa", now=early)
    tutela("authority", "record", "kept", "reports", "--since", "2025-01-01", "--as", "rosa", now=early)
    made = ("statistics", "article8", "--state", "SE", "--year", "2025", "--lang", "sv", "--format", "json,csv,sdmx")
    ran = tutela(*made, "--out", tmp_path / "sv", now=LATE)
    assert ran.code == 0, ran.err
    told = json.loads((tmp_path / "sv" / "article8.json").read_text("utf-8"))
    assert ran.out.splitlines()[-1] == f"{len(told['figures'])} figures, {len(told['caveats'])} caveats"
    assert (told["as_of"], told["tables"][0]["rows"][0][:2]) == ("2026-01-20", ["Mottagna rapporter", "3"])
    ran = tutela(*made, "--as-of", "2026-01-09", "--out", tmp_path / "before", now=LATE)
    assert ran.code == 0
    told = json.loads((tmp_path / "before" / "article8.json").read_text("utf-8"))
    assert told["tables"][0]["rows"][0][1] == "ej känt"
    found = tutela("statistics", "findings", "--dataset", tmp_path / "sv" / "dataset.json", "--json", now=LATE)
    assert found.code == 0, found.err
    assert [line for line in found.lines if line["severity"] == "contradiction"] == []


def test_a_publication_is_asked_for_and_suppresses_small_counts(tutela: InProcess, tmp_path: Path) -> None:
    tutela("authority", "receive", written(tmp_path / "r.csv", CSV), "--as", "rosa", now=LATE)
    tutela("authority", "record", "kept", "reports", "--since", "2025-01-01", "--as", "rosa", now=LATE)
    made = ("statistics", "article8", "--state", "SE", "--year", "2025", "--format", "json")
    ran = tutela(*made, "--out", tmp_path / "whole", now=LATE)
    assert "figures above 0 and below 5 could point at a person" in ran.out
    public = ("--publication", "--out", tmp_path / "public")
    ran = tutela(*made, *public, now=LATE)
    assert ran.code == 0, ran.err
    told = json.loads((tmp_path / "public" / "article8.json").read_text("utf-8"))
    hidden = [f["id"] for f in told["figures"] if f["status"] == "suppressed"]
    assert "reports" in hidden
    assert f"publication: {len(hidden)} figures are suppressed" in ran.out
    earlier = ("--published", tmp_path / "public" / "article8.json")
    assert tutela(*made, *public, *earlier, now=LATE).code == 0
    for wrong, said in (
        (("--published", tmp_path / "whole" / "article8.json", *public), "it is a submission"),
        (("--published", tmp_path / "none.json", *public), "No such file"),
        ((*earlier, "--out", tmp_path / "x"), "is for --publication"),
    ):
        ran = tutela(*made, *wrong, now=LATE)
        assert ran.code == 2
        assert said in ran.err


def test_which_counts_are_small_is_configured(tutela: InProcess, tmp_path: Path, place: Workplace) -> None:
    tutela("authority", "receive", written(tmp_path / "r.csv", CSV), "--as", "rosa", now=LATE)
    config = place.settings.data / "tutela.toml"
    config.write_text('[small_counts]\nbelow = 3\nground = "Act 2026:2, section 4"\n', "utf-8")
    ran = tutela(
        "statistics", "article8", "--state", "SE", "--year", "2025", "--format", "json", "--publication",
        "--out", tmp_path, now=LATE,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    told = json.loads((tmp_path / "article8.json").read_text("utf-8"))
    assert told["small_counts"] == {"below": 3, "ground": "Act 2026:2, section 4"}
    assert "Act 2026:2, section 4" in (tmp_path / "article8.json").read_text("utf-8")
    config.write_text("[small_counts]\nbelow = 0\n", "utf-8")
    ran = tutela("statistics", "article8", "--state", "SE", "--year", "2025", "--out", tmp_path, now=LATE)
    assert "small_counts.below: from 2 to 100" in ran.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--state", "NO"), "is no Member State"),
        (("--lang", "xx"), "--lang is en or sv"),
        (("--format", "doc"), "--format is pdf"),
        (("--from", "2025-01-01"), "name a period"),
    ],
)
def test_a_submission_that_cannot_be_made_is_refused(
    tutela: InProcess, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    ran = tutela(
        "statistics", "article8", "--state", "SE", "--year", "2025", "--out", tmp_path / "x", *change, now=LATE
    )  # fmt: skip
    assert ran.code == 2
    assert said in ran.err
    assert not (tmp_path / "x").exists()
