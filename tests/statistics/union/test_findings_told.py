"""A finding is told in any language that has a catalogue, and in every format."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.statistics.union.test_mutations import MUTATIONS, clean
from tutela.statistics.union import words as words_module
from tutela.statistics.union.dataset_file import packaged, parsed
from tutela.statistics.union.findings.registry import checks, findings
from tutela.statistics.union.publishing.article9 import Report, report_of
from tutela.statistics.union.publishing.folder import files_of
from tutela.statistics.union.words import CATALOGUES, Words, words
from tutela.web.messages import UNION, extracted, updated, written

SEED = packaged("com-2023-797")
MADE_UP = "fi"
"""A language that has no catalogue: its messages are the English ones between marks."""


def _marked(text: str) -> str:
    return f"«{text}»"


@pytest.fixture
def third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Words]:
    """The words of a made-up catalogue, in a folder of catalogues of its own."""
    assert MADE_UP not in [path.stem for path in CATALOGUES.glob("*.po")]
    path = tmp_path / f"{MADE_UP}.po"
    path.touch()
    catalogue = updated(path, extracted(UNION))
    for message in catalogue:
        if message.id:
            many = isinstance(message.id, list | tuple)
            message.string = tuple(map(_marked, message.id)) if many else _marked(str(message.id))
    path.write_bytes(written(catalogue))
    monkeypatch.setattr(words_module, "CATALOGUES", tmp_path)
    words.cache_clear()
    yield words(MADE_UP)
    words.cache_clear()


def test_every_message_of_a_finding_is_in_a_catalogue(third: Words) -> None:
    for name, (change, _) in MUTATIONS.items():
        raw = clean()
        change(raw)
        found = [f for f in findings(parsed(json.dumps(raw).encode())) if f.check == name]
        assert found
        _assert_told(found, third)
    _assert_told(findings(SEED), third)
    assert all(third.gettext(c.asks) == _marked(c.asks) for c in checks())


def _assert_told(found: object, third: Words) -> None:
    for finding in found:  # type: ignore[attr-defined]
        told = finding.told(third)
        for text in (told.message, told.question, told.severity):
            assert text.startswith("«"), finding.id
            assert text.endswith("»"), finding.id


def test_id_check_and_places_are_the_same_in_every_language_and_arithmetic_has_no_word(third: Words) -> None:
    for finding in findings(SEED):
        here, there = finding.told(words("en")), finding.told(third)
        assert (here.id, here.check, here.places) == (there.id, there.check, there.places)
        if finding.check != "languages":  # which shows what is printed, as it is printed
            bare = re.sub(r"\([\w.]+\)|google_chat|\{[A-Z, ]*\}|-H[12]", "", finding.arithmetic.told(words("en")))
            assert not re.search(r"[^\W\d_]{2,}", bare.replace("Δ", "").replace("Σ", "")), bare


@pytest.mark.parametrize("language", ["en", "sv"])
def test_what_a_finding_says_can_be_told_again_from_its_json(language: str) -> None:
    report = report_of(SEED, language)
    told = json.loads(files_of(report, {"json"})["findings.json"])
    assert told["language"] == language
    for one, finding in zip(told["findings"], report.findings, strict=True):
        for part in ("message", "question"):
            said = one["says"][part]
            assert set(re.findall(r"%\((\w+)\)", said["key"])) <= set(said["values"])
            assert words(language).gettext(said["key"]).partition("%(")[0].replace("%%", "%") in one[part]
        assert one["severity"] == finding.severity.value


def _texts(report: Report) -> dict[str, str]:
    files = files_of(report, {"json", "html", "xlsx"})
    book = load_workbook(io.BytesIO(files["report.xlsx"]), read_only=True)
    cells = [str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c is not None]
    return {
        "json": files["findings.json"].decode(),
        "html": files["report.html"].decode(),
        "xlsx": "\n".join(cells),
    }


def test_swedish_is_told_in_swedish_in_every_format() -> None:
    swedish, english = (report_of(SEED, language) for language in ("sv", "en"))
    different = [
        (here, there)
        for ours, theirs in zip(swedish.told, english.told, strict=True)
        for here, there in ((ours.message, theirs.message), (ours.question, theirs.question))
    ]
    assert all(here != there for here, there in different)
    texts = _texts(swedish)
    in_json = {one[part] for one in json.loads(texts["json"])["findings"] for part in ("message", "question")}
    assert in_json == {here for here, _ in different}
    for here, there in different:
        assert here in texts["xlsx"]
        assert there not in texts["xlsx"]
    assert "motsägelse" in texts["html"]
    assert ">contradiction<" not in texts["html"]
    assert ", table " not in texts["xlsx"]
    assert ", tabell " in texts["xlsx"]
